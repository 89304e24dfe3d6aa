import { existsSync } from 'node:fs';
import path from 'node:path';
import { coreServices, createServiceFactory, createServiceRef } from '@backstage/backend-plugin-api';
import { clockRef, databaseRef, settingsRef } from '@portico/plugin-kit/backend';
import { fleetSettings } from '@portico/plugin-fleet/contract';
import { localRuntimeRef as publicRef } from '@portico/plugin-fleet/port';
import type { Runtime } from '@portico/plugin-fleet/port';
import { migrations } from '../migrations';
import { assertIsolationAllowed, embeddedFleet } from './embedded-fleet';
import { createLocalRuntime } from './runtimes/local/local-runtime';
import { becomeSoleReplica } from './sole-replica';

/** The same service as the port's ref. As the ref's default, so that it gives way to a factory the backend was started with. */
export const localRuntimeRef = createServiceRef<Runtime>({
  id: publicRef.id,
  scope: 'root',
  defaultFactory: async service =>
    createServiceFactory({
      service,
      deps: {
        settings: settingsRef,
        database: databaseRef,
        clock: clockRef,
        logger: coreServices.rootLogger,
        lifecycle: coreServices.rootLifecycle,
      },
      async factory({ settings, database, clock, logger, lifecycle }) {
        assertIsolationAllowed(settings);
        await database.migrate('fleet', migrations);
        const letGo = await becomeSoleReplica({
          database,
          clock,
          logger,
          onLost: () => process.kill(process.pid, 'SIGTERM'),
        });
        const { isolation, realGpus, runtime: limits } = settings.of(fleetSettings);
        const nodes = (await embeddedFleet(settings)).filter(node => node.simulated);
        const runtime = createLocalRuntime({
          stateDirectory: path.join(settings.dataDirectory, 'runtime'),
          isolation,
          simulatedNodes: Object.fromEntries(nodes.map(node => [node.name, node.slots.map(slot => slot.gpu)])),
          assetsDirectory: assetsDirectory(),
          clock,
          logger,
          protectedPaths: [settings.dataDirectory],
          refusedAddresses: limits.refusedAddresses,
          ...(realGpus === 'off' && { nvidiaSmi: noGpus }),
        });
        lifecycle.addShutdownHook(async () => runtime.close());
        // While the database is still open.
        lifecycle.addBeforeShutdownHook(letGo);
        // What a portal before this one started and paid for goes on.
        await runtime.adoptAll();
        return runtime;
      },
    }),
});

/** The built backend has the runtime's programs beside itself; run from source they are where `build-runtime.mjs` puts them. */
function assetsDirectory(): string {
  const besideTheBundle = path.join(__dirname, 'runtime');
  return existsSync(besideTheBundle) ? besideTheBundle : path.join(__dirname, '../dist');
}

async function noGpus(): Promise<never> {
  throw new Error('"fleet.realGpus" is "off"');
}
