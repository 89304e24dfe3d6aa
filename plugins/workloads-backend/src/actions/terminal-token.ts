import { isInReach } from '@portico/plugin-kit/backend';
import type { RequestContext, Transaction } from '@portico/plugin-kit/backend';
import { common, errorsOf } from '@portico/plugin-kit/contract';
import { workloadErrors } from '@portico/plugin-workloads/contract';
import { allocationAudit } from '../allocation-audit';
import type { Services } from '../services';
import { findAllocation } from '../store/allocations';
import { issueTerminalToken } from '../store/terminal-tokens';

const { fail } = errorsOf(workloadErrors);

export async function createTerminalToken(
  tx: Transaction,
  services: Pick<Services, 'audit' | 'secrets' | 'workloads'>,
  options: { context: RequestContext; allocationId: string },
): Promise<{ token: string; expiresAt: number; websocketPath: string }> {
  const { caller, actor, correlationId } = options.context;
  const allocation = await findAllocation(tx, options.allocationId);
  if (!allocation || !isInReach(caller, allocation)) throw common.fail('not_found');
  if (allocation.status !== 'active') throw fail('allocation_not_active', { details: { status: allocation.status } });

  const { allocationId, organizationId } = allocation;
  const grant = {
    allocationId,
    organizationId,
    projectId: caller.projectId,
    userId: caller.userId,
    sessionId: caller.sessionId,
  };
  const expiresAt = tx.now + services.workloads.terminal.tokenSeconds * 1000;
  const token = await issueTerminalToken(tx, services.secrets, { grant, expiresAt });
  // Nothing changes by it, but who got into whose workload is what an audit is asked first.
  await services.audit.record(tx, {
    action: 'workloads.allocation.allow_terminal',
    actor,
    organizationId,
    projectId: allocation.projectId,
    resource: allocationAudit,
    targetId: allocationId,
    correlationId,
  });
  return { token, expiresAt, websocketPath: `/ws/terminal/${allocationId}` };
}
