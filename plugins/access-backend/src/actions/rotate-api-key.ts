import { API_KEY_GRACE_SECONDS } from '@portico/plugin-access/contract';
import type { ApiKeyGrace } from '@portico/plugin-access/contract';
import type { RequestContext, Transaction } from '@portico/plugin-kit/backend';
import { access } from '../access-errors';
import { auditedApiKey } from '../audited';
import { apiKeyStatus, newApiKeySecret, visiblePrefix } from '../domain/api-key';
import type { AccessServices } from '../services';
import { replaceApiKeySecret } from '../store/api-keys';
import { changeableApiKey, requireWithinOwnReach } from './api-key-reach';
import type { IssuedApiKey } from './create-api-key';

export async function rotateApiKey(
  tx: Transaction,
  services: AccessServices,
  request: RequestContext & { keyId: string; ownerId?: string; grace: ApiKeyGrace },
): Promise<IssuedApiKey> {
  const { caller, actor, correlationId, keyId, grace } = request;
  const key = await changeableApiKey(tx, caller, request);
  // Whoever rotates another's key holds its secret then.
  if (request.ownerId !== undefined) await requireWithinOwnReach(tx, caller, { ...key, scopes: new Set(key.scopes) });
  if (apiKeyStatus(key, tx.now) !== 'active') throw access.fail('api_key_ended');

  const secret = newApiKeySecret();
  const prefix = visiblePrefix(secret);
  const generation = key.generation + 1;
  const previousEndsAt = tx.now + API_KEY_GRACE_SECONDS[grace] * 1000;
  await replaceApiKeySecret(tx, {
    keyId,
    generation,
    prefix,
    secretHash: services.keys.ofApiKey(secret),
    previousEndsAt,
  });
  await services.audit.record(tx, {
    action: 'access.api_key.rotate',
    actor,
    organizationId: key.organizationId,
    projectId: key.projectId,
    resource: auditedApiKey,
    targetId: keyId,
    correlationId,
    before: { prefix: key.prefix, secret_hash: 'before' },
    after: { prefix, secret_hash: 'after', grace },
  });
  await services.outbox.append(tx, {
    eventType: 'access.api_key_rotated',
    correlationId,
    organizationId: key.organizationId,
    resource: { type: 'api_key', id: keyId },
    payload: { key_id: keyId, user_id: key.userId, project_id: key.projectId, name: key.name, grace },
  });
  return { key: { ...key, prefix, generation, rotatedAt: tx.now, previousEndsAt }, secret };
}
