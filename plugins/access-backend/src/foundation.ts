import { createServiceFactory, createServiceRef } from '@backstage/backend-plugin-api';
import { databaseRef, secretsRef, settingsRef } from '@portico/plugin-kit/backend';
import { accessSettings } from '@portico/plugin-access/contract';
import { migrations } from '../migrations';
import { SessionCookie } from './authentication/session-cookie';
import { SessionKeys } from './authentication/session-keys';

/** What authentication, port and routes all stand on; made once, after the tables are up to date. */
export interface Foundation {
  readonly keys: SessionKeys;
  readonly cookie: SessionCookie;
  readonly publicUrl: string;
  readonly proofSeconds: number;
}

export const foundationRef = createServiceRef<Foundation>({ id: 'portico.access.foundation', scope: 'root' });

export const foundationFactory = createServiceFactory({
  service: foundationRef,
  deps: { database: databaseRef, secrets: secretsRef, settings: settingsRef },
  async factory({ database, secrets, settings }) {
    await database.migrate('access', migrations);
    const { publicUrl } = settings.server;
    const { proofMinutes } = settings.of(accessSettings);
    return {
      keys: new SessionKeys(secrets),
      cookie: new SessionCookie(publicUrl),
      publicUrl,
      proofSeconds: proofMinutes * 60,
    };
  },
});
