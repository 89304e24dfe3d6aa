import type { RequestContext, Transaction } from '@portico/plugin-kit/backend';
import { allocationAudit, auditedFields } from '../allocation-audit';
import type { Allocation } from '../domain/allocation';
import type { Services } from '../services';
import { type ReleaseActionServices, requestRelease } from './release';

type AuditedReleaseServices = ReleaseActionServices & Pick<Services, 'audit'>;

/** A member of the organization releases one of its allocations; before it is active, those it was launched with go with it. */
export async function release(
  tx: Transaction,
  services: AuditedReleaseServices,
  options: { context: RequestContext; allocationId: string },
): Promise<Allocation> {
  const { context, allocationId } = options;
  const { actor, caller, correlationId } = context;
  const released = await requestRelease(tx, services, {
    allocationId,
    caller,
    actor,
    correlationId,
    reason: 'user_requested',
  });
  for (const one of released)
    await recordRelease(tx, services, { action: 'workloads.allocation.release', context, ...one });
  return released[0].after;
}

/** Every release that somebody, or a rule of theirs, asks for is told alike. */
export async function recordRelease(
  tx: Transaction,
  services: Pick<Services, 'audit'>,
  entry: {
    action: string;
    context: Pick<RequestContext, 'actor' | 'correlationId'>;
    before: Allocation;
    after: Allocation;
    reason?: string;
  },
): Promise<void> {
  await services.audit.record(tx, {
    action: entry.action,
    actor: entry.context.actor,
    organizationId: entry.after.organizationId,
    projectId: entry.after.projectId,
    resource: allocationAudit,
    targetId: entry.after.allocationId,
    correlationId: entry.context.correlationId,
    ...(entry.reason === undefined ? {} : { reason: entry.reason }),
    before: auditedFields(entry.before),
    after: auditedFields(entry.after),
  });
}
