import {
  coreServices,
  createBackendFeatureLoader,
  createBackendPlugin,
  createServiceFactory,
} from '@backstage/backend-plugin-api';
import { httpApiRef, settingsRef } from '@portico/plugin-kit/backend';
import { fleetContract } from '@portico/plugin-fleet/contract';
import { fleetPortRef } from '@portico/plugin-fleet/port';
import { migrations } from '../migrations';
import { reconcileConfiguration } from './actions/reconcile-configuration';
import { embeddedFleet } from './embedded-fleet';
import { createFleetPort } from './fleet-port';
import { placementRoutes } from './placement-routes';
import { fleetRoutes } from './routes';
import { nodeRoutes } from './routes/node-routes';
import { runtimesRef } from './runtimes';
import { createServices, serviceRefs, tellingRefs, watchOptions } from './services';
import { slotMapRoutes } from './slot-map-routes';
import { enrolDefinition } from './tasks/enrol';
import { startFleetWatch } from './watch/fleet-watch';

const fleetPortFactory = createServiceFactory({
  service: fleetPortRef,
  deps: { ...tellingRefs, settings: settingsRef, runtimes: runtimesRef },
  async factory({ settings, runtimes, ...services }) {
    await services.database.migrate('fleet', migrations);
    await reconcileConfiguration(services, await embeddedFleet(settings));
    return createFleetPort(runtimes);
  },
});

const fleetPlugin = createBackendPlugin({
  pluginId: 'fleet',
  register(env) {
    env.registerInit({
      deps: {
        ...serviceRefs,
        http: httpApiRef,
        // Asked for because making it prepares the tables and the nodes.
        port: fleetPortRef,
        lifecycle: coreServices.lifecycle,
      },
      async init({ http, lifecycle, port: _port, ...given }) {
        const services = createServices(given);
        services.tasks.define(enrolDefinition(services));
        http.serve(fleetContract, {
          ...fleetRoutes(services),
          ...nodeRoutes(services),
          ...slotMapRoutes(services),
          ...placementRoutes(services),
        });
        let watch: ReturnType<typeof startFleetWatch> | undefined;
        lifecycle.addStartupHook(() => {
          watch = startFleetWatch(watchOptions(services));
        });
        lifecycle.addShutdownHook(() => watch?.stop());
      },
    });
  },
});

export default createBackendFeatureLoader({ loader: () => [fleetPortFactory, fleetPlugin] });
