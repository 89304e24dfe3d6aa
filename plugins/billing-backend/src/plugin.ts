import {
  coreServices,
  createBackendFeatureLoader,
  createBackendPlugin,
  createServiceFactory,
} from '@backstage/backend-plugin-api';
import { accessPortRef } from '@portico/plugin-access/port';
import * as kit from '@portico/plugin-kit/backend';
import { billingContract, billingSettings } from '@portico/plugin-billing/contract';
import { billingPortRef, skuNamesRef } from '@portico/plugin-billing/port';
import { migrations } from '../migrations';
import { Accrual } from './accrual';
import { keepLedger } from './ledger-keeping';
import { providerOf } from './payments/provider-of-settings';
import { startPayments } from './payments/start-payments';
import { sendNotices } from './notices';
import { policyOf } from './policy';
import { createBillingPort } from './port';
import { Rollups } from './rollups';
import { sendRefunds } from './refunds/refund-sender';
import { billingRoutes } from './routes/routes';
import { keepStatements } from './statements';

const billingPort = createServiceFactory({
  service: billingPortRef,
  deps: { database: kit.databaseRef, clock: kit.clockRef, outbox: kit.outboxRef, settings: kit.settingsRef },
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
        http: kit.httpApiRef,
        database: kit.databaseRef,
        clock: kit.clockRef,
        outbox: kit.outboxRef,
        audit: kit.auditRef,
        mail: kit.mailRef,
        attention: kit.attentionRef,
        secrets: kit.secretsRef,
        rateLimits: kit.rateLimitsRef,
        settings: kit.settingsRef,
        access: accessPortRef,
        skuNames: skuNamesRef,
        lifecycle: coreServices.lifecycle,
        logger: coreServices.logger,
        // The tables are there once the port is.
        port: billingPortRef,
      },
      async init({ http, lifecycle, port: _, ...given }) {
        const settings = given.settings.of(billingSettings);
        const payments = await providerOf(settings.payments, { ...given, publicUrl: given.settings.server.publicUrl });
        const services = { ...given, policy: policyOf(settings, given.database.dialect), payments };
        http.serve(billingContract, billingRoutes(services));
        const accrual = new Accrual(services);
        lifecycle.addStartupHook(() => accrual.start());
        lifecycle.addShutdownHook(() => accrual.stop());
        sendNotices(services);
        keepLedger(services, lifecycle);
        startPayments(services, lifecycle);
        sendRefunds(services, lifecycle);
        keepStatements(services, lifecycle);
        const rollups = new Rollups(services);
        lifecycle.addStartupHook(() => rollups.start());
        lifecycle.addShutdownHook(() => rollups.stop());
      },
    });
  },
});

export default createBackendFeatureLoader({ loader: () => [billingPort, billingPlugin] });
