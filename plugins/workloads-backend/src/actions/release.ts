import { isInReach } from '@portico/plugin-kit/backend';
import type { Actor, Transaction, UserCaller } from '@portico/plugin-kit/backend';
import { common, errorsOf } from '@portico/plugin-kit/contract';
import { workloadErrors } from '@portico/plugin-workloads/contract';
import type { Allocation } from '../domain/allocation';
import type { Services } from '../services';
import { findAllocation, lockAllocation } from '../store/allocations';
import { lockMembers } from '../store/batches';
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

export interface Released {
  readonly before: Allocation;
  readonly after: Allocation;
}

const { fail } = errorsOf(workloadErrors);

/**
 * Asks for the release of one allocation, whatever it is doing. Before it is active its launch is cancelled and the cancelled task ends it, with those it was launched
 * with; from then on a task of its own does. While it is being released nothing is added. `caller` limits whose it may be. The first of the result is the one asked for.
 */
export async function requestRelease(
  tx: Transaction,
  services: ReleaseActionServices,
  options: ReleaseRequest & { allocationId: string; caller?: UserCaller },
): Promise<readonly [Released, ...Released[]]> {
  const seen = await findAllocation(tx, options.allocationId);
  if (!seen || (options.caller !== undefined && !isInReach(options.caller, seen))) throw common.fail('not_found');
  const launch = await cancelLaunch(tx, services, seen);
  const locked = await lockTogether(tx, seen, launch);
  const before = locked.find(one => one.allocationId === seen.allocationId);
  if (!before) throw common.fail('not_found');
  const own = { before, after: await releaseLocked(tx, services, before, { ...options, launch }) };
  const others = await releaseOthers(tx, services, { locked, but: before, request: { ...options, launch } });
  return [own, ...others];
}

/** The allocation alone, or all that the cancelled launch was of: they were to be active together or not at all. */
export async function lockTogether(
  tx: Transaction,
  seen: Allocation,
  launch: LaunchEnd,
): Promise<readonly Allocation[]> {
  if (launch !== 'none' && seen.batchId !== null) return lockMembers(tx, seen.batchId);
  const allocation = await lockAllocation(tx, seen.allocationId);
  return allocation ? [allocation] : [];
}

async function releaseOthers(
  tx: Transaction,
  services: ReleaseActionServices,
  options: { locked: readonly Allocation[]; but: Allocation; request: ReleaseRequest & { launch: LaunchEnd } },
): Promise<readonly Released[]> {
  const { locked, but, request } = options;
  const others: Released[] = [];
  for (const before of locked) {
    if (before === but || before.taskId !== but.taskId || !isUnderWay(before)) continue;
    others.push({ before, after: await releaseLocked(tx, services, before, request) });
  }
  return others;
}

/** Neither over nor about to be. */
export function isUnderWay({ status }: Allocation): boolean {
  return status !== 'releasing' && status !== 'released' && status !== 'failed';
}

/** Cancels the launch that is under way. The task is locked before its allocations, as the worker does it. */
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
