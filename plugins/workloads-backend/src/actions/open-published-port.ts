import { isInReach } from '@portico/plugin-kit/backend';
import type { RequestContext, Transaction } from '@portico/plugin-kit/backend';
import { common, errorsOf } from '@portico/plugin-kit/contract';
import { workloadErrors } from '@portico/plugin-workloads/contract';
import { allocationAudit } from '../allocation-audit';
import { ENTER_PATH } from '../gateways/ports/enter-path';
import type { Services } from '../services';
import { findAllocation } from '../store/allocations';
import { issuePortAdmission } from '../store/port-admissions';

/** As a terminal's: for one navigation, not for keeping. */
const TICKET_SECONDS = 60;

const { fail } = errorsOf(workloadErrors);

/** A ticket to one published port of an active allocation. A port nobody published, or a portal without a domain for them, is `not_found`. */
export async function openPublishedPort(
  tx: Transaction,
  services: Pick<Services, 'audit' | 'publishedAddress' | 'secrets'>,
  options: { context: RequestContext; allocationId: string; port: number },
): Promise<{ ticket: string; enterUrl: string; expiresAt: number }> {
  const { caller, actor, correlationId } = options.context;
  const { allocationId, port } = options;
  const allocation = await findAllocation(tx, allocationId);
  if (!allocation || !isInReach(caller, allocation)) throw common.fail('not_found');
  const origin = services.publishedAddress.urlOf({ allocationId, port });
  if (origin === null || !allocation.publishedPorts.some(published => published.port === port))
    throw common.fail('not_found');
  if (allocation.status !== 'active') throw fail('allocation_not_active', { details: { status: allocation.status } });
  const expiresAt = tx.now + TICKET_SECONDS * 1000;
  const ticket = await issuePortAdmission(tx, services.secrets, {
    kind: 'ticket',
    grant: { allocationId, port, projectId: caller.projectId, userId: caller.userId, sessionId: caller.sessionId },
    expiresAt,
  });
  // As of a terminal: who got into whose workload is what an audit is asked first.
  await services.audit.record(tx, {
    action: 'workloads.allocation.open_published_port',
    actor,
    organizationId: allocation.organizationId,
    projectId: allocation.projectId,
    resource: allocationAudit,
    targetId: allocationId,
    correlationId,
    reason: `Port ${port}`,
  });
  return { ticket, enterUrl: `${origin}${ENTER_PATH}`, expiresAt };
}
