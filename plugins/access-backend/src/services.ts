import type { Audit, Authorization, Clock, Database, Mail, Outbox, RateLimits } from '@portico/plugin-kit/backend';
import type { ProjectOccupants } from '@portico/plugin-access/port';
import type { BillingPort } from '@portico/plugin-billing/port';
import type { PasswordHasher } from './authentication/password-hasher';
import type { AccountKeys } from './authentication/account-keys';
import type { FactorKeys } from './authentication/factor-keys';
import type { SessionCookie } from './authentication/session-cookie';
import type { SessionKeys } from './authentication/session-keys';
import type { RelyingParty } from './domain/relying-party';
import type { PolicyRules } from './policy-rules';

import type { FlowCookie } from './oidc/flow-cookie';
import type { IdentityProviders } from './oidc/identity-providers';
import type { OidcVault } from './oidc/oidc-vault';

/** All that the actions of this plugin stand on. */
export interface AccessServices {
  readonly database: Database;
  readonly clock: Clock;
  readonly audit: Audit;
  readonly authorization: Authorization;
  readonly outbox: Outbox;
  readonly mail: Mail;
  readonly rateLimits: RateLimits;
  readonly billing: BillingPort;
  /** Whoever keeps things in projects. */
  readonly occupants: readonly ProjectOccupants[];
  readonly policies: PolicyRules;
  readonly hasher: PasswordHasher;
  readonly keys: SessionKeys;
  readonly cookie: SessionCookie;
  readonly publicUrl: string;
  /** How long a proof of identity counts. */
  readonly proofSeconds: number;
  /** The name people see. */
  readonly title: string;
  readonly accountKeys: AccountKeys;
  readonly factorKeys: FactorKeys;
  /** Null where no browser makes passkeys. */
  readonly relyingParty: RelyingParty | null;
  readonly signUp: 'open' | 'closed';
  /** Identity providers people may sign in through, as configured. */
  readonly providers: IdentityProviders;
  readonly flowCookie: FlowCookie;
  readonly oidcVault: OidcVault;
}
