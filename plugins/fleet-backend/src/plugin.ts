import {
  coreServices,
  createBackendFeatureLoader,
  createBackendPlugin,
  createServiceFactory,
} from '@backstage/backend-plugin-api';
import {
  attentionRef,
  auditRef,
  clockRef,
  databaseRef,
  httpApiRef,
  outboxRef,
  settingsRef,
} from '@portico/plugin-kit/backend';
import { fleetContract, fleetSettings } from '@portico/plugin-fleet/contract';
import { fleetPortRef } from '@portico/plugin-fleet/port';
import { migrations } from '../migrations';
import { reconcileConfiguration } from './actions/reconcile-configuration';
import { embeddedFleet } from './embedded-fleet';
import { createFleetPort } from './fleet-port';
import { localRuntimeRef } from './local-runtime';
import { fleetRoutes } from './routes';
import { startFleetWatch } from './watch/fleet-watch';

const telling = { database: databaseRef, audit: auditRef, outbox: outboxRef, attention: attentionRef };

const fleetPortFactory = createServiceFactory({
  service: fleetPortRef,
  deps: { ...telling, settings: settingsRef, localRuntime: localRuntimeRef },
  async factory({ settings, localRuntime, ...services }) {
    await services.database.migrate('fleet', migrations);
    await reconcileConfiguration(services, await embeddedFleet(settings));
    return createFleetPort(new Map([[localRuntime.kind, localRuntime]]));
  },
});

const fleetPlugin = createBackendPlugin({
  pluginId: 'fleet',
  register(env) {
    env.registerInit({
      deps: {
        ...telling,
        http: httpApiRef,
        clock: clockRef,
        settings: settingsRef,
        localRuntime: localRuntimeRef,
        // Asked for because making it prepares the tables and the nodes.
        port: fleetPortRef,
        logger: coreServices.logger,
        lifecycle: coreServices.lifecycle,
      },
      async init({ http, clock, settings, localRuntime, logger, lifecycle, port: _port, ...services }) {
        http.serve(fleetContract, fleetRoutes({ database: services.database, clock }));
        const { heartbeat, orphans } = settings.of(fleetSettings);
        let watch: ReturnType<typeof startFleetWatch> | undefined;
        lifecycle.addStartupHook(() => {
          watch = startFleetWatch({
            ...services,
            services,
            clock,
            logger,
            runtimes: new Map([[localRuntime.kind, localRuntime]]),
            heartbeatIntervalSeconds: heartbeat.intervalSeconds,
            unreachableAfterSeconds: heartbeat.unreachableAfterSeconds,
            orphanIntervalSeconds: orphans.intervalSeconds,
            graceSeconds: orphans.graceSeconds,
          });
        });
        lifecycle.addShutdownHook(() => watch?.stop());
      },
    });
  },
});

export default createBackendFeatureLoader({ loader: () => [fleetPortFactory, fleetPlugin] });
