import type { Place, Queries, Transaction } from '@portico/plugin-kit/backend';

export interface ApiKey {
  readonly keyId: string;
  readonly userId: string;
  readonly organizationId: string;
  readonly projectId: string | null;
  readonly name: string;
  readonly prefix: string;
  readonly scopes: readonly string[];
  readonly createdByKeyId: string | null;
  /** Of the present secret; the first is 1. */
  readonly generation: number;
  readonly createdAt: number;
  readonly expiresAt: number | null;
  readonly lastUsedAt: number | null;
  readonly rotatedAt: number | null;
  readonly revokedAt: number | null;
  /** Of the secret before; null without one. */
  readonly previousEndsAt: number | null;
}

interface ApiKeyRow {
  key_id: string;
  user_id: string;
  organization_id: string;
  project_id: string | null;
  name: string;
  prefix: string;
  scopes_json: string;
  created_by_key_id: string | null;
  generation: number;
  created_at: number;
  expires_at: number | null;
  last_used_at: number | null;
  rotated_at: number | null;
  revoked_at: number | null;
  previous_ends_at: number | null;
}

const SELECT = `SELECT k.*, s.ends_at AS previous_ends_at FROM access_api_keys k
  LEFT JOIN access_api_key_secrets s ON s.key_id = k.key_id AND s.generation = k.generation - 1`;

export type NewApiKey = Pick<
  ApiKey,
  'keyId' | 'userId' | 'organizationId' | 'projectId' | 'name' | 'prefix' | 'scopes' | 'createdByKeyId' | 'expiresAt'
>;

export async function insertApiKey(tx: Transaction, key: NewApiKey, secretHash: string): Promise<void> {
  await tx.run(
    `INSERT INTO access_api_keys (key_id, user_id, organization_id, project_id, name, prefix, scopes_json, created_by_key_id, generation,
       created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?)`,
    [
      key.keyId,
      key.userId,
      key.organizationId,
      key.projectId,
      key.name,
      key.prefix,
      JSON.stringify(key.scopes),
      key.createdByKeyId,
      tx.now,
      key.expiresAt,
    ],
  );
  await insertSecret(tx, { keyId: key.keyId, generation: 1, secretHash });
}

async function insertSecret(
  tx: Transaction,
  secret: { keyId: string; generation: number; secretHash: string },
): Promise<void> {
  await tx.run('INSERT INTO access_api_key_secrets (key_id, generation, secret_hash) VALUES (?, ?, ?)', [
    secret.keyId,
    secret.generation,
    secret.secretHash,
  ]);
}

/** Of a user in an organization; locked, so that two rotations wait for each other. */
export async function apiKeyForChange(
  tx: Transaction,
  key: { keyId: string; userId: string; organizationId: string },
): Promise<ApiKey | undefined> {
  const mine = [key.keyId, key.userId, key.organizationId];
  const condition = 'k.key_id = ? AND k.user_id = ? AND k.organization_id = ?';
  const held = await tx.first(`SELECT k.key_id FROM access_api_keys k WHERE ${condition}${tx.forUpdate}`, mine);
  return held && apiKeyById(tx, key.keyId);
}

export async function apiKeyById(queries: Queries, keyId: string): Promise<ApiKey | undefined> {
  const row = await queries.first<ApiKeyRow>(`${SELECT} WHERE k.key_id = ?`, [keyId]);
  return row && fromRow(row);
}

/** The secret becomes the present one; the one before is good until `previousEndsAt`, older ones are forgotten. */
export async function replaceApiKeySecret(
  tx: Transaction,
  key: { keyId: string; generation: number; prefix: string; secretHash: string; previousEndsAt: number },
): Promise<void> {
  const previous = key.generation - 1;
  await tx.run('DELETE FROM access_api_key_secrets WHERE key_id = ? AND generation < ?', [key.keyId, previous]);
  await tx.run('UPDATE access_api_key_secrets SET ends_at = ? WHERE key_id = ? AND generation = ?', [
    key.previousEndsAt,
    key.keyId,
    previous,
  ]);
  await insertSecret(tx, key);
  await tx.run('UPDATE access_api_keys SET generation = ?, prefix = ?, rotated_at = ? WHERE key_id = ?', [
    key.generation,
    key.prefix,
    tx.now,
    key.keyId,
  ]);
}

/** The secrets go with it: nothing is left to compare with. */
export async function markApiKeyRevoked(tx: Transaction, keyId: string): Promise<void> {
  await tx.run('UPDATE access_api_keys SET revoked_at = ? WHERE key_id = ?', [tx.now, keyId]);
  await tx.run('DELETE FROM access_api_key_secrets WHERE key_id = ?', [keyId]);
}

/** Those of a user in one organization that were not revoked. */
export async function unrevokedApiKeysOf(
  queries: Queries,
  of: { userId: string; organizationId: string },
): Promise<ApiKey[]> {
  const rows = await queries.all<ApiKeyRow>(
    `${SELECT} WHERE k.user_id = ? AND k.organization_id = ? AND k.revoked_at IS NULL ORDER BY k.created_at, k.key_id`,
    [of.userId, of.organizationId],
  );
  return rows.map(fromRow);
}

/** Forgets keys of a user that ended before then. */
export async function deleteApiKeysEndedBefore(
  tx: Transaction,
  keys: { userId: string; endedBefore: number },
): Promise<void> {
  const ended = 'user_id = ? AND (revoked_at < ? OR expires_at < ?)';
  const values = [keys.userId, keys.endedBefore, keys.endedBefore];
  await tx.run(
    `DELETE FROM access_api_key_secrets WHERE key_id IN (SELECT key_id FROM access_api_keys WHERE ${ended})`,
    values,
  );
  await tx.run(`DELETE FROM access_api_keys WHERE ${ended}`, values);
}

export async function countActiveApiKeys(tx: Transaction, userId: string): Promise<number> {
  const row = await tx.first<{ count: number }>(
    `SELECT COUNT(*) AS count FROM access_api_keys
     WHERE user_id = ? AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?)`,
    [userId, tx.now],
  );
  return row?.count ?? 0;
}

/** Newest first; `projectId` null stands for keys of any project. `after` is the last row of the page before. */
export async function apiKeysPage(
  queries: Queries,
  page: {
    userId: string;
    organizationId: string;
    projectId: string | null;
    after?: Place | undefined;
    limit: number;
  },
): Promise<ApiKey[]> {
  const conditions = ['k.user_id = ?', 'k.organization_id = ?'];
  const parameters: (string | number)[] = [page.userId, page.organizationId];
  if (page.projectId !== null) {
    conditions.push('k.project_id = ?');
    parameters.push(page.projectId);
  }
  if (page.after) {
    conditions.push('(k.created_at, k.key_id) < (?, ?)');
    parameters.push(page.after.at, page.after.id);
  }
  const rows = await queries.all<ApiKeyRow>(
    `${SELECT} WHERE ${conditions.join(' AND ')} ORDER BY k.created_at DESC, k.key_id DESC LIMIT ?`,
    [...parameters, page.limit],
  );
  return rows.map(fromRow);
}

/** Of every member and service account, newest first. `after` is the last row of the page before. */
export async function organizationApiKeysPage(
  queries: Queries,
  page: { organizationId: string; after?: Place | undefined; limit: number },
): Promise<ApiKey[]> {
  const { organizationId, after, limit } = page;
  const rows = await queries.all<ApiKeyRow>(
    `${SELECT} WHERE k.organization_id = ? ${after ? 'AND (k.created_at, k.key_id) < (?, ?)' : ''}
     ORDER BY k.created_at DESC, k.key_id DESC LIMIT ?`,
    [organizationId, ...(after ? [after.at, after.id] : []), limit],
  );
  return rows.map(fromRow);
}

/** At most once in so long: the column is for people. */
export async function touchApiKey(tx: Transaction, key: { keyId: string; notSince: number }): Promise<void> {
  await tx.run(
    'UPDATE access_api_keys SET last_used_at = ? WHERE key_id = ? AND (last_used_at IS NULL OR last_used_at <= ?)',
    [tx.now, key.keyId, key.notSince],
  );
}

function fromRow(row: ApiKeyRow): ApiKey {
  return {
    keyId: row.key_id,
    userId: row.user_id,
    organizationId: row.organization_id,
    projectId: row.project_id,
    name: row.name,
    prefix: row.prefix,
    scopes: JSON.parse(row.scopes_json) as string[],
    createdByKeyId: row.created_by_key_id,
    generation: row.generation,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at,
    rotatedAt: row.rotated_at,
    revokedAt: row.revoked_at,
    previousEndsAt: row.previous_ends_at,
  };
}
