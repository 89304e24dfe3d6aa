import type { TaskDefinition } from '@portico/plugin-kit/backend';
import { type AllocationTaskInput, CLEANUP_ATTENTION, RECLAIM_KIND } from '../actions/allocation-tasks';
import type { Services } from '../services';
import { endingSteps } from './instance-steps';

/** Nobody can ask for it again, so it is patient: with a minute between attempts, most of a day. */
const ATTEMPTS_MAX = 1_000;
const BACKOFF_SECONDS_MAX = 60;

export type ReclaimServices = Pick<Services, 'attention' | 'database' | 'fleet' | 'workloads'>;

/** Gives back the capacity of an allocation that failed while running: what is left of it is ended, then the slots are free; when patience ends they are blocked until a person has cleaned them. */
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
    async finished(tx, { input, outcome, error, task }) {
      // Cancelled by whoever vouched that nothing is left: they have seen to the capacity.
      if (outcome !== 'failed') return;
      const reason = error?.message ?? 'nobody knows why';
      await services.fleet.block(tx, { allocationId: input.allocationId, reason });
      await services.attention.raise(tx, {
        kind: CLEANUP_ATTENTION,
        resource: task.resource,
        organizationId: task.organizationId,
        message: `What is left of a failed allocation could not be removed, so its GPUs stay out of use until somebody has cleaned them: ${reason}`,
      });
    },
  };
}
