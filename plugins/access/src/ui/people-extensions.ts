import { portalPage } from '@portico/plugin-kit/ui';
import { createElement } from 'react';
import { places } from './places';

/** The pages of the people of an organization, and of whoever is invited to one. */
export const peopleExtensions = [
  portalPage(places.teamPage, async () => createElement((await import('./people/team-page')).TeamPage)),
  portalPage(places.memberPage, async () => createElement((await import('./people/member-page')).MemberPage)),
  portalPage(places.organizationPage, async () =>
    createElement((await import('./people/organization-page')).OrganizationPage),
  ),
  portalPage(places.invitationPage, async () =>
    createElement((await import('./people/invitation-page')).InvitationPage),
  ),
];
