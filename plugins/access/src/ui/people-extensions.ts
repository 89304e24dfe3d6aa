import { portalPage } from '@portico/plugin-kit/ui';
import { createElement } from 'react';
import { invitationPage, memberPage, organizationPage, teamPage } from './people/people-pages';

/** The pages of the people of an organization, and of whoever is invited to one. */
export const peopleExtensions = [
  portalPage(teamPage, async () => createElement((await import('./people/team-page')).TeamPage)),
  portalPage(memberPage, async () => createElement((await import('./people/member-page')).MemberPage)),
  portalPage(organizationPage, async () =>
    createElement((await import('./people/organization-page')).OrganizationPage),
  ),
  portalPage(invitationPage, async () => createElement((await import('./people/invitation-page')).InvitationPage)),
];
