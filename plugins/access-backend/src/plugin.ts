import {
  coreServices,
  createBackendFeatureLoader,
  createBackendPlugin,
  createServiceFactory,
} from '@backstage/backend-plugin-api';
import { accessContract, accessSettings } from '@portico/plugin-access/contract';
import { projectOccupantsRef } from '@portico/plugin-access/port';
import { billingPortRef } from '@portico/plugin-billing/port';
import * as kit from '@portico/plugin-kit/backend';
import { accessPortFactory } from './access-port';
import { answerPasswordReset, RESET_REQUESTED } from './actions/request-password-reset';
import { actorNamesFactory } from './actor-names';
import { PasswordHasher } from './authentication/password-hasher';
import { SessionAuthentication } from './authentication/session-authentication';
import { startFirstAdmin } from './first-admin';
import { foundationFactory, foundationRef } from './foundation';
import { policyRulesFactory, policyRulesRef } from './policy-rules';
import { IdentityProviders } from './oidc/identity-providers';
import { accessRoutes } from './routes/routes';

const authenticationFactory = createServiceFactory({
  service: kit.authenticationRef,
  deps: {
    foundation: foundationRef,
    database: kit.databaseRef,
    clock: kit.clockRef,
    audit: kit.auditRef,
    logger: coreServices.rootLogger,
  },
  factory: ({ foundation, ...services }) => new SessionAuthentication({ ...foundation, ...services }),
});

const accessPlugin = createBackendPlugin({
  pluginId: 'access',
  register(env) {
    env.registerInit({
      deps: {
        foundation: foundationRef,
        http: kit.httpApiRef,
        settings: kit.settingsRef,
        database: kit.databaseRef,
        clock: kit.clockRef,
        audit: kit.auditRef,
        authorization: kit.authorizationRef,
        outbox: kit.outboxRef,
        mail: kit.mailRef,
        rateLimits: kit.rateLimitsRef,
        billing: billingPortRef,
        occupants: projectOccupantsRef,
        policies: policyRulesRef,
        logger: coreServices.logger,
      },
      async init({ foundation, http, settings, logger, ...services }) {
        const { signUp, adminPassword, oidc } = settings.of(accessSettings);
        const hasher = new PasswordHasher();
        const { publicUrl } = foundation;
        const providers = new IdentityProviders(oidc.providers, { clock: services.clock, logger, publicUrl });
        await startFirstAdmin({ ...services, hasher, logger }, adminPassword);
        services.outbox.consume({
          name: 'access-password-resets',
          types: [RESET_REQUESTED],
          handle: (tx, event) => answerPasswordReset(tx, { ...foundation, ...services }, event),
        });
        http.serve(accessContract, accessRoutes({ ...foundation, ...services, hasher, signUp, providers }));
      },
    });
  },
});

export default createBackendFeatureLoader({
  loader: () => [
    foundationFactory,
    authenticationFactory,
    policyRulesFactory,
    accessPortFactory,
    actorNamesFactory,
    accessPlugin,
  ],
});
