import type { TaskDefinition } from '@portico/plugin-kit/backend';
import { type AllocationTaskInput, RECLAIM_KIND } from '../actions/allocation-tasks';
import type { Services } from '../services';
import { endingSteps } from './instance-steps';

/** Nobody can ask for it again, so it is patient: with a minute between attempts, most of a day. */
const ATTEMPTS_MAX = 1_000;
const BACKOFF_SECONDS_MAX = 60;
const CLEANUP_ATTENTION = 'cleanup_blocked';

export type ReclaimServices = Pick<Services, 'attention' | 'database' | 'fleet' | 'workloads'>;

/** Gives back the capacity of an allocation that failed while running: what is left of it is ended, then the slots are free. */
export function reclaimTask(services: ReclaimServices): TaskDefinition<AllocationTaskInput> {
  const { deadlineSeconds, backoffSeconds } = services.workloads.tasks;
  const step = {
    deadlineSeconds,
    retry: { attemptsMax: ATTEMPTS_MAX, backoffSeconds, backoffSecondsMax: BACKOFF_SECONDS_MAX },
  };
  return {
    kind: RECLAIM_KIND,
    steps: [
      ...endingSteps(services, step),
      {
        name: 'return_capacity',
        ...step,
        async run() {},
        commit: (tx, context) => services.fleet.free(tx, context.input.allocationId),
      },
    ],
    async finished(tx, { outcome, error, task }) {
      if (outcome === 'completed') return;
      await services.attention.raise(tx, {
        kind: CLEANUP_ATTENTION,
        resource: task.resource,
        organizationId: task.organizationId,
        message: `What is left of a failed allocation could not be removed, so its GPUs stay held: ${error?.message ?? outcome}`,
      });
    },
  };
}
