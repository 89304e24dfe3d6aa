import { coreServices, createBackendFeatureLoader, createBackendPlugin } from '@backstage/backend-plugin-api';
import { accessPortRef } from '@portico/plugin-access/port';
import { billingPortRef } from '@portico/plugin-billing/port';
import { catalogPortRef } from '@portico/plugin-catalog/port';
import { fleetPortRef } from '@portico/plugin-fleet/port';
import {
  attentionRef,
  auditRef,
  authenticationRef,
  authorizationRef,
  clockRef,
  databaseRef,
  httpApiRef,
  outboxRef,
  secretsRef,
  settingsRef,
  tasksRef,
} from '@portico/plugin-kit/backend';
import { workloadsContract, workloadSettings } from '@portico/plugin-workloads/contract';
import { migrations } from '../migrations';
import { defineBackgroundWork, startBackgroundLoops } from './background';
import { routes } from './routes';
import { serveGateways } from './gateways/gateways';
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
        authentication: authenticationRef,
        authorization: authorizationRef,
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
        const services = {
          ...platform,
          metrics: createMetricsStore(openMetricsDatabase({ database, dataDirectory: settings.dataDirectory })),
          sshAddress: createSshAddress(settings),
          workloads: settings.of(workloadSettings),
        } satisfies Services;
        defineBackgroundWork(services);
        http.serve(workloadsContract, routes(services));
        const gateways = serveGateways(http, services);

        let loops: ReturnType<typeof startBackgroundLoops> | undefined;
        let ssh: Awaited<ReturnType<typeof gateways.start>> | undefined;
        lifecycle.addStartupHook(async () => {
          ssh = await gateways.start();
          loops = startBackgroundLoops(services);
        });
        lifecycle.addShutdownHook(async () => {
          await ssh?.close();
          await loops?.stop();
          await services.metrics.close();
        });
      },
    });
  },
});

export default createBackendFeatureLoader({ loader: () => [workloadsPlugin] });
