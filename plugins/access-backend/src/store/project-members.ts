import type { Place, Queries, Transaction } from '@portico/plugin-kit/backend';

/** A person with a role in one project. */
export interface ProjectMember {
  readonly projectId: string;
  readonly userId: string;
  readonly username: string;
  readonly displayName: string;
  readonly role: string;
  readonly organizationRole: string;
  readonly since: number;
}

interface ProjectMemberRow {
  project_id: string;
  user_id: string;
  username: string;
  display_name: string;
  role: string;
  organization_role: string;
  created_at: number;
}

const SELECT = `SELECT pm.project_id, pm.user_id, u.username, u.display_name, pm.role, m.role AS organization_role, pm.created_at
  FROM access_project_members pm
  JOIN access_projects p ON p.project_id = pm.project_id
  JOIN access_users u ON u.user_id = pm.user_id AND u.kind = 'person'
  JOIN access_memberships m ON m.user_id = pm.user_id AND m.organization_id = p.organization_id`;

export async function projectMemberOf(
  queries: Queries,
  by: { projectId: string; userId: string },
): Promise<ProjectMember | undefined> {
  const row = await queries.first<ProjectMemberRow>(`${SELECT} WHERE pm.project_id = ? AND pm.user_id = ?`, [
    by.projectId,
    by.userId,
  ]);
  return row && fromRow(row);
}

/** Newest first. `after` is the last row of the page before. */
export async function projectMembersPage(
  queries: Queries,
  page: { projectId: string; after?: Place | undefined; limit: number },
): Promise<ProjectMember[]> {
  const { projectId, after, limit } = page;
  const rows = await queries.all<ProjectMemberRow>(
    `${SELECT} WHERE pm.project_id = ? ${after ? 'AND (pm.created_at, pm.user_id) < (?, ?)' : ''}
     ORDER BY pm.created_at DESC, pm.user_id DESC LIMIT ?`,
    [projectId, ...(after ? [after.at, after.id] : []), limit],
  );
  return rows.map(fromRow);
}

export interface RoleInProject {
  readonly projectId: string;
  readonly projectName: string;
  readonly role: string;
  readonly since: number;
}

/** A user’s roles in the projects of an organization that are there, or in that one; oldest project first. */
export async function projectRolesOf(
  queries: Queries,
  of: { organizationId: string; userId: string; onlyProjectId: string | null },
): Promise<RoleInProject[]> {
  const { organizationId, userId, onlyProjectId } = of;
  const rows = await queries.all<{ project_id: string; name: string; role: string; created_at: number }>(
    `SELECT p.project_id, p.name, pm.role, pm.created_at FROM access_project_members pm
     JOIN access_projects p ON p.project_id = pm.project_id AND p.deleted_at IS NULL
     WHERE p.organization_id = ? AND pm.user_id = ? ${onlyProjectId === null ? '' : 'AND p.project_id = ?'}
     ORDER BY p.created_at, p.project_id`,
    [organizationId, userId, ...(onlyProjectId === null ? [] : [onlyProjectId])],
  );
  return rows.map(row => ({
    projectId: row.project_id,
    projectName: row.name,
    role: row.role,
    since: row.created_at,
  }));
}

export async function putProjectMember(
  tx: Transaction,
  member: { projectId: string; userId: string; role: string },
): Promise<void> {
  await tx.run(
    `INSERT INTO access_project_members (project_id, user_id, role, created_at) VALUES (?, ?, ?, ?)
     ON CONFLICT (project_id, user_id) DO UPDATE SET role = excluded.role`,
    [member.projectId, member.userId, member.role, tx.now],
  );
}

export async function deleteProjectMember(
  tx: Transaction,
  member: { projectId: string; userId: string },
): Promise<void> {
  await tx.run('DELETE FROM access_project_members WHERE project_id = ? AND user_id = ?', [
    member.projectId,
    member.userId,
  ]);
}

function fromRow(row: ProjectMemberRow): ProjectMember {
  return {
    projectId: row.project_id,
    userId: row.user_id,
    username: row.username,
    displayName: row.display_name,
    role: row.role,
    organizationRole: row.organization_role,
    since: row.created_at,
  };
}
