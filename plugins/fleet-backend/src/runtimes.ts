import { createServiceFactory, createServiceRef } from '@backstage/backend-plugin-api';
import type { Runtime, RuntimeKind } from '@portico/plugin-fleet/port';
import { localRuntimeRef } from './local-runtime';
import { sshRuntimeRef } from './ssh-runtime';

/** All runtimes, by the kind that nodes name. */
export const runtimesRef = createServiceRef<ReadonlyMap<RuntimeKind, Runtime>>({
  id: 'portico.fleet.runtimes',
  scope: 'root',
  defaultFactory: async service =>
    createServiceFactory({
      service,
      deps: { local: localRuntimeRef, ssh: sshRuntimeRef },
      factory: ({ local, ssh }) => new Map([local, ssh].map(runtime => [runtime.kind, runtime])),
    }),
});
