import {
  coreServices,
  createBackendFeatureLoader,
  createBackendPlugin,
  createServiceFactory,
  createServiceRef,
} from '@backstage/backend-plugin-api';
import { accessContract, accessSettings } from '@portico/plugin-access/contract';
import { accessPortRef } from '@portico/plugin-access/port';
import { billingPortRef } from '@portico/plugin-billing/port';
import {
  auditRef,
  authenticationRef,
  clockRef,
  databaseRef,
  httpApiRef,
  outboxRef,
  rateLimitsRef,
  secretsRef,
  settingsRef,
} from '@portico/plugin-kit/backend';
import { migrations } from '../migrations';
import { accessPort } from './access-port';
import { ensureFirstAdmin } from './actions/ensure-first-admin';
import { PasswordHasher } from './authentication/password-hasher';
import { SessionAuthentication } from './authentication/session-authentication';
import { SessionCookie } from './authentication/session-cookie';
import { SessionKeys } from './authentication/session-keys';
import { firstAdminNotice } from './first-admin-notice';
import { accessRoutes } from './routes/routes';

/** What both halves, authentication and routes, stand on; made once, after the tables are up to date. */
const foundationRef = createServiceRef<{ keys: SessionKeys; cookie: SessionCookie; publicUrl: string }>({
  id: 'portico.access.foundation',
  scope: 'root',
});

const foundationFactory = createServiceFactory({
  service: foundationRef,
  deps: { database: databaseRef, secrets: secretsRef, settings: settingsRef },
  async factory({ database, secrets, settings }) {
    await database.migrate('access', migrations);
    const { publicUrl } = settings.server;
    return { keys: new SessionKeys(secrets), cookie: new SessionCookie(publicUrl), publicUrl };
  },
});

const authenticationFactory = createServiceFactory({
  service: authenticationRef,
  deps: {
    foundation: foundationRef,
    database: databaseRef,
    clock: clockRef,
    audit: auditRef,
    logger: coreServices.rootLogger,
  },
  factory: ({ foundation, ...services }) => new SessionAuthentication({ ...foundation, ...services }),
});

const portFactory = createServiceFactory({
  service: accessPortRef,
  deps: { foundation: foundationRef },
  factory: () => accessPort,
});

const accessPlugin = createBackendPlugin({
  pluginId: 'access',
  register(env) {
    env.registerInit({
      deps: {
        foundation: foundationRef,
        http: httpApiRef,
        settings: settingsRef,
        database: databaseRef,
        clock: clockRef,
        audit: auditRef,
        outbox: outboxRef,
        rateLimits: rateLimitsRef,
        billing: billingPortRef,
        logger: coreServices.logger,
      },
      async init({ foundation, http, settings, logger, ...services }) {
        const { signUp, adminPassword } = settings.of(accessSettings);
        const hasher = new PasswordHasher();
        http.serve(accessContract, accessRoutes({ ...foundation, ...services, hasher, signUp }));
        const first = await ensureFirstAdmin({ ...services, hasher }, adminPassword);
        if (first.created) logger.info('created the first platform administrator');
        if (first.generatedPassword !== null) process.stdout.write(firstAdminNotice(first.generatedPassword));
      },
    });
  },
});

export default createBackendFeatureLoader({
  loader: () => [foundationFactory, authenticationFactory, portFactory, accessPlugin],
});
