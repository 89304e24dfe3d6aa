import { portalPage } from '@portico/plugin-kit/ui';
import { createElement } from 'react';
import { supportPage, userPage, usersPage } from './platform-users/platform-pages';

/** The pages of those who look after all users and organizations. */
export const platformExtensions = [
  portalPage(usersPage, async () => createElement((await import('./platform-users/users-page')).UsersPage)),
  portalPage(userPage, async () => createElement((await import('./platform-users/user-page')).UserPage)),
  portalPage(supportPage, async () => createElement((await import('./platform-users/support-page')).SupportPage)),
];
