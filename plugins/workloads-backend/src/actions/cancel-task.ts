import { isInReach } from '@portico/plugin-kit/backend';
import type { RequestContext, TaskRecord, Transaction } from '@portico/plugin-kit/backend';
import { common, errorsOf } from '@portico/plugin-kit/contract';
import { workloadErrors } from '@portico/plugin-workloads/contract';
import { findAllocation, lockAllocation } from '../store/allocations';
import { PROVISION_KIND } from './allocation-tasks';
import { cancelLaunch, type ReleaseActionServices, releaseLocked } from './release';

const { fail } = errorsOf(workloadErrors);

/** Cancelling a launch releases its allocation. A task that gives something back is not stopped half-way: its owner asked for it. */
export async function cancelTask(
  tx: Transaction,
  services: ReleaseActionServices,
  options: { context: RequestContext; taskId: string },
): Promise<TaskRecord> {
  const { context, taskId } = options;
  const task = await services.tasks.get(tx, taskId);
  if (!task || !isInReach(context.caller, task)) throw common.fail('not_found');
  const seen = task.kind === PROVISION_KIND ? await findAllocation(tx, task.resource.id) : undefined;
  const launch = seen ? await cancelLaunch(tx, services, seen) : 'none';
  const allocation = seen && (await lockAllocation(tx, seen.allocationId));
  // Asked for before: the answer is the task as it is, on its way to being cancelled.
  if (allocation?.status === 'releasing' && allocation.taskId === taskId) return task;
  if (!allocation || launch === 'none')
    throw fail('task_not_cancellable', { details: { kind: task.kind, status: task.status } });

  const { actor, correlationId } = context;
  await releaseLocked(tx, services, allocation, { actor, correlationId, reason: 'launch_cancelled', launch });
  return (await services.tasks.get(tx, taskId)) ?? task;
}
