import type { LoggerService } from '@backstage/backend-plugin-api';
import type { Clock, Database, UserCaller } from '@portico/plugin-kit/backend';
import { common } from '@portico/plugin-kit/contract';
import { credentialIdOf, isPast, isWellFormedApiKey, isWellFormedClientToken } from '../domain/api-key';
import type { SecretIdentity } from '../domain/api-key';
import { isOfProject, permissionsOf } from '../domain/roles';
import { TOUCH_SECONDS } from '../domain/session';
import { callerRowsBySecret, callerRowsBySecretIdentity } from '../store/api-key-callers';
import type { ApiKeyCallerRow } from '../store/api-key-callers';
import { touchApiKey } from '../store/api-keys';
import { secretOfClientToken } from '../store/client-tokens';
import type { SessionKeys } from './session-keys';

interface Parts {
  readonly database: Database;
  readonly clock: Clock;
  readonly keys: SessionKeys;
  readonly logger: LoggerService;
}

/** Who asks with an API key. As with sessions nothing is cached: a key that was revoked is refused by the next request on every replica. */
export class ApiKeyAuthentication {
  constructor(private readonly parts: Parts) {}

  async authenticate(secret: string, projectId: string | null): Promise<UserCaller> {
    const rows = await this.#rowsOf(secret, projectId);
    const row = rows[0];
    if (!row || !this.#isGood(row)) throw common.fail('authentication_required');
    const caller = callerOf(rows);
    if (caller === null) throw common.fail('not_found');
    await this.#touch(row);
    return caller;
  }

  /** The caller behind a secret that was shown before, or null when it or its key has ended. */
  async revalidate(secret: SecretIdentity, projectId: string): Promise<UserCaller | null> {
    const rows = await callerRowsBySecretIdentity(this.parts.database.read, { ...secret, projectId });
    return rows[0] && this.#isGood(rows[0]) ? callerOf(rows) : null;
  }

  async #rowsOf(secret: string, projectId: string | null): Promise<ApiKeyCallerRow[]> {
    const { database, keys, clock } = this.parts;
    if (isWellFormedApiKey(secret))
      return callerRowsBySecret(database.read, { secretHash: keys.ofApiKey(secret), projectId });
    if (!isWellFormedClientToken(secret)) return [];
    const stands = { tokenHash: keys.ofClientToken(secret), now: clock.now() };
    const identity = await secretOfClientToken(database.read, stands);
    return identity ? callerRowsBySecretIdentity(database.read, { ...identity, projectId }) : [];
  }

  #isGood(row: ApiKeyCallerRow): boolean {
    const now = this.parts.clock.now();
    return !isPast(row.expires_at, now) && !isPast(row.secret_ends_at, now);
  }

  /** Being used is noted for people; a disk that is full must not keep a program from reading. */
  async #touch(row: ApiKeyCallerRow): Promise<void> {
    const notSince = this.parts.clock.now() - TOUCH_SECONDS * 1000;
    if (row.last_used_at !== null && row.last_used_at > notSince) return;
    try {
      await this.parts.database.transaction(tx => touchApiKey(tx, { keyId: row.key_id, notSince }));
    } catch (error) {
      this.parts.logger.warn('could not note that an API key was used', { error: String(error) });
    }
  }
}

/** Null when the project asked for is not within the key's reach. */
function callerOf(rows: readonly ApiKeyCallerRow[]): UserCaller | null {
  const row = rows[0];
  if (!row || row.project_id === null) return null;
  const held = permissionsOf({
    organization: row.role,
    project: row.project_role,
    platform: rows.flatMap(({ platform_role }) => platform_role ?? []),
    isSupport: false,
  });
  if (!held.permissions.has('access.project.read')) return null;
  const isBound = row.bound_project_id !== null;
  const scopes = (JSON.parse(row.scopes_json) as string[]).filter(scope => !isBound || isOfProject(scope));
  return {
    kind: 'user',
    userId: row.user_id,
    username: row.username,
    isServiceAccount: row.user_kind === 'service_account',
    sessionId: credentialIdOf({ keyId: row.key_id, generation: row.generation }),
    apiKey: { keyId: row.key_id },
    organizationId: row.organization_id,
    projectId: row.project_id,
    departmentId: row.department_id,
    permissions: new Set(scopes.filter(scope => held.permissions.has(scope))),
    organizationPermissions: new Set(scopes.filter(scope => held.organizationPermissions.has(scope))),
    onlyProjectId: row.bound_project_id,
    freshUntil: null,
    restriction: null,
  };
}
