import type { listApiKeys } from '@portico/plugin-access/contract';
import { toInstant, toInstantOrNull } from '@portico/plugin-kit/contract';
import type { ReplyOf } from '@portico/plugin-kit/contract';
import type { Place } from '@portico/plugin-kit/backend';
import { apiKeyStatus, isPast } from './domain/api-key';
import type { ApiKey } from './store/api-keys';

export function apiKeyReply(key: ApiKey, now: number): ReplyOf<typeof listApiKeys>['items'][number] {
  const status = apiKeyStatus(key, now);
  const hasPrevious = status === 'active' && !isPast(key.previousEndsAt, now);
  return {
    key_id: key.keyId,
    name: key.name,
    prefix: key.prefix,
    scopes: [...key.scopes],
    project_id: key.projectId,
    status,
    created_at: toInstant(key.createdAt),
    created_by_key_id: key.createdByKeyId,
    expires_at: toInstantOrNull(key.expiresAt),
    last_used_at: toInstantOrNull(key.lastUsedAt),
    rotated_at: toInstantOrNull(key.rotatedAt),
    previous_secret_ends_at: hasPrevious ? toInstantOrNull(key.previousEndsAt) : null,
    revoked_at: toInstantOrNull(key.revokedAt),
  };
}

/** Where a key stands in lists of keys. */
export const placeOfKey = ({ createdAt, keyId }: ApiKey): Place => ({ at: createdAt, id: keyId });
