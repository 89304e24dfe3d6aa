import { coreServices, createServiceFactory, createServiceRef } from '@backstage/backend-plugin-api';
import { clockRef, settingsRef } from '@portico/plugin-kit/backend';
import { fleetSettings } from '@portico/plugin-fleet/contract';
import { sshRuntimeRef as publicRef } from '@portico/plugin-fleet/port';
import type { Runtime } from '@portico/plugin-fleet/port';
import { refusedIpv4Networks } from './runtimes/local/supervisor/egress-policy';
import { createContainerSessions } from './runtimes/ssh/access/container-sessions';
import { PrometheusGpus } from './runtimes/ssh/prometheus';
import { createSshRuntime } from './runtimes/ssh/ssh-runtime';
import { nodeSshRef } from './ssh/service';

/** The same service as the port's ref. As the ref's default, so that it gives way to a factory the backend was started with. */
export const sshRuntimeRef = createServiceRef<Runtime>({
  id: publicRef.id,
  scope: 'root',
  defaultFactory: async service =>
    createServiceFactory({
      service,
      deps: { nodes: nodeSshRef, settings: settingsRef, clock: clockRef, lifecycle: coreServices.rootLifecycle },
      factory({ nodes, settings, clock, lifecycle }) {
        const { ssh, metrics } = settings.of(fleetSettings);
        const { cdiKind, baseImage, refusedNetworks, nameservers } = ssh;
        const runtime = createSshRuntime({
          connections: nodes.connections,
          sessions: createContainerSessions,
          clock,
          cdiKind,
          baseImage,
          refusedNetworks: [...refusedIpv4Networks, ...refusedNetworks],
          nameservers,
          ...(metrics.prometheusUrl !== undefined && {
            prometheus: new PrometheusGpus({ url: metrics.prometheusUrl, queries: metrics.queries }),
          }),
        });
        lifecycle.addShutdownHook(() => runtime.close());
        return runtime;
      },
    }),
});
