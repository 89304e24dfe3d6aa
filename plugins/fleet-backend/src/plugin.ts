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
  secretsRef,
  settingsRef,
  tasksRef,
} from '@portico/plugin-kit/backend';
import { fleetContract, fleetSettings } from '@portico/plugin-fleet/contract';
import { fleetPortRef, nodeOccupantsRef } from '@portico/plugin-fleet/port';
import { migrations } from '../migrations';
import { examineIfDue } from './actions/examine-node';
import { reconcileConfiguration } from './actions/reconcile-configuration';
import { embeddedFleet } from './embedded-fleet';
import { createFleetPort } from './fleet-port';
import { placementRoutes } from './placement-routes';
import { fleetRoutes } from './routes';
import { nodeRoutes } from './routes/node-routes';
import { runtimesRef } from './runtimes';
import { slotMapRoutes } from './slot-map-routes';
import { nodeSshRef } from './ssh/service';
import { enrolDefinition } from './tasks/enrol';
import { startFleetWatch } from './watch/fleet-watch';

const telling = { database: databaseRef, audit: auditRef, outbox: outboxRef, attention: attentionRef };

const fleetPortFactory = createServiceFactory({
  service: fleetPortRef,
  deps: { ...telling, settings: settingsRef, runtimes: runtimesRef },
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
        ...telling,
        http: httpApiRef,
        clock: clockRef,
        settings: settingsRef,
        runtimes: runtimesRef,
        ssh: nodeSshRef,
        secrets: secretsRef,
        tasks: tasksRef,
        occupants: nodeOccupantsRef,
        // Asked for because making it prepares the tables and the nodes.
        port: fleetPortRef,
        logger: coreServices.logger,
        lifecycle: coreServices.lifecycle,
      },
      async init({ http, clock, settings, runtimes, logger, lifecycle, port: _port, ...services }) {
        const { ssh } = services;
        const nodes = { ...services, clock, logger, publicUrl: settings.server.publicUrl };
        services.tasks.define(enrolDefinition(nodes));
        const slotMaps = { ...services, clock, runtimes, connections: ssh.connections };
        http.serve(fleetContract, {
          ...fleetRoutes(slotMaps),
          ...slotMapRoutes(slotMaps),
          ...nodeRoutes(nodes),
          ...placementRoutes(slotMaps),
        });
        const { heartbeat, orphans } = settings.of(fleetSettings);
        let watch: ReturnType<typeof startFleetWatch> | undefined;
        lifecycle.addStartupHook(() => {
          watch = startFleetWatch({
            ...services,
            services,
            clock,
            logger,
            runtimes,
            examineIfDue: nodeId => examineIfDue(nodes, nodeId),
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
