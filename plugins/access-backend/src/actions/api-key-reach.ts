import type { Queries, Transaction, UserCaller } from '@portico/plugin-kit/backend';
import { common } from '@portico/plugin-kit/contract';
import { access } from '../access-errors';
import { beyondReach } from '../domain/api-key';
import type { Reach } from '../domain/api-key';
import { apiKeyById, apiKeyForChange } from '../store/api-keys';
import type { ApiKey } from '../store/api-keys';

/** Nobody hands out more than they have: a person what they may do, a key what it may do, where, and for how long. */
export async function requireWithinOwnReach(queries: Queries, caller: UserCaller, wanted: Reach): Promise<void> {
  const key = caller.apiKey && (await apiKeyById(queries, caller.apiKey.keyId));
  const own = {
    scopes: caller.permissions,
    projectId: caller.onlyProjectId,
    expiresAt: key?.expiresAt ?? null,
  };
  const beyond = beyondReach(wanted, own);
  if (beyond) throw access.fail('api_key_beyond_own', { details: { ...beyond } });
}

/**
 * A key of the caller, or of the service account that is named, locked. A person changes any key of theirs, also one whose scopes they have lost. Under an API key only what it could have made, and
 * itself: the secret of a mightier key must not be had by rotating that one.
 */
export async function changeableApiKey(
  tx: Transaction,
  caller: UserCaller,
  wanted: { keyId: string; ownerId?: string },
): Promise<ApiKey> {
  const { keyId, ownerId: userId = caller.userId } = wanted;
  const { organizationId, apiKey, onlyProjectId } = caller;
  const key = await apiKeyForChange(tx, { keyId, userId, organizationId });
  if (!key || (onlyProjectId !== null && key.projectId !== onlyProjectId)) throw common.fail('not_found');
  if (apiKey && apiKey.keyId !== keyId)
    await requireWithinOwnReach(tx, caller, { ...key, scopes: new Set(key.scopes) });
  return key;
}
