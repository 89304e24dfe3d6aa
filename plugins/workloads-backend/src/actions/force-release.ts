import type { RequestContext, Transaction } from '@portico/plugin-kit/backend';
import { common, errorsOf } from '@portico/plugin-kit/contract';
import { workloadErrors } from '@portico/plugin-workloads/contract';
import { type Allocation, endedStatuses } from '../domain/allocation';
import type { Services } from '../services';
import { findAllocation } from '../store/allocations';
import { lastAliveAt } from '../store/liveness';
import { revokeTerminalTokens } from '../store/terminal-tokens';
import { allocationEvent } from './allocation-events';
import { CLEANUP_ATTENTION, RELEASE_FAILED_ATTENTION } from './allocation-tasks';
import { changeState } from './change-state';
import {
  cancelLaunch,
  isUnderWay,
  type LaunchEnd,
  lockTogether,
  type ReleaseActionServices,
  releaseLocked,
  requestRelease,
} from './release';
import { recordRelease } from './release-on-request';

export type ForceReleaseServices = ReleaseActionServices & Pick<Services, 'attention' | 'audit'>;

const { fail } = errorsOf(workloadErrors);
const ACTION = 'workloads.allocation.force_release';

interface ForceRelease {
  readonly context: RequestContext;
  readonly allocationId: string;
  readonly reason: string;
}

/** An administrator releases anybody's in the ordinary way, giving a reason that the owner is told. */
export async function forceRelease(
  tx: Transaction,
  services: ForceReleaseServices,
  { context, allocationId, reason }: ForceRelease,
): Promise<Allocation> {
  const { actor, correlationId } = context;
  const released = await requestRelease(tx, services, { allocationId, actor, correlationId, reason });
  for (const one of released) {
    await recordRelease(tx, services, { action: ACTION, context, ...one, reason });
    await tellOwner(tx, services, { context, allocation: one.after, reason, attested: false });
  }
  return released[0].after;
}

/**
 * An administrator vouches that nothing of the allocation runs any more, because its node is destroyed or will not come back. Nobody asks the node: whatever task works
 * on it is cancelled, the allocation ends at once, and its slots are blocked until somebody has confirmed that they are clean. Billing ends at its last sign of life.
 * Of a failed one there is only the capacity left to give up. Those it was being launched with are released in the ordinary way.
 */
export async function releaseAttested(
  tx: Transaction,
  services: ForceReleaseServices,
  request: ForceRelease,
): Promise<Allocation> {
  const { context, allocationId, reason } = request;
  const seen = await findAllocation(tx, allocationId);
  if (!seen) throw common.fail('not_found');
  const launch = await cancelWork(tx, services, seen);
  const locked = await lockTogether(tx, seen, launch);
  const before = locked.find(one => one.allocationId === allocationId);
  if (!before) throw common.fail('not_found');
  const holds = (await services.fleet.reservation(tx, allocationId)) !== undefined;
  if (before.status === 'released' || (before.status === 'failed' && !holds))
    throw fail('allocation_not_releasable', { details: { status: before.status } });

  const after = await endUnasked(tx, services, { before, context, reason });
  await services.fleet.block(tx, { allocationId, reason });
  await revokeTerminalTokens(tx, allocationId);
  for (const kind of [RELEASE_FAILED_ATTENTION, CLEANUP_ATTENTION])
    await services.attention.clear(tx, { kind, resource: { type: 'allocation', id: allocationId } });
  const attested = `${reason} (attested: nothing of it runs any more, and its node cannot be asked)`;
  await recordRelease(tx, services, { action: ACTION, context, before, after, reason: attested });
  await tellOwner(tx, services, { context, allocation: after, reason, attested: true });

  const { actor, correlationId } = context;
  for (const other of locked) {
    if (other === before || other.taskId !== before.taskId || !isUnderWay(other)) continue;
    const released = await releaseLocked(tx, services, other, { actor, correlationId, reason, launch });
    await recordRelease(tx, services, { action: ACTION, context, before: other, after: released, reason });
    await tellOwner(tx, services, { context, allocation: released, reason, attested: false });
  }
  return after;
}

/** Stops the task that works on the allocation; that it launches, releases or reclaims, nobody waits for the node any more. */
async function cancelWork(tx: Transaction, services: Pick<Services, 'tasks'>, seen: Allocation): Promise<LaunchEnd> {
  const launch = await cancelLaunch(tx, services, seen);
  const isAtWork = seen.status === 'releasing' || seen.status === 'failed';
  // One that is being released may still be the business of its launch, which undoes it; that of a batch undoes others too.
  if (isAtWork) await services.tasks.cancel(tx, seen.taskId);
  return launch;
}

/** Through the states it would have gone through anyhow, in one transaction. */
async function endUnasked(
  tx: Transaction,
  services: ForceReleaseServices,
  { before, context, reason }: { before: Allocation; context: RequestContext; reason: string },
): Promise<Allocation> {
  const { actor, correlationId } = context;
  if ((endedStatuses as readonly string[]).includes(before.status)) return before;
  const alive = before.status === 'active' ? await lastAliveAt(tx, before.allocationId) : undefined;
  const releasing =
    before.status === 'releasing'
      ? before
      : await changeState(tx, services, {
          allocation: before,
          change: {
            to: 'releasing',
            at: tx.now,
            actor,
            reason,
            ...(alive === undefined ? {} : { lastAliveAt: alive }),
          },
          correlationId,
        });
  const released =
    releasing &&
    (await changeState(tx, services, {
      allocation: releasing,
      change: { to: 'released', at: tx.now, actor, reason: 'attested_absent' },
      correlationId,
    }));
  if (!released) throw new Error(`an allocation that is ${before.status} could not be ended`);
  return released;
}

async function tellOwner(
  tx: Transaction,
  services: Pick<Services, 'outbox'>,
  told: { context: RequestContext; allocation: Allocation; reason: string; attested: boolean },
): Promise<void> {
  const { context, allocation, reason, attested } = told;
  await services.outbox.append(
    tx,
    allocationEvent('provisioning.force_release_requested', allocation, context.correlationId, { reason, attested }),
  );
}
