import { endSupportSession, getMe, getOidcLogoutUrl, signOut } from '@portico/plugin-access/contract';
import { definePage } from '@portico/plugin-kit/ui';

/** The shell calls operations too, and declares them like a page. */
export const shellPage = definePage({
  name: 'shell',
  path: '*',
  title: 'Shell',
  operations: { getMe, getOidcLogoutUrl, signOut, endSupportSession },
  states: ['loading', 'error', 'success'],
});
