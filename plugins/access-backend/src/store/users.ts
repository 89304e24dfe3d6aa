import { placeholders, searchText } from '@portico/plugin-kit/backend';
import type { Queries, Transaction } from '@portico/plugin-kit/backend';

export type UserStatus = 'active' | 'disabled';
/** A service account is a user whom no person signs in as: programs use it by its keys. */
export type UserKind = 'person' | 'service_account';

export interface User {
  readonly userId: string;
  readonly username: string;
  readonly displayName: string;
  readonly email: string | null;
  readonly status: UserStatus;
  /** The personal organization, made at sign-up. */
  readonly organizationId: string;
  readonly defaultProjectId: string;
  readonly createdAt: number;
  readonly lastSeenAt: number | null;
}

interface UserRow {
  user_id: string;
  username: string;
  display_name: string;
  email: string | null;
  status: UserStatus;
  organization_id: string;
  default_project_id: string;
  created_at: number;
  last_seen_at: number | null;
}

const COLUMNS =
  'user_id, username, display_name, email, status, organization_id, default_project_id, created_at, last_seen_at';
/** Names looked up in one statement; PostgreSQL takes 65,535 parameters, SQLite 32,766. */
const NAMES_PER_STATEMENT = 500;

/** False when the user name is taken. */
export async function insertUser(
  tx: Transaction,
  user: Omit<User, 'createdAt' | 'lastSeenAt' | 'status'>,
): Promise<boolean> {
  const inserted = await tx.run(
    `INSERT INTO access_users (user_id, username, display_name, email, search_text, status, organization_id, default_project_id, created_at, last_seen_at)
     VALUES (?, ?, ?, ?, ?, 'active', ?, ?, ?, ?) ON CONFLICT (username) DO NOTHING`,
    [
      user.userId,
      user.username,
      user.displayName,
      user.email,
      searchText(user.username, user.displayName, user.email),
      user.organizationId,
      user.defaultProjectId,
      tx.now,
      null,
    ],
  );
  return inserted > 0;
}

export async function userById(queries: Queries, userId: string): Promise<User | undefined> {
  const row = await queries.first<UserRow>(`SELECT ${COLUMNS} FROM access_users WHERE user_id = ?`, [userId]);
  return row && fromRow(row);
}

/** The address the user has is theirs. Violates the unique index when another account verified it first. */
export async function markEmailVerified(tx: Transaction, userId: string): Promise<void> {
  await tx.run('UPDATE access_users SET email_verified_at = ? WHERE user_id = ?', [tx.now, userId]);
}

/** The address they have shown to be theirs; null without one. */
export async function verifiedEmailOf(queries: Queries, userId: string): Promise<string | null> {
  const row = await queries.first<{ email: string | null }>(
    'SELECT email FROM access_users WHERE user_id = ? AND email_verified_at IS NOT NULL',
    [userId],
  );
  return row?.email ?? null;
}

/** Whether some account has shown that address to be its own. */
export async function isVerifiedAddress(queries: Queries, email: string): Promise<boolean> {
  const row = await queries.first(
    'SELECT 1 AS verified FROM access_users WHERE lower(email) = lower(?) AND email_verified_at IS NOT NULL',
    [email],
  );
  return row !== undefined;
}

/** Makes changes of what one user has wait for each other, so that limits hold under parallel requests. */
export async function lockUser(tx: Transaction, userId: string): Promise<void> {
  await tx.first(`SELECT user_id FROM access_users WHERE user_id = ?${tx.forUpdate}`, [userId]);
}

export async function setDefaultProject(tx: Transaction, choice: { userId: string; projectId: string }): Promise<void> {
  await tx.run('UPDATE access_users SET default_project_id = ? WHERE user_id = ?', [choice.projectId, choice.userId]);
}

/** Whoever has the one as their default gets the other. */
export async function replaceDefaultProject(tx: Transaction, change: { from: string; to: string }): Promise<void> {
  await tx.run('UPDATE access_users SET default_project_id = ? WHERE default_project_id = ?', [change.to, change.from]);
}

export async function usernamesOf(queries: Queries, userIds: readonly string[]): Promise<Map<string, string>> {
  const names = new Map<string, string>();
  const ids = [...new Set(userIds)];
  for (let start = 0; start < ids.length; start += NAMES_PER_STATEMENT) {
    const some = ids.slice(start, start + NAMES_PER_STATEMENT);
    const rows = await queries.all<{ user_id: string; username: string }>(
      `SELECT user_id, username FROM access_users WHERE user_id IN (${placeholders(some.length)})`,
      some,
    );
    for (const row of rows) names.set(row.user_id, row.username);
  }
  return names;
}

/** Names are kept in lower case. */
export async function userNamed(queries: Queries, username: string): Promise<string | null> {
  const row = await queries.first<{ user_id: string }>('SELECT user_id FROM access_users WHERE username = ?', [
    username.toLowerCase(),
  ]);
  return row?.user_id ?? null;
}

export async function countUsers(queries: Queries, activeSince: number): Promise<{ total: number; active: number }> {
  const total = await queries.first<{ count: number }>(
    "SELECT COUNT(*) AS count FROM access_users WHERE kind = 'person'",
  );
  const active = await queries.first<{ count: number }>(
    "SELECT COUNT(*) AS count FROM access_users WHERE last_seen_at >= ? AND kind = 'person'",
    [activeSince],
  );
  return { total: total?.count ?? 0, active: active?.count ?? 0 };
}

function fromRow(row: UserRow): User {
  return {
    userId: row.user_id,
    username: row.username,
    displayName: row.display_name,
    email: row.email,
    status: row.status,
    organizationId: row.organization_id,
    defaultProjectId: row.default_project_id,
    createdAt: row.created_at,
    lastSeenAt: row.last_seen_at,
  };
}
