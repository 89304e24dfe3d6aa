import { isInReach } from '@portico/plugin-kit/backend';
import type { RequestContext, Transaction } from '@portico/plugin-kit/backend';
import { common, errorsOf } from '@portico/plugin-kit/contract';
import { workloadErrors } from '@portico/plugin-workloads/contract';
import type { BatchWithMembers } from '../domain/batch';
import type { Services } from '../services';
import { findBatch, lockMembers, membersOf } from '../store/batches';
import { cancelLaunch, isUnderWay, type LaunchEnd, type ReleaseActionServices, releaseLocked } from './release';
import { recordRelease } from './release-on-request';

const { fail } = errorsOf(workloadErrors);

/** Releases all of a batch that has not ended: by cancelling its launch, or each by a task of its own. All are locked before the first is released: their meters meet at one account. */
export async function releaseBatch(
  tx: Transaction,
  services: ReleaseActionServices & Pick<Services, 'audit'>,
  { context, batchId }: { context: RequestContext; batchId: string },
): Promise<BatchWithMembers> {
  const batch = await findBatch(tx, batchId);
  if (!batch || !isInReach(context.caller, batch)) throw common.fail('not_found');
  const launching = (await membersOf(tx, batchId)).find(
    ({ taskId, status }) => taskId === batch.taskId && (status === 'requested' || status === 'provisioning'),
  );
  const cancelled: LaunchEnd = launching ? await cancelLaunch(tx, services, launching) : 'none';
  const locked = await lockMembers(tx, batchId);
  if (locked.every(({ status }) => status === 'released' || status === 'failed'))
    throw fail('allocation_not_releasable', { details: { batch_id: batchId } });

  const { actor, correlationId } = context;
  const members = [];
  for (const before of locked) {
    if (!isUnderWay(before)) {
      members.push(before);
      continue;
    }
    const launch = before.taskId === batch.taskId ? cancelled : 'none';
    const after = await releaseLocked(tx, services, before, { actor, correlationId, reason: 'user_requested', launch });
    await recordRelease(tx, services, { action: 'workloads.allocation.release', context, before, after });
    members.push(after);
  }
  return { batch, members };
}
