import {
  coreServices,
  createBackendFeatureLoader,
  createBackendPlugin,
  createServiceFactory,
} from '@backstage/backend-plugin-api';
import { attentionRef, clockRef, databaseRef, httpApiRef, outboxRef, settingsRef } from '@portico/plugin-kit/backend';
import { billingContract, billingSettings } from '@portico/plugin-billing/contract';
import { billingPortRef } from '@portico/plugin-billing/port';
import { migrations } from '../migrations';
import { Accrual } from './accrual';
import { policyOf } from './policy';
import { createBillingPort } from './port';
import { createHandlers } from './routes';

const billingPort = createServiceFactory({
  service: billingPortRef,
  deps: { database: databaseRef, clock: clockRef, outbox: outboxRef, settings: settingsRef },
  async factory({ database, clock, outbox, settings }) {
    await database.migrate('billing', migrations);
    return createBillingPort({ clock, outbox, policy: policyOf(settings.of(billingSettings), database.dialect) });
  },
});

const billingPlugin = createBackendPlugin({
  pluginId: 'billing',
  register(env) {
    env.registerInit({
      deps: {
        http: httpApiRef,
        database: databaseRef,
        clock: clockRef,
        outbox: outboxRef,
        attention: attentionRef,
        settings: settingsRef,
        lifecycle: coreServices.lifecycle,
        logger: coreServices.logger,
        // The tables are there once the port is.
        port: billingPortRef,
      },
      async init({ http, database, clock, outbox, attention, settings, lifecycle, logger }) {
        const policy = policyOf(settings.of(billingSettings), database.dialect);
        http.serve(billingContract, createHandlers({ database, clock, policy }));
        const accrual = new Accrual({ database, clock, outbox, attention, policy, logger });
        lifecycle.addStartupHook(() => accrual.start());
        lifecycle.addShutdownHook(() => accrual.stop());
      },
    });
  },
});

export default createBackendFeatureLoader({ loader: () => [billingPort, billingPlugin] });
