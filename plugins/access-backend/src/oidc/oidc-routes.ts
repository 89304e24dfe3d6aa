import type { accessContract } from '@portico/plugin-access/contract';
import type { Handlers } from '@portico/plugin-kit/backend';
import { common } from '@portico/plugin-kit/contract';
import type { AccessServices } from '../services';

type OidcOperations =
  | 'authorizeOidc'
  | 'exchangeOidc'
  | 'getOidcLogoutUrl'
  | 'listIdentities'
  | 'authorizeIdentity'
  | 'linkIdentity'
  | 'unlinkIdentity';

/** Signing in through identity providers. */
export function oidcRoutes(_services: AccessServices): Pick<Handlers<typeof accessContract>, OidcOperations> {
  const unavailable = () => Promise.reject(common.fail('service_unavailable'));
  return {
    authorizeOidc: unavailable,
    exchangeOidc: unavailable,
    getOidcLogoutUrl: async () => ({ status: 200, body: { end_session_url: null } }),
    listIdentities: async () => ({ status: 200, body: { items: [], next_cursor: null } }),
    authorizeIdentity: unavailable,
    linkIdentity: unavailable,
    unlinkIdentity: unavailable,
  };
}
