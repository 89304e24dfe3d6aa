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
import { workloadsContract } from '@portico/plugin-workloads/contract';
import { migrations } from '../migrations';
import { defineBackgroundWork, runWhileStarted } from './background';
import { catalogUsageFactory } from './catalog-usage';
import { serveGateways } from './gateways/gateways';
import { nodeOccupantsFactory } from './node-occupants';
import { policyGroundFactory } from './policy-ground';
import { projectOccupantsFactory } from './project-occupants';
import { routes } from './routes';
import { createServices } from './services';

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
        await platform.database.migrate('workloads', migrations);
        const services = createServices(platform);
        defineBackgroundWork(services);
        http.serve(workloadsContract, routes(services));
        await runWhileStarted(lifecycle, services, serveGateways(http, services));
      },
    });
  },
});

export default createBackendFeatureLoader({
  loader: () => [
    projectOccupantsFactory,
    nodeOccupantsFactory,
    policyGroundFactory,
    catalogUsageFactory,
    workloadsPlugin,
  ],
});
