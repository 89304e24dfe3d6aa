import type { Audit, Authorization, Clock, Database, Outbox, RateLimits } from '@portico/plugin-kit/backend';
import type { ProviderSettings } from './oidc/provider-settings';
import type { ProjectOccupants } from '@portico/plugin-access/port';
import type { BillingPort } from '@portico/plugin-billing/port';
import type { PasswordHasher } from './authentication/password-hasher';
import type { SessionCookie } from './authentication/session-cookie';
import type { SessionKeys } from './authentication/session-keys';

/** All that the actions of this plugin stand on. */
export interface AccessServices {
  readonly database: Database;
  readonly clock: Clock;
  readonly audit: Audit;
  readonly authorization: Authorization;
  readonly outbox: Outbox;
  readonly rateLimits: RateLimits;
  readonly billing: BillingPort;
  /** Whoever keeps things in projects. */
  readonly occupants: readonly ProjectOccupants[];
  readonly hasher: PasswordHasher;
  readonly keys: SessionKeys;
  readonly cookie: SessionCookie;
  readonly publicUrl: string;
  readonly signUp: 'open' | 'closed';
  /** Identity providers people may sign in through, as configured. */
  readonly providers: readonly ProviderSettings[];
}
