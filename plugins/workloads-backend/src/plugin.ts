import { coreServices, createBackendFeatureLoader, createBackendPlugin } from '@backstage/backend-plugin-api';
import { accessPortRef } from '@portico/plugin-access/port';
import { billingPortRef } from '@portico/plugin-billing/port';
import { catalogPortRef } from '@portico/plugin-catalog/port';
import { fleetPortRef } from '@portico/plugin-fleet/port';
import { attentionRef, auditRef, clockRef, databaseRef, httpApiRef, outboxRef, secretsRef, settingsRef, tasksRef } from '@portico/plugin-kit/backend';
import { workloadsContract, workloadSettings } from '@portico/plugin-workloads/contract';
import { migrations } from '../migrations';
import { defineBackgroundWork, startBackgroundLoops } from './background';
import { routes } from './routes';
import type { Services } from './services';
import { createSshAddress } from './ssh-address';
import { createMetricsStore } from './store/metrics';
import { openMetricsDatabase } from './store/metrics-database';

const workloadsPlugin = createBackendPlugin({
  pluginId: 'workloads',
  register(env) {
    env.registerInit({
      deps: {
        access: accessPortRef,
        attention: attentionRef,
        audit: auditRef,
        billing: billingPortRef,
        catalog: catalogPortRef,
        clock: clockRef,
        database: databaseRef,
        fleet: fleetPortRef,
        http: httpApiRef,
        lifecycle: coreServices.lifecycle,
        logger: coreServices.logger,
        outbox: outboxRef,
        secrets: secretsRef,
        settings: settingsRef,
        tasks: tasksRef,
      },
      async init({ http, lifecycle, ...platform }) {
        const { database, settings } = platform;
        await database.migrate('workloads', migrations);
        const services: Services = {
          ...platform,
          metrics: createMetricsStore(openMetricsDatabase({ database, dataDirectory: settings.dataDirectory })),
          sshAddress: createSshAddress(settings),
          workloads: settings.of(workloadSettings),
        };
        defineBackgroundWork(services);
        http.serve(workloadsContract, routes(services));

        let loops: ReturnType<typeof startBackgroundLoops> | undefined;
        lifecycle.addStartupHook(() => {
          loops = startBackgroundLoops(services);
        });
        lifecycle.addShutdownHook(async () => {
          await loops?.stop();
          await services.metrics.close();
        });
      },
    });
  },
});

export default createBackendFeatureLoader({ loader: () => [workloadsPlugin] });
