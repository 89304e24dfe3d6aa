import { containsPattern } from '@portico/plugin-kit/backend';
import type { Place, Queries, Transaction } from '@portico/plugin-kit/backend';
import { GUEST, OWNER } from '../domain/roles';
import type { UserStatus } from './users';

/** A person who belongs to an organization. Service accounts belong to projects and are not among them. */
export interface Member {
  readonly organizationId: string;
  readonly userId: string;
  readonly username: string;
  readonly displayName: string;
  readonly email: string | null;
  readonly status: UserStatus;
  readonly role: string;
  readonly source: 'founder' | 'invitation' | 'identity_provider' | 'administrator';
  readonly since: number;
  readonly lastSeenAt: number | null;
  readonly hasSecondFactor: boolean;
  /** The organization came with their account. */
  readonly isPersonal: boolean;
}

interface MemberRow {
  organization_id: string;
  user_id: string;
  username: string;
  display_name: string;
  email: string | null;
  status: UserStatus;
  role: string;
  source: Member['source'];
  created_at: number;
  last_seen_at: number | null;
  has_second_factor: number;
  is_personal: number;
}

const SELECT = `SELECT m.organization_id, u.user_id, u.username, u.display_name, u.email, u.status, m.role,
    CASE WHEN m.source_provider IS NULL THEN m.source ELSE 'identity_provider' END AS source, m.created_at, u.last_seen_at,
    CASE WHEN EXISTS (SELECT 1 FROM access_totp t WHERE t.user_id = u.user_id AND t.confirmed_at IS NOT NULL)
      OR EXISTS (SELECT 1 FROM access_passkeys k WHERE k.user_id = u.user_id) THEN 1 ELSE 0 END AS has_second_factor,
    CASE WHEN u.organization_id = m.organization_id THEN 1 ELSE 0 END AS is_personal
  FROM access_memberships m JOIN access_users u ON u.user_id = m.user_id AND u.kind = 'person'`;

export async function memberOf(
  queries: Queries,
  by: { organizationId: string; userId: string },
): Promise<Member | undefined> {
  const row = await queries.first<MemberRow>(`${SELECT} WHERE m.organization_id = ? AND m.user_id = ?`, [
    by.organizationId,
    by.userId,
  ]);
  return row && fromRow(row);
}

/** The names of a user’s roles, as they are in the tables now; null where there is none. */
export async function rolesOf(
  queries: Queries,
  of: { organizationId: string; projectId: string; userId: string },
): Promise<{ organization: string | null; project: string | null }> {
  const row = await queries.first<{ role: string; project_role: string | null }>(
    `SELECT m.role, pm.role AS project_role FROM access_memberships m
     LEFT JOIN access_project_members pm ON pm.user_id = m.user_id AND pm.project_id = ?
     WHERE m.organization_id = ? AND m.user_id = ?`,
    [of.projectId, of.organizationId, of.userId],
  );
  return { organization: row?.role ?? null, project: row?.project_role ?? null };
}

/** A member who has verified that address. */
export async function isAddressOfMember(
  queries: Queries,
  of: { organizationId: string; email: string },
): Promise<boolean> {
  const row = await queries.first(
    `SELECT 1 AS member FROM access_users u JOIN access_memberships m ON m.user_id = u.user_id
     WHERE lower(u.email) = lower(?) AND u.email_verified_at IS NOT NULL AND m.organization_id = ?`,
    [of.email, of.organizationId],
  );
  return row !== undefined;
}

/** Newest first. `after` is the last row of the page before. */
export async function membersPage(
  queries: Queries,
  page: {
    organizationId: string;
    q?: string;
    role?: string;
    /** Only those with a role in this project. */
    inProjectId?: string | null;
    after?: Place | undefined;
    limit: number;
  },
): Promise<Member[]> {
  const conditions = ['m.organization_id = ?'];
  const parameters: (string | number)[] = [page.organizationId];
  if (page.role !== undefined) {
    conditions.push('m.role = ?');
    parameters.push(page.role);
  }
  if (page.q !== undefined) {
    conditions.push(`u.search_text LIKE ? ESCAPE '!'`);
    parameters.push(containsPattern(page.q));
  }
  if (page.inProjectId) {
    conditions.push(
      'EXISTS (SELECT 1 FROM access_project_members pm WHERE pm.project_id = ? AND pm.user_id = m.user_id)',
    );
    parameters.push(page.inProjectId);
  }
  if (page.after) {
    conditions.push('(m.created_at, m.user_id) < (?, ?)');
    parameters.push(page.after.at, page.after.id);
  }
  const rows = await queries.all<MemberRow>(
    `${SELECT} WHERE ${conditions.join(' AND ')} ORDER BY m.created_at DESC, m.user_id DESC LIMIT ?`,
    [...parameters, page.limit],
  );
  return rows.map(fromRow);
}

export async function countMembers(queries: Queries, organizationId: string): Promise<number> {
  const row = await queries.first<{ count: number }>(
    `SELECT COUNT(*) AS count FROM access_memberships m JOIN access_users u ON u.user_id = m.user_id AND u.kind = 'person'
     WHERE m.organization_id = ?`,
    [organizationId],
  );
  return row?.count ?? 0;
}

/** Owners besides one who can sign in: a disabled one could not hand the organization on. */
export async function countOtherOwners(
  queries: Queries,
  besides: { organizationId: string; userId: string },
): Promise<number> {
  const row = await queries.first<{ count: number }>(
    `SELECT COUNT(*) AS count FROM access_memberships m JOIN access_users u ON u.user_id = m.user_id
     WHERE m.organization_id = ? AND m.role = ? AND m.user_id <> ? AND u.status = 'active'`,
    [besides.organizationId, OWNER, besides.userId],
  );
  return row?.count ?? 0;
}

export async function countOwnedOrganizations(queries: Queries, userId: string): Promise<number> {
  const row = await queries.first<{ count: number }>(
    'SELECT COUNT(*) AS count FROM access_memberships WHERE user_id = ? AND role = ?',
    [userId, OWNER],
  );
  return row?.count ?? 0;
}

/** Given by hand, it is no provider’s any more: the next sign-in must not undo what a person decided. */
export async function updateMemberRole(
  tx: Transaction,
  member: { organizationId: string; userId: string; role: string },
): Promise<void> {
  await tx.run(
    `UPDATE access_memberships SET role = ?, source = CASE WHEN source_provider IS NULL THEN source ELSE 'administrator' END, source_provider = NULL
     WHERE organization_id = ? AND user_id = ?`,
    [member.role, member.organizationId, member.userId],
  );
}

/** With the roles in its projects. */
export async function deleteMembership(
  tx: Transaction,
  member: { organizationId: string; userId: string },
): Promise<void> {
  await tx.run(
    `DELETE FROM access_project_members WHERE user_id = ?
     AND project_id IN (SELECT project_id FROM access_projects WHERE organization_id = ?)`,
    [member.userId, member.organizationId],
  );
  await tx.run('DELETE FROM access_memberships WHERE user_id = ? AND organization_id = ?', [
    member.userId,
    member.organizationId,
  ]);
}

/** Those whose default project is one of which they see nothing, having roles in other projects alone. */
export async function blindToDefault(queries: Queries, projectId: string): Promise<string[]> {
  const rows = await queries.all<{ user_id: string }>(
    `SELECT u.user_id FROM access_users u JOIN access_projects p ON p.project_id = u.default_project_id
     LEFT JOIN access_memberships m ON m.user_id = u.user_id AND m.organization_id = p.organization_id
     LEFT JOIN access_project_members pm ON pm.user_id = u.user_id AND pm.project_id = p.project_id
     WHERE u.default_project_id = ? AND u.kind = 'person' AND (m.role IS NULL OR (m.role = ? AND pm.user_id IS NULL)) ORDER BY u.user_id`,
    [projectId, GUEST],
  );
  return rows.map(row => row.user_id);
}

/** Whether a project that is there is one the user sees: by a role in its organization, or in itself. */
export async function seesProject(queries: Queries, by: { userId: string; projectId: string }): Promise<boolean> {
  const row = await queries.first(
    `SELECT 1 AS seen FROM access_projects p JOIN access_memberships m ON m.organization_id = p.organization_id AND m.user_id = ?
     LEFT JOIN access_project_members pm ON pm.project_id = p.project_id AND pm.user_id = m.user_id
     WHERE p.project_id = ? AND p.deleted_at IS NULL AND (m.role <> ? OR pm.user_id IS NOT NULL)`,
    [by.userId, by.projectId, GUEST],
  );
  return row !== undefined;
}

/** The project a user would be in without naming one: their default while they see it, else the oldest they see, of their personal organization first. */
export async function homeProjectOf(queries: Queries, userId: string): Promise<string | null> {
  const row = await queries.first<{ project_id: string }>(
    `SELECT p.project_id FROM access_users u
     JOIN access_memberships m ON m.user_id = u.user_id
     JOIN access_projects p ON p.organization_id = m.organization_id AND p.deleted_at IS NULL
     WHERE u.user_id = ? AND (m.role <> ? OR EXISTS (
       SELECT 1 FROM access_project_members pm WHERE pm.project_id = p.project_id AND pm.user_id = u.user_id))
     ORDER BY CASE WHEN p.project_id = u.default_project_id THEN 0 WHEN p.organization_id = u.organization_id THEN 1 ELSE 2 END,
       p.created_at, p.project_id LIMIT 1`,
    [userId, GUEST],
  );
  return row?.project_id ?? null;
}

function fromRow(row: MemberRow): Member {
  return {
    organizationId: row.organization_id,
    userId: row.user_id,
    username: row.username,
    displayName: row.display_name,
    email: row.email,
    status: row.status,
    role: row.role,
    source: row.source,
    since: row.created_at,
    lastSeenAt: row.last_seen_at,
    hasSecondFactor: row.has_second_factor === 1,
    isPersonal: row.is_personal === 1,
  };
}
