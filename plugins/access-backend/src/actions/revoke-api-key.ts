import { isInReach } from '@portico/plugin-kit/backend';
import type { RequestContext, Transaction } from '@portico/plugin-kit/backend';
import { common } from '@portico/plugin-kit/contract';
import { auditedApiKey } from '../audited';
import type { AccessServices } from '../services';
import { apiKeyById, apiKeyForChange, markApiKeyRevoked } from '../store/api-keys';
import type { ApiKey } from '../store/api-keys';
import { changeableApiKey } from './api-key-reach';

/** Revoking twice changes nothing the second time. */
export async function revokeApiKey(
  tx: Transaction,
  services: AccessServices,
  request: RequestContext & { keyId: string; ownerId?: string },
): Promise<void> {
  const key = await changeableApiKey(tx, request.caller, request);
  await markRevoked(tx, services, request, key);
}

/** Any member's key, for those who watch over all of them. */
export async function revokeOrganizationApiKey(
  tx: Transaction,
  services: AccessServices,
  request: RequestContext & { keyId: string },
): Promise<void> {
  const seen = await apiKeyById(tx, request.keyId);
  if (!seen || !isInReach(request.caller, seen)) throw common.fail('not_found');
  const key = await apiKeyForChange(tx, seen);
  if (!key) throw common.fail('not_found');
  await markRevoked(tx, services, request, key);
}

export async function markRevoked(
  tx: Transaction,
  services: AccessServices,
  { actor, correlationId }: Pick<RequestContext, 'actor' | 'correlationId'>,
  key: ApiKey,
): Promise<void> {
  const { keyId } = key;
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
