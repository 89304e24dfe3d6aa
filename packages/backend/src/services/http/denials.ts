import type { Audit, AuditedResource, Database, UserCaller } from '@portico/plugin-kit/backend';

const operationAudit: AuditedResource = { type: 'operation', fields: { permission: 'track' } };

/** A signed-in caller asked for what they may not do: worth knowing to whoever watches over the organization. */
export async function recordDenial(
  services: { database: Database; audit: Audit },
  denial: { caller: UserCaller; operationId: string; permission: string; correlationId: string; address: string },
): Promise<void> {
  const { caller } = denial;
  await services.database.transaction(tx =>
    services.audit.record(tx, {
      action: 'authorization.denied',
      actor: { type: 'user', id: caller.userId, sessionId: caller.sessionId, address: denial.address },
      organizationId: caller.organizationId,
      projectId: caller.projectId,
      resource: operationAudit,
      targetId: denial.operationId,
      correlationId: denial.correlationId,
      after: { permission: denial.permission },
    }),
  );
}
