import { containsPattern, placeholders } from '@portico/plugin-kit/backend';
import type { Parameter, Place, Queries, Transaction } from '@portico/plugin-kit/backend';
import type { User, UserKind, UserStatus } from './users';

/** A user as those see them who look after all of them. */
export interface PlatformUser extends User {
  readonly kind: UserKind;
  readonly platformRoles: readonly string[];
  /** Null while active; also of those who were kept out before it was noted. */
  readonly disabledAt: number | null;
  readonly disabledReason: string | null;
}

interface PlatformUserRow {
  user_id: string;
  username: string;
  display_name: string;
  email: string | null;
  kind: UserKind;
  status: UserStatus;
  organization_id: string;
  default_project_id: string;
  created_at: number;
  last_seen_at: number | null;
  disabled_at: number | null;
  disabled_reason: string | null;
}

const SELECT = `SELECT u.user_id, u.username, u.display_name, u.email, u.kind, u.status, u.organization_id, u.default_project_id, u.created_at,
  u.last_seen_at, u.disabled_at, u.disabled_reason FROM access_users u`;

export interface UserFilter {
  readonly q?: string | undefined;
  readonly status?: UserStatus | undefined;
  readonly platformRole?: string | undefined;
}

/** People, newest first: accounts for programs are their organization's. `after` is the last row of the page before. */
export async function platformUsersPage(
  queries: Queries,
  page: UserFilter & { after?: Place | undefined; limit: number },
): Promise<PlatformUser[]> {
  const conditions: string[] = [`u.kind = 'person'`];
  const parameters: Parameter[] = [];
  if (page.q !== undefined) {
    conditions.push(`u.search_text LIKE ? ESCAPE '!'`);
    parameters.push(containsPattern(page.q));
  }
  if (page.status !== undefined) {
    conditions.push('u.status = ?');
    parameters.push(page.status);
  }
  if (page.platformRole !== undefined) {
    conditions.push('u.user_id IN (SELECT user_id FROM access_platform_roles WHERE role = ?)');
    parameters.push(page.platformRole);
  }
  if (page.after) {
    conditions.push('(u.created_at, u.user_id) < (?, ?)');
    parameters.push(page.after.at, page.after.id);
  }
  const rows = await queries.all<PlatformUserRow>(
    `${SELECT} WHERE ${conditions.join(' AND ')} ORDER BY u.created_at DESC, u.user_id DESC LIMIT ?`,
    [...parameters, page.limit],
  );
  return withRoles(queries, rows);
}

export async function platformUserById(queries: Queries, userId: string): Promise<PlatformUser | undefined> {
  const rows = await queries.all<PlatformUserRow>(`${SELECT} WHERE u.user_id = ?`, [userId]);
  return (await withRoles(queries, rows))[0];
}

/** What somebody looks at before they change anything. */
export interface UserFacts {
  readonly memberships: readonly { organizationId: string; name: string; role: string; createdAt: number }[];
  readonly openSessions: number;
  readonly apiKeys: number;
  readonly hasSecondFactor: boolean;
  /** Of the sessions that are kept. */
  readonly lastSignInAt: number | null;
}

export async function userFacts(
  queries: Queries,
  of: { userId: string; now: number; membershipsMax: number },
): Promise<UserFacts> {
  const { userId, now } = of;
  const memberships = await queries.all<{ organization_id: string; name: string; role: string; created_at: number }>(
    `SELECT m.organization_id, o.name, m.role, m.created_at FROM access_memberships m
     JOIN access_organizations o ON o.organization_id = m.organization_id WHERE m.user_id = ?
     ORDER BY m.created_at, m.organization_id LIMIT ?`,
    [userId, of.membershipsMax],
  );
  const counts = await queries.first<{
    sessions: number;
    keys: number;
    second_factors: number;
    last_sign_in_at: number | null;
  }>(
    `SELECT (SELECT COUNT(*) FROM access_sessions s WHERE s.user_id = ? AND s.ended_at IS NULL
         AND COALESCE(s.refresh_expires_at, s.access_expires_at) > ?) AS sessions,
       (SELECT COUNT(*) FROM access_api_keys k WHERE k.user_id = ? AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > ?)) AS keys,
       (SELECT MAX(s.created_at) FROM access_sessions s WHERE s.user_id = ?) AS last_sign_in_at,
       CASE WHEN EXISTS (SELECT 1 FROM access_totp t WHERE t.user_id = ? AND t.confirmed_at IS NOT NULL)
         OR EXISTS (SELECT 1 FROM access_passkeys k WHERE k.user_id = ?) THEN 1 ELSE 0 END AS second_factors`,
    [userId, now, userId, now, userId, userId, userId],
  );
  return {
    memberships: memberships.map(row => ({
      organizationId: row.organization_id,
      name: row.name,
      role: row.role,
      createdAt: row.created_at,
    })),
    openSessions: counts?.sessions ?? 0,
    apiKeys: counts?.keys ?? 0,
    hasSecondFactor: counts?.second_factors === 1,
    lastSignInAt: counts?.last_sign_in_at ?? null,
  };
}

/** Whether the user signs in by something else than a password: an identity provider, a passkey. */
export async function hasOtherWayIn(queries: Queries, userId: string): Promise<boolean> {
  const row = await queries.first(
    `SELECT 1 AS way FROM access_identities WHERE user_id = ? UNION ALL SELECT 1 AS way FROM access_passkeys WHERE user_id = ? LIMIT 1`,
    [userId, userId],
  );
  return row !== undefined;
}

/** Locks the row. */
export async function statusForChange(tx: Transaction, userId: string): Promise<UserStatus | undefined> {
  const row = await tx.first<{ status: UserStatus }>(
    `SELECT status FROM access_users WHERE user_id = ?${tx.forUpdate}`,
    [userId],
  );
  return row?.status;
}

export async function markDisabled(tx: Transaction, user: { userId: string; reason: string }): Promise<void> {
  await tx.run(`UPDATE access_users SET status = 'disabled', disabled_at = ?, disabled_reason = ? WHERE user_id = ?`, [
    tx.now,
    user.reason,
    user.userId,
  ]);
}

export async function markEnabled(tx: Transaction, userId: string): Promise<void> {
  await tx.run(
    `UPDATE access_users SET status = 'active', disabled_at = NULL, disabled_reason = NULL WHERE user_id = ?`,
    [userId],
  );
}

async function withRoles(queries: Queries, rows: readonly PlatformUserRow[]): Promise<PlatformUser[]> {
  if (rows.length === 0) return [];
  const held = await queries.all<{ user_id: string; role: string }>(
    `SELECT user_id, role FROM access_platform_roles WHERE user_id IN (${placeholders(rows.length)}) ORDER BY created_at, role`,
    rows.map(row => row.user_id),
  );
  return rows.map(row => ({
    userId: row.user_id,
    username: row.username,
    displayName: row.display_name,
    email: row.email,
    kind: row.kind,
    status: row.status,
    organizationId: row.organization_id,
    defaultProjectId: row.default_project_id,
    createdAt: row.created_at,
    lastSeenAt: row.last_seen_at,
    disabledAt: row.disabled_at,
    disabledReason: row.disabled_reason,
    platformRoles: held.filter(({ user_id }) => user_id === row.user_id).map(({ role }) => role),
  }));
}
