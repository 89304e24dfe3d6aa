import { RuntimeError } from '@portico/plugin-fleet/port';
import type { TaskDefinition, Transaction } from '@portico/plugin-kit/backend';
import { type AllocationTaskInput, RELEASE_FAILED_ATTENTION, RELEASE_KIND } from '../actions/allocation-tasks';
import { changeState } from '../actions/change-state';
import type { Services } from '../services';
import { lockAllocation } from '../store/allocations';
import { revokePortAdmissions } from '../store/port-admissions';
import { revokeTerminalTokens } from '../store/terminal-tokens';
import { endingSteps, patienceOf, placedInstance } from './instance-steps';
import { callRuntime } from './runtime-errors';

export type ReleaseServices = Pick<Services, 'attention' | 'billing' | 'database' | 'fleet' | 'outbox' | 'workloads'>;

/**
 * Ends what runs and gives the GPUs back. Billing stopped when it was asked for. The slots stay held until the runtime has confirmed that
 * nothing is left, however often that fails; when patience ends the allocation is `release_failed` and a person is told.
 */
export function releaseTask(services: ReleaseServices): TaskDefinition<AllocationTaskInput> {
  const step = patienceOf(services.workloads);
  return {
    kind: RELEASE_KIND,
    steps: [
      {
        name: 'stop_access',
        ...step,
        async run(context) {
          const { reason } = context.input;
          if (reason !== undefined && context.attempt === 1) context.report(`Asked for because of: ${reason}.`);
          const { runtime, instance } = await placedInstance(services, context.input.allocationId);
          await callRuntime(() => runtime.setAuthorizedKeys(instance, []).catch(ignoreMissing));
          context.report('Nobody can log in any more.');
        },
        async commit(tx, context) {
          await revokeTerminalTokens(tx, context.input.allocationId);
          await revokePortAdmissions(tx, context.input.allocationId);
        },
      },
      ...endingSteps(services, step),
      {
        name: 'return_capacity',
        ...step,
        async run() {},
        async commit(tx, context) {
          const { allocationId } = context.input;
          const allocation = await lockAllocation(tx, allocationId);
          if (!allocation) return;
          await changeState(tx, services, {
            allocation,
            change: { to: 'released', at: tx.now, actor: { type: 'task', id: context.taskId } },
            correlationId: context.correlationId,
          });
          await services.fleet.free(tx, allocationId);
          await services.attention.clear(tx, { kind: RELEASE_FAILED_ATTENTION, resource: context.resource });
        },
      },
    ],
    async finished(tx, { input, outcome, error, task }) {
      // Cancelled by whoever vouched that nothing is left: they have ended the allocation.
      if (outcome !== 'failed') return;
      const reason = error?.code ?? outcome;
      const allocation = await lockAllocation(tx, input.allocationId);
      const stuck =
        allocation &&
        (await changeState(tx, services, {
          allocation,
          change: { to: 'release_failed', at: tx.now, actor: { type: 'task', id: task.taskId }, reason },
          correlationId: task.correlationId,
        }));
      if (stuck) await tellSomebody(tx, services, { ...stuck, message: error?.message ?? 'nobody knows why.' });
    },
  };
}

async function tellSomebody(
  tx: Transaction,
  services: Pick<Services, 'attention'>,
  stuck: { allocationId: string; organizationId: string; name: string; message: string },
): Promise<void> {
  await services.attention.raise(tx, {
    kind: RELEASE_FAILED_ATTENTION,
    resource: { type: 'allocation', id: stuck.allocationId },
    organizationId: stuck.organizationId,
    message: `Releasing ${stuck.name} failed: ${stuck.message} Its GPUs stay held and billing has stopped; try the release again.`,
  });
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof RuntimeError && error.code === 'instance_missing')) throw error;
}
