import { searchText } from '@portico/plugin-kit/backend';
import type { Queries, Transaction } from '@portico/plugin-kit/backend';
import { lockUser } from './users';
import type { UserKind, UserStatus } from './users';

/** A user as they see their own account. */
export interface Profile {
  readonly userId: string;
  readonly username: string;
  readonly displayName: string;
  readonly email: string | null;
  readonly emailVerifiedAt: number | null;
  /** Replaces `email` once it is confirmed. */
  readonly pendingEmail: string | null;
  /** Null of an account that signs in through an identity provider alone. */
  readonly passwordHash: string | null;
  readonly status: UserStatus;
  readonly kind: UserKind;
  /** The personal organization. */
  readonly organizationId: string;
  readonly createdAt: number;
}

interface ProfileRow {
  user_id: string;
  username: string;
  display_name: string;
  email: string | null;
  email_verified_at: number | null;
  pending_email: string | null;
  password_hash: string | null;
  status: UserStatus;
  kind: UserKind;
  organization_id: string;
  created_at: number;
}

const SELECT = `SELECT u.user_id, u.username, u.display_name, u.email, u.email_verified_at, u.pending_email, u.status, u.kind, u.organization_id, u.created_at,
  (SELECT c.hash FROM access_credentials c WHERE c.user_id = u.user_id AND c.kind = 'password') AS password_hash FROM access_users u WHERE`;

export async function profileOf(queries: Queries, userId: string): Promise<Profile | undefined> {
  return fromRow(await queries.first<ProfileRow>(`${SELECT} u.user_id = ?`, [userId]));
}

/**
 * Changes of one account wait for each other. It is read after the lock, not with it: a statement that waits for a row goes on with what it saw of the other tables
 * before it waited, the password among them.
 */
export async function profileForChange(tx: Transaction, userId: string): Promise<Profile | undefined> {
  await lockUser(tx, userId);
  return profileOf(tx, userId);
}

export async function profileByUsername(queries: Queries, username: string): Promise<Profile | undefined> {
  return fromRow(await queries.first<ProfileRow>(`${SELECT} u.username = ?`, [username]));
}

/** Whose the address is: of the accounts that name it, the one that confirmed it. */
export async function profileByVerifiedEmail(queries: Queries, email: string): Promise<Profile | undefined> {
  return fromRow(
    await queries.first<ProfileRow>(`${SELECT} lower(u.email) = lower(?) AND u.email_verified_at IS NOT NULL`, [email]),
  );
}

export async function setDisplayName(tx: Transaction, profile: Profile, displayName: string): Promise<void> {
  await tx.run('UPDATE access_users SET display_name = ?, search_text = ? WHERE user_id = ?', [
    displayName,
    searchText(profile.username, displayName, profile.email),
    profile.userId,
  ]);
}

/** Null: nothing waits to be confirmed. */
export async function setPendingEmail(tx: Transaction, userId: string, email: string | null): Promise<void> {
  await tx.run('UPDATE access_users SET pending_email = ? WHERE user_id = ?', [email, userId]);
}

/** The address is the user's from now on. Violates the unique index when another account confirmed it first. */
export async function setVerifiedEmail(tx: Transaction, profile: Profile, email: string): Promise<void> {
  await tx.run(
    'UPDATE access_users SET email = ?, email_verified_at = ?, pending_email = NULL, search_text = ? WHERE user_id = ?',
    [email, tx.now, searchText(profile.username, profile.displayName, email), profile.userId],
  );
}

export async function setPasswordHash(tx: Transaction, userId: string, hash: string): Promise<void> {
  await tx.run(
    `INSERT INTO access_credentials (user_id, kind, hash, created_at, updated_at) VALUES (?, 'password', ?, ?, ?)
     ON CONFLICT (user_id, kind) DO UPDATE SET hash = excluded.hash, updated_at = excluded.updated_at`,
    [userId, hash, tx.now, tx.now],
  );
}

function fromRow(row: ProfileRow | undefined): Profile | undefined {
  return (
    row && {
      userId: row.user_id,
      username: row.username,
      displayName: row.display_name,
      email: row.email,
      emailVerifiedAt: row.email_verified_at,
      pendingEmail: row.pending_email,
      passwordHash: row.password_hash,
      status: row.status,
      kind: row.kind,
      organizationId: row.organization_id,
      createdAt: row.created_at,
    }
  );
}
