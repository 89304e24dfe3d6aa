import { isInReach } from '@portico/plugin-kit/backend';
import type { RequestContext, Transaction } from '@portico/plugin-kit/backend';
import { common, errorsOf } from '@portico/plugin-kit/contract';
import { workloadErrors } from '@portico/plugin-workloads/contract';
import { allocationAudit, auditedFields } from '../allocation-audit';
import { type Allocation, liveStatuses } from '../domain/allocation';
import type { Services } from '../services';
import { lockAllocation, replaceSshKeys } from '../store/allocations';

const { fail } = errorsOf(workloadErrors);

/** Replaces the keys that may log in; null stands for all of them, as they come and go. They are the launching user's, whoever of the organization chooses among them. */
export async function setSshKeys(
  tx: Transaction,
  services: Pick<Services, 'access' | 'audit'>,
  options: { context: RequestContext; allocationId: string; keyIds: readonly string[] | null },
): Promise<Allocation> {
  const { context, allocationId, keyIds } = options;
  const before = await lockAllocation(tx, allocationId);
  if (!before || !isInReach(context.caller, before)) throw common.fail('not_found');
  if (!liveStatuses.some(status => status === before.status))
    throw fail('allocation_not_active', { details: { status: before.status } });
  const { userId, organizationId } = before;
  const isFound = keyIds === null || (await services.access.sshKeys(tx, { userId, organizationId, keyIds })) !== null;
  if (!isFound) throw fail('ssh_key_not_found', { details: { ssh_key_ids: keyIds } });

  await replaceSshKeys(tx, { allocationId, keyIds, at: tx.now });
  const after = { ...before, sshKeyIds: keyIds, updatedAt: tx.now };
  await services.audit.record(tx, {
    action: 'workloads.allocation.set_ssh_keys',
    actor: context.actor,
    organizationId: after.organizationId,
    projectId: after.projectId,
    resource: allocationAudit,
    targetId: allocationId,
    correlationId: context.correlationId,
    before: auditedFields(before),
    after: auditedFields(after),
  });
  return after;
}
