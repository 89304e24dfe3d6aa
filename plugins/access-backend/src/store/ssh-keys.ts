import type { SshKey } from '@portico/plugin-access/port';
import type { Queries, Transaction } from '@portico/plugin-kit/backend';
import type { SshKeyType } from '../domain/ssh-key';

export interface StoredSshKey extends SshKey {
  readonly userId: string;
  readonly keyType: SshKeyType;
  readonly createdAt: number;
}

interface SshKeyRow {
  key_id: string;
  user_id: string;
  name: string;
  key_type: SshKeyType;
  public_key: string;
  fingerprint: string;
  created_at: number;
}

const COLUMNS = 'key_id, user_id, name, key_type, public_key, fingerprint, created_at';

/** False when the user has that key already. */
export async function insertSshKey(tx: Transaction, key: Omit<StoredSshKey, 'createdAt'>): Promise<boolean> {
  const inserted = await tx.run(
    `INSERT INTO access_ssh_keys (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (user_id, fingerprint) DO NOTHING`,
    [key.keyId, key.userId, key.name, key.keyType, key.publicKey, key.fingerprint, tx.now],
  );
  return inserted > 0;
}

export async function countSshKeys(queries: Queries, userId: string): Promise<number> {
  const row = await queries.first<{ count: number }>(
    'SELECT COUNT(*) AS count FROM access_ssh_keys WHERE user_id = ?',
    [userId],
  );
  return row?.count ?? 0;
}

/** Newest first. `after` is the last row of the page before. */
export async function sshKeysPage(
  queries: Queries,
  page: { userId: string; after?: { createdAt: number; keyId: string }; limit: number },
): Promise<StoredSshKey[]> {
  const after = page.after ? 'AND (created_at, key_id) < (?, ?)' : '';
  const rows = await queries.all<SshKeyRow>(
    `SELECT ${COLUMNS} FROM access_ssh_keys WHERE user_id = ? ${after} ORDER BY created_at DESC, key_id DESC LIMIT ?`,
    [page.userId, ...(page.after ? [page.after.createdAt, page.after.keyId] : []), page.limit],
  );
  return rows.map(fromRow);
}

/** All keys of a user in the order of adding; their number is limited. */
export async function sshKeysOf(queries: Queries, userId: string): Promise<StoredSshKey[]> {
  const rows = await queries.all<SshKeyRow>(
    `SELECT ${COLUMNS} FROM access_ssh_keys WHERE user_id = ? ORDER BY created_at, key_id`,
    [userId],
  );
  return rows.map(fromRow);
}

/** The key that was removed, or undefined when it is not the user's. */
export async function deleteSshKey(
  tx: Transaction,
  key: { keyId: string; userId: string },
): Promise<StoredSshKey | undefined> {
  const row = await tx.first<SshKeyRow>(
    `DELETE FROM access_ssh_keys WHERE key_id = ? AND user_id = ? RETURNING ${COLUMNS}`,
    [key.keyId, key.userId],
  );
  return row && fromRow(row);
}

function fromRow(row: SshKeyRow): StoredSshKey {
  return {
    keyId: row.key_id,
    userId: row.user_id,
    name: row.name,
    keyType: row.key_type,
    publicKey: row.public_key,
    fingerprint: row.fingerprint,
    createdAt: row.created_at,
  };
}
