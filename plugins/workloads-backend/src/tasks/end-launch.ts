import type { TaskDefinition, TaskError, Transaction } from '@portico/plugin-kit/backend';
import { enqueueTask, RELEASE_KIND } from '../actions/allocation-tasks';
import { changeState } from '../actions/change-state';
import type { Allocation } from '../domain/allocation';
import { handToTask, lockAllocation } from '../store/allocations';
import type { ProvisionServices } from './launch-steps';
import { failureReasonOf } from './runtime-errors';

type TaskEnd = Parameters<TaskDefinition<object>['finished']>[1];

interface End {
  readonly actor: { readonly type: 'task'; readonly id: string };
  readonly correlationId: string;
  readonly error: TaskError | null;
}

/**
 * What becomes of the allocations when their launch ends. Those that another task has taken over meanwhile (released one by one, as soon as they were active)
 * are none of its business. All are locked before the first changes: their meters meet at one account.
 */
export async function endLaunch(
  tx: Transaction,
  services: ProvisionServices,
  { allocationIds, outcome, error, task }: TaskEnd & { allocationIds: readonly string[] },
): Promise<void> {
  const end: End = { actor: { type: 'task', id: task.taskId }, correlationId: task.correlationId, error };
  const own: Allocation[] = [];
  for (const id of allocationIds) {
    const allocation = await lockAllocation(tx, id);
    if (allocation?.taskId === task.taskId) own.push(allocation);
  }
  for (const allocation of own) {
    // Cancelled before it began: whoever cancels does the rest, in this very transaction.
    if (outcome === 'cancelled' && allocation.status !== 'releasing') continue;
    if (outcome === 'completed') await releaseIfAskedMeanwhile(tx, services, allocation, end);
    else await undone(tx, services, allocation, end);
  }
}

/** A cancel that came too late to stop the task finds a complete instance: it is released like any other. */
async function releaseIfAskedMeanwhile(
  tx: Transaction,
  services: ProvisionServices,
  allocation: Allocation,
  end: End,
): Promise<void> {
  if (allocation.status !== 'releasing') return;
  const taskId = await enqueueTask(tx, services, {
    kind: RELEASE_KIND,
    allocation,
    epoch: allocation.version,
    correlationId: end.correlationId,
  });
  await handToTask(tx, { allocationId: allocation.allocationId, taskId });
}

/** Everything was compensated, so nothing runs: the slots go back, and the allocation ends as cancelled or failed. */
async function undone(tx: Transaction, services: ProvisionServices, allocation: Allocation, end: End): Promise<void> {
  const { actor, correlationId } = end;
  const released = { to: 'released', at: tx.now, actor } as const;
  const failed = { to: 'failed', at: tx.now, actor, reason: failureReasonOf(end.error), lastAliveAt: null } as const;
  await changeState(tx, services, {
    allocation,
    correlationId,
    change: allocation.status === 'releasing' ? released : failed,
  });
  await services.fleet.free(tx, allocation.allocationId);
}
