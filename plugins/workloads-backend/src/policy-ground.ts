import { createServiceFactory } from '@backstage/backend-plugin-api';
import { policyGroundRef } from '@portico/plugin-access/port';
import { fleetPortRef } from '@portico/plugin-fleet/port';
import { settingsRef } from '@portico/plugin-kit/backend';
import { workloadSettings } from '@portico/plugin-workloads/contract';
import { runningAllocations } from './store/running-allocations';

/** What policies decide about here: the configuration says what holds while nobody has set one. */
export const policyGroundFactory = createServiceFactory({
  service: policyGroundRef,
  deps: { settings: settingsRef, fleet: fleetPortRef },
  factory({ settings, fleet }) {
    const { quota, terminal } = settings.of(workloadSettings);
    return {
      defaults: {
        concurrent_allocations: quota.concurrentAllocationsMax,
        terminal_session_seconds: terminal.sessionSeconds,
        terminal_recording: false,
      },
      async running(queries, filter) {
        const running = await runningAllocations(queries, filter);
        const regions = running.length === 0 ? undefined : await fleet.regionsByNode(queries);
        return running.map(({ nodeId, ...one }) => ({ ...one, region: regions?.get(nodeId) ?? null }));
      },
    };
  },
});
