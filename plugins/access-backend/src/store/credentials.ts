import type { Queries, Transaction } from '@portico/plugin-kit/backend';
import type { UserStatus } from './users';

export async function insertPassword(tx: Transaction, credential: { userId: string; hash: string }): Promise<void> {
  await tx.run(
    `INSERT INTO access_credentials (user_id, kind, hash, created_at, updated_at) VALUES (?, 'password', ?, ?, ?)`,
    [credential.userId, credential.hash, tx.now, tx.now],
  );
}

export interface PasswordCredential {
  readonly userId: string;
  readonly status: UserStatus;
  readonly hash: string;
}

export async function passwordOf(queries: Queries, username: string): Promise<PasswordCredential | undefined> {
  const row = await queries.first<{ user_id: string; status: UserStatus; hash: string }>(
    `SELECT u.user_id, u.status, c.hash FROM access_users u JOIN access_credentials c ON c.user_id = u.user_id AND c.kind = 'password'
     WHERE u.username = ?`,
    [username],
  );
  return row && { userId: row.user_id, status: row.status, hash: row.hash };
}
