import type { Actor, Transaction } from '@portico/plugin-kit/backend';
import { common, errorsOf } from '@portico/plugin-kit/contract';
import { workloadErrors } from '@portico/plugin-workloads/contract';
import type { Allocation } from '../domain/allocation';
import type { Services } from '../services';
import { findAllocation, lockAllocation } from '../store/allocations';
import { changeState } from './change-state';
import { enqueueTask, RELEASE_KIND } from './allocation-tasks';

export type ReleaseActionServices = Pick<Services, 'billing' | 'outbox' | 'tasks'>;

export interface ReleaseRequest {
  readonly actor: Actor;
  readonly correlationId: string;
  /** Machine-readable or an administrator's words; kept in the log of transitions. */
  readonly reason: string;
}

const { fail } = errorsOf(workloadErrors);

/**
 * Asks for the release of one allocation, whatever it is doing. Before it is active its launch is cancelled and the cancelled task ends it;
 * from then on a task of its own does. While it is being released nothing is added. `organizationId` limits whose it may be.
 */
export async function requestRelease(
  tx: Transaction,
  services: ReleaseActionServices,
  options: ReleaseRequest & { allocationId: string; organizationId?: string },
): Promise<{ before: Allocation; after: Allocation }> {
  const seen = await findAllocation(tx, options.allocationId);
  if (!seen || (options.organizationId !== undefined && seen.organizationId !== options.organizationId)) throw common.fail('not_found');
  const launchCancelled = await cancelLaunch(tx, services, seen);
  const before = await lockAllocation(tx, options.allocationId);
  if (!before) throw common.fail('not_found');
  return { before, after: await releaseLocked(tx, services, before, { ...options, launchCancelled }) };
}

/** Cancels the launch that is under way. The task is locked before its allocation, as the worker does it. */
export async function cancelLaunch(tx: Transaction, services: Pick<Services, 'tasks'>, seen: Allocation): Promise<boolean> {
  if (seen.status !== 'requested' && seen.status !== 'provisioning') return false;
  return (await services.tasks.cancel(tx, seen.taskId)) === 'accepted';
}

/** `launchCancelled`: the task of the launch is undoing it and will end the allocation. */
export async function releaseLocked(
  tx: Transaction,
  services: ReleaseActionServices,
  allocation: Allocation,
  request: ReleaseRequest & { launchCancelled: boolean },
): Promise<Allocation> {
  if (allocation.status === 'releasing') return allocation;
  if (allocation.status === 'released' || allocation.status === 'failed') {
    throw fail('allocation_not_releasable', { details: { status: allocation.status } });
  }
  const { actor, correlationId, reason } = request;
  const taskId = request.launchCancelled
    ? allocation.taskId
    : await enqueueTask(tx, services, { kind: RELEASE_KIND, allocation, epoch: allocation.version + 1, correlationId });
  const after = await changeState(tx, services, { allocation, change: { to: 'releasing', at: tx.now, actor, reason, taskId }, correlationId });
  if (!after) throw new Error(`an allocation that is ${allocation.status} could not begin its release`);
  return after;
}
