import type { SshKey } from '@portico/plugin-access/port';
import type { Place, Queries, Transaction } from '@portico/plugin-kit/backend';
import type { SshKeyType } from '../domain/ssh-key';
import { demandsSecondFactor } from './second-factor-demand';

export interface StoredSshKey extends SshKey {
  readonly userId: string;
  readonly keyType: SshKeyType;
  readonly comment: string | null;
  readonly createdAt: number;
}

/** How whoever adds a key has shown who they are, which decides what the key opens. */
export type SshKeyProof =
  | { readonly provider: string | null; readonly hasSecondFactor: boolean }
  /** By an API key, which reaches one organization and stands for what that demands. */
  | { readonly organizationId: string };

interface SshKeyRow {
  key_id: string;
  user_id: string;
  name: string;
  key_type: SshKeyType;
  public_key: string;
  fingerprint: string;
  comment: string | null;
  created_at: number;
}

const COLUMNS = 'key_id, user_id, name, key_type, public_key, fingerprint, comment, created_at';
const prefixed = (table: string) =>
  COLUMNS.split(', ')
    .map(column => `${table}.${column}`)
    .join(', ');

/** False when the user has that key already. */
export async function insertSshKey(
  tx: Transaction,
  key: Omit<StoredSshKey, 'createdAt'>,
  proof: SshKeyProof,
): Promise<boolean> {
  const [provider, hasSecondFactor, organizationId] =
    'organizationId' in proof ? [null, 0, proof.organizationId] : [proof.provider, proof.hasSecondFactor ? 1 : 0, null];
  const inserted = await tx.run(
    `INSERT INTO access_ssh_keys (${COLUMNS}, provider, has_second_factor, organization_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (user_id, fingerprint) DO NOTHING`,
    [
      key.keyId,
      key.userId,
      key.name,
      key.keyType,
      key.publicKey,
      key.fingerprint,
      key.comment,
      tx.now,
      provider,
      hasSecondFactor,
      organizationId,
    ],
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
  page: { userId: string; after?: Place | undefined; limit: number },
): Promise<StoredSshKey[]> {
  const after = page.after ? 'AND (created_at, key_id) < (?, ?)' : '';
  const rows = await queries.all<SshKeyRow>(
    `SELECT ${COLUMNS} FROM access_ssh_keys WHERE user_id = ? ${after} ORDER BY created_at DESC, key_id DESC LIMIT ?`,
    [page.userId, ...(page.after ? [page.after.at, page.after.id] : []), page.limit],
  );
  return rows.map(fromRow);
}

/**
 * Keys of a user that open workloads of the organization, in the order of adding; their number is limited. Those that were added with less than it demands of a
 * sign-in do not: who has the password alone could otherwise add one where it is enough, and get in by it where it is not.
 */
export async function sshKeysOpening(
  queries: Queries,
  by: { userId: string; organizationId: string },
): Promise<StoredSshKey[]> {
  const rows = await queries.all<SshKeyRow>(
    `SELECT ${prefixed('k')} FROM access_ssh_keys k JOIN access_organizations o ON o.organization_id = ?
     WHERE k.user_id = ? AND (k.organization_id = o.organization_id OR (k.organization_id IS NULL AND (k.has_second_factor IS NULL OR (
       (o.required_provider IS NULL OR k.provider = o.required_provider)
       AND (${demandsSecondFactor('o')} = 0 OR k.has_second_factor = 1 OR k.provider IS NOT NULL)))))
     ORDER BY k.created_at, k.key_id`,
    [by.organizationId, by.userId],
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
    comment: row.comment,
    createdAt: row.created_at,
  };
}
