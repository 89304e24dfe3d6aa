import { isInReach } from '@portico/plugin-kit/backend';
import type { RequestContext, TaskRecord, Transaction } from '@portico/plugin-kit/backend';
import { common, errorsOf } from '@portico/plugin-kit/contract';
import { workloadErrors } from '@portico/plugin-workloads/contract';
import type { Allocation } from '../domain/allocation';
import { findAllocation } from '../store/allocations';
import { membersOf } from '../store/batches';
import { PROVISION_BATCH_KIND, PROVISION_KIND } from './allocation-tasks';
import { cancelLaunch, isUnderWay, lockTogether, type ReleaseActionServices, releaseLocked } from './release';

const { fail } = errorsOf(workloadErrors);

/** Cancelling a launch releases its allocations. A task that gives something back is not stopped half-way: its owner asked for it. */
export async function cancelTask(
  tx: Transaction,
  services: ReleaseActionServices,
  options: { context: RequestContext; taskId: string },
): Promise<TaskRecord> {
  const { context, taskId } = options;
  const task = await services.tasks.get(tx, taskId);
  if (!task || !isInReach(context.caller, task)) throw common.fail('not_found');
  const seen = await oneLaunchedBy(tx, task);
  const launch = seen ? await cancelLaunch(tx, services, seen) : 'none';
  const locked = seen ? await lockTogether(tx, seen, launch) : [];
  const own = locked.filter(allocation => allocation.taskId === taskId);
  // Asked for before: the answer is the task as it is, on its way to being cancelled.
  if (own.some(({ status }) => status === 'releasing')) return task;
  const left = own.filter(isUnderWay);
  if (left.length === 0 || launch === 'none')
    throw fail('task_not_cancellable', { details: { kind: task.kind, status: task.status } });

  const { actor, correlationId } = context;
  for (const allocation of left)
    await releaseLocked(tx, services, allocation, { actor, correlationId, reason: 'launch_cancelled', launch });
  return (await services.tasks.get(tx, taskId)) ?? task;
}

/** One of the allocations the task launches, preferably one that is still being launched; undefined when it launches none. */
async function oneLaunchedBy(tx: Transaction, task: TaskRecord): Promise<Allocation | undefined> {
  if (task.kind === PROVISION_KIND) return findAllocation(tx, task.resource.id);
  if (task.kind !== PROVISION_BATCH_KIND) return undefined;
  const members = (await membersOf(tx, task.resource.id)).filter(member => member.taskId === task.taskId);
  return members.find(isUnderWay) ?? members[0];
}
