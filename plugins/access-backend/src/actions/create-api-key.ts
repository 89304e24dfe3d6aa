import { API_KEYS_PER_USER_MAX } from '@portico/plugin-access/contract';
import type { RequestContext, Transaction } from '@portico/plugin-kit/backend';
import { common, newId } from '@portico/plugin-kit/contract';
import { access } from '../access-errors';
import { auditedApiKey } from '../audited';
import { newApiKeySecret, visiblePrefix } from '../domain/api-key';
import { isOfProject, projectRoles } from '../domain/roles';
import type { AccessServices } from '../services';
import { apiKeyById, countActiveApiKeys, deleteApiKeysEndedBefore, insertApiKey } from '../store/api-keys';
import type { ApiKey } from '../store/api-keys';
import { isMember } from '../store/organizations';
import { projectById } from '../store/projects';
import { lockUser } from '../store/users';
import { requireWithinOwnReach } from './api-key-reach';

/** Days a key that ended stays in the list, for people to see what it was. */
const ENDED_KEPT_DAYS = 90;
const DAY_MILLISECONDS = 24 * 60 * 60 * 1000;

export interface IssuedApiKey {
  readonly key: ApiKey;
  /** Known here and to whoever asked, and to nobody later. */
  readonly secret: string;
}

export async function createApiKey(
  tx: Transaction,
  services: AccessServices,
  request: RequestContext & {
    name: string;
    scopes: readonly string[];
    projectId: string | null;
    expiresAt: number | null;
    /** Whose key it will be; the caller's own when absent. */
    owner?: { readonly userId: string; readonly role: string };
  },
): Promise<IssuedApiKey> {
  const { caller, actor, correlationId, projectId, expiresAt, owner } = request;
  const { organizationId } = caller;
  const userId = owner?.userId ?? caller.userId;
  const scopes = [...new Set(request.scopes)].sort();
  const unknown = scopes.filter(scope => !services.authorization.permissions.has(scope));
  if (unknown.length > 0) throw access.fail('api_key_scope_unknown', { details: { scopes: unknown } });
  const wider = projectId === null ? [] : scopes.filter(scope => !isOfProject(scope));
  const beyondRole = owner ? scopes.filter(scope => !projectRoles.get(owner.role)?.includes(scope)) : [];
  if (wider.length > 0) throw access.fail('api_key_scope_not_of_project', { details: { scopes: wider } });
  if (beyondRole.length > 0) throw access.fail('api_key_beyond_role', { details: { scopes: beyondRole } });
  await lockUser(tx, userId);
  // Who was removed while this waited gets no key that would work when they come back.
  if (!(await isMember(tx, { userId, organizationId }))) throw common.fail('not_found');
  await requireWithinOwnReach(tx, caller, { scopes: new Set(scopes), projectId, expiresAt });
  if (projectId !== null && (await projectById(tx, projectId))?.organizationId !== organizationId)
    throw common.fail('not_found');
  if (expiresAt !== null && expiresAt <= tx.now) throw access.fail('api_key_expiry_past');
  await deleteApiKeysEndedBefore(tx, { userId, endedBefore: tx.now - ENDED_KEPT_DAYS * DAY_MILLISECONDS });
  if ((await countActiveApiKeys(tx, userId)) >= API_KEYS_PER_USER_MAX)
    throw access.fail('api_key_limit_reached', { details: { maximum: API_KEYS_PER_USER_MAX } });

  const secret = newApiKeySecret();
  const name = request.name.trim();
  const prefix = visiblePrefix(secret);
  const keyId = newId('apikey', tx.now);
  const createdByKeyId = caller.apiKey?.keyId ?? null;
  await insertApiKey(
    tx,
    { keyId, userId, organizationId, projectId, name, prefix, scopes, createdByKeyId, expiresAt },
    services.keys.ofApiKey(secret),
  );
  await services.audit.record(tx, {
    action: 'access.api_key.create',
    actor,
    organizationId,
    projectId,
    resource: auditedApiKey,
    targetId: keyId,
    correlationId,
    after: { name, prefix, scopes, project_id: projectId, expires_at: expiresAt, secret_hash: 'new' },
  });
  await services.outbox.append(tx, {
    eventType: 'access.api_key_created',
    correlationId,
    organizationId,
    resource: { type: 'api_key', id: keyId },
    payload: { key_id: keyId, user_id: userId, project_id: projectId, name, scopes },
  });
  const key = await apiKeyById(tx, keyId);
  if (!key) throw new Error('a key that was just made is not there');
  return { key, secret };
}
