import { createServiceFactory, createServiceRef } from '@backstage/backend-plugin-api';
import { databaseRef, defineSettings, secretsRef, settingsRef } from '@portico/plugin-kit/backend';
import { accessSettings } from '@portico/plugin-access/contract';
import { migrations } from '../migrations';
import { AccountKeys } from './authentication/account-keys';
import { FactorKeys } from './authentication/factor-keys';
import { SessionCookie } from './authentication/session-cookie';
import { SessionKeys } from './authentication/session-keys';
import { relyingPartyOf } from './domain/relying-party';
import type { RelyingParty } from './domain/relying-party';
import { FlowCookie } from './oidc/flow-cookie';
import { OidcVault } from './oidc/oidc-vault';

/** The platform’s section, as far as it is read here. */
const appSettings = defineSettings({
  key: 'app',
  schema: { type: 'object', required: ['title'], properties: { title: { type: 'string' } } },
});

/** What authentication, port and routes all stand on; made once, after the tables are up to date. */
export interface Foundation {
  readonly keys: SessionKeys;
  readonly cookie: SessionCookie;
  readonly publicUrl: string;
  readonly proofSeconds: number;
  /** The name people see. */
  readonly title: string;
  readonly accountKeys: AccountKeys;
  readonly flowCookie: FlowCookie;
  readonly oidcVault: OidcVault;
  readonly factorKeys: FactorKeys;
  /** Null where no browser makes passkeys. */
  readonly relyingParty: RelyingParty | null;
}

export const foundationRef = createServiceRef<Foundation>({ id: 'portico.access.foundation', scope: 'root' });

export const foundationFactory = createServiceFactory({
  service: foundationRef,
  deps: { database: databaseRef, secrets: secretsRef, settings: settingsRef },
  async factory({ database, secrets, settings }) {
    await database.migrate('access', migrations);
    const { publicUrl } = settings.server;
    const { title } = settings.of(appSettings);
    const { proofMinutes } = settings.of(accessSettings);
    return {
      keys: new SessionKeys(secrets),
      cookie: new SessionCookie(publicUrl),
      publicUrl,
      proofSeconds: proofMinutes * 60,
      title,
      accountKeys: new AccountKeys(secrets),
      flowCookie: new FlowCookie(publicUrl),
      oidcVault: new OidcVault(secrets),
      factorKeys: new FactorKeys(secrets),
      relyingParty: relyingPartyOf(publicUrl, title),
    };
  },
});
