import { isInReach } from '@portico/plugin-kit/backend';
import type { Actor, Transaction, UserCaller } from '@portico/plugin-kit/backend';
import { common, errorsOf } from '@portico/plugin-kit/contract';
import { workloadErrors } from '@portico/plugin-workloads/contract';
import type { Allocation } from '../domain/allocation';
import type { Services } from '../services';
import { findAllocation, lockAllocation } from '../store/allocations';
import { changeState } from './change-state';
import { enqueueTask, RELEASE_KIND } from './allocation-tasks';

export type ReleaseActionServices = Pick<Services, 'billing' | 'fleet' | 'outbox' | 'tasks'>;

/** What cancelling the launch came to: there was none under way, its task undoes it, or nothing had begun and nothing is to be undone. */
export type LaunchEnd = 'none' | 'undoing' | 'undone';

export interface ReleaseRequest {
  readonly actor: Actor;
  readonly correlationId: string;
  /** Machine-readable or an administrator's words; kept in the log of transitions. */
  readonly reason: string;
}

const { fail } = errorsOf(workloadErrors);

/**
 * Asks for the release of one allocation, whatever it is doing. Before it is active its launch is cancelled and the cancelled task ends it;
 * from then on a task of its own does. While it is being released nothing is added. `caller` limits whose it may be.
 */
export async function requestRelease(
  tx: Transaction,
  services: ReleaseActionServices,
  options: ReleaseRequest & { allocationId: string; caller?: UserCaller },
): Promise<{ before: Allocation; after: Allocation }> {
  const seen = await findAllocation(tx, options.allocationId);
  if (!seen || (options.caller !== undefined && !isInReach(options.caller, seen))) throw common.fail('not_found');
  const launch = await cancelLaunch(tx, services, seen);
  const before = await lockAllocation(tx, options.allocationId);
  if (!before) throw common.fail('not_found');
  return { before, after: await releaseLocked(tx, services, before, { ...options, launch }) };
}

/** Cancels the launch that is under way. The task is locked before its allocation, as the worker does it. */
export async function cancelLaunch(
  tx: Transaction,
  services: Pick<Services, 'tasks'>,
  seen: Allocation,
): Promise<LaunchEnd> {
  if (seen.status !== 'requested' && seen.status !== 'provisioning') return 'none';
  if ((await services.tasks.cancel(tx, seen.taskId)) === 'final') return 'none';
  const task = await services.tasks.get(tx, seen.taskId);
  return task?.status === 'cancelled' ? 'undone' : 'undoing';
}

export async function releaseLocked(
  tx: Transaction,
  services: ReleaseActionServices,
  allocation: Allocation,
  request: ReleaseRequest & { launch: LaunchEnd },
): Promise<Allocation> {
  if (allocation.status === 'releasing') return allocation;
  if (allocation.status === 'released' || allocation.status === 'failed') {
    throw fail('allocation_not_releasable', { details: { status: allocation.status } });
  }
  const { actor, correlationId, reason } = request;
  const taskId =
    request.launch === 'none'
      ? await enqueueTask(tx, services, {
          kind: RELEASE_KIND,
          allocation,
          epoch: allocation.version + 1,
          correlationId,
          reason,
        })
      : allocation.taskId;
  const after = await changeState(tx, services, {
    allocation,
    change: { to: 'releasing', at: tx.now, actor, reason, taskId },
    correlationId,
  });
  if (!after) throw new Error(`an allocation that is ${allocation.status} could not begin its release`);
  if (request.launch !== 'undone') return after;
  await services.fleet.free(tx, allocation.allocationId);
  return (
    (await changeState(tx, services, {
      allocation: after,
      change: { to: 'released', at: tx.now, actor },
      correlationId,
    })) ?? after
  );
}
