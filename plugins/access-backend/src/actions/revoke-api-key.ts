import type { RequestContext, Transaction } from '@portico/plugin-kit/backend';
import { auditedApiKey } from '../audited';
import type { AccessServices } from '../services';
import { markApiKeyRevoked } from '../store/api-keys';
import { changeableApiKey } from './api-key-reach';

/** Revoking twice changes nothing the second time. */
export async function revokeApiKey(
  tx: Transaction,
  services: AccessServices,
  request: RequestContext & { keyId: string },
): Promise<void> {
  const { caller, actor, correlationId, keyId } = request;
  const key = await changeableApiKey(tx, caller, keyId);
  if (key.revokedAt !== null) return;
  await markApiKeyRevoked(tx, keyId);
  await services.audit.record(tx, {
    action: 'access.api_key.revoke',
    actor,
    organizationId: key.organizationId,
    projectId: key.projectId,
    resource: auditedApiKey,
    targetId: keyId,
    correlationId,
    before: { name: key.name, prefix: key.prefix, scopes: key.scopes, project_id: key.projectId },
  });
  await services.outbox.append(tx, {
    eventType: 'access.api_key_revoked',
    correlationId,
    organizationId: key.organizationId,
    resource: { type: 'api_key', id: keyId },
    payload: { key_id: keyId, user_id: key.userId, project_id: key.projectId, name: key.name },
  });
}
