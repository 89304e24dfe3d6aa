import { portalPage } from '@portico/plugin-kit/ui';
import { createElement } from 'react';
import { places } from './places';

/** The pages of those who look after all users and organizations. */
export const platformExtensions = [
  portalPage(places.usersPage, async () => createElement((await import('./platform-users/users-page')).UsersPage)),
  portalPage(places.userPage, async () => createElement((await import('./platform-users/user-page')).UserPage)),
  portalPage(places.supportPage, async () =>
    createElement((await import('./platform-users/support-page')).SupportPage),
  ),
];
