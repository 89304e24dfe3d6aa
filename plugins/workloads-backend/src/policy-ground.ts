import { createServiceFactory } from '@backstage/backend-plugin-api';
import { policyGroundRef } from '@portico/plugin-access/port';
import { settingsRef } from '@portico/plugin-kit/backend';
import { workloadSettings } from '@portico/plugin-workloads/contract';
import { runningAllocations } from './store/running-allocations';

/** What policies decide about here: the configuration says what holds while nobody has set one. */
export const policyGroundFactory = createServiceFactory({
  service: policyGroundRef,
  deps: { settings: settingsRef },
  factory({ settings }) {
    const { quota, terminal } = settings.of(workloadSettings);
    return {
      defaults: {
        concurrent_allocations: quota.concurrentAllocationsMax,
        terminal_session_seconds: terminal.sessionSeconds,
      },
      running: runningAllocations,
    };
  },
});
