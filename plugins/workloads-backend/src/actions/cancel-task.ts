import type { RequestContext, TaskRecord, Transaction } from '@portico/plugin-kit/backend';
import { common, errorsOf } from '@portico/plugin-kit/contract';
import { workloadErrors } from '@portico/plugin-workloads/contract';
import type { Services } from '../services';
import { lockAllocation } from '../store/allocations';
import { PROVISION_KIND } from './allocation-tasks';
import { type ReleaseActionServices, releaseLocked } from './release';

const { fail } = errorsOf(workloadErrors);

/** Cancelling a launch releases its allocation. A task that gives something back is not stopped half-way: its owner asked for it. */
export async function cancelTask(
  tx: Transaction,
  services: ReleaseActionServices,
  options: { context: RequestContext; taskId: string },
): Promise<TaskRecord> {
  const { context, taskId } = options;
  const task = await services.tasks.get(tx, taskId);
  if (!task || task.organizationId !== context.caller.organizationId) throw common.fail('not_found');
  const accepted = task.kind === PROVISION_KIND && (await services.tasks.cancel(tx, taskId)) === 'accepted';
  if (!accepted) throw fail('task_not_cancellable', { details: { kind: task.kind, status: task.status } });

  const allocation = await lockAllocation(tx, task.resource.id);
  if (allocation) {
    const { actor, correlationId } = context;
    await releaseLocked(tx, services, allocation, { actor, correlationId, reason: 'launch_cancelled', launchCancelled: true });
  }
  return (await services.tasks.get(tx, taskId)) ?? task;
}
