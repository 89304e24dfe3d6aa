import { searchText } from '@portico/plugin-kit/backend';
import type { Place, Queries, Transaction } from '@portico/plugin-kit/backend';

export interface Project {
  readonly projectId: string;
  readonly organizationId: string;
  readonly departmentId: string;
  readonly name: string;
  readonly createdAt: number;
}

interface ProjectRow {
  project_id: string;
  organization_id: string;
  department_id: string;
  name: string;
  created_at: number;
}

const COLUMNS = 'project_id, organization_id, department_id, name, created_at';

/** The project that is there under this name already wins: false. */
export async function insertProject(tx: Transaction, project: Omit<Project, 'createdAt'>): Promise<boolean> {
  const inserted = await tx.run(
    `INSERT INTO access_projects (${COLUMNS}, name_key) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (organization_id, name_key) WHERE deleted_at IS NULL DO NOTHING`,
    [project.projectId, project.organizationId, project.departmentId, project.name, tx.now, searchText(project.name)],
  );
  return inserted > 0;
}

/** False when another project of the organization has that name. The caller holds the lock of the organization’s projects. */
export async function updateProjectName(tx: Transaction, project: Project, name: string): Promise<boolean> {
  const taken = await tx.first(
    'SELECT 1 AS taken FROM access_projects WHERE organization_id = ? AND name_key = ? AND project_id <> ? AND deleted_at IS NULL',
    [project.organizationId, searchText(name), project.projectId],
  );
  if (taken) return false;
  await tx.run('UPDATE access_projects SET name = ?, name_key = ? WHERE project_id = ?', [
    name,
    searchText(name),
    project.projectId,
  ]);
  return true;
}

export async function updateProjectDepartment(
  tx: Transaction,
  project: { projectId: string; departmentId: string },
): Promise<void> {
  await tx.run('UPDATE access_projects SET department_id = ? WHERE project_id = ?', [
    project.departmentId,
    project.projectId,
  ]);
}

/** Its row stays: usage, ledger and audit name it. The roles people had in it go. */
export async function markProjectDeleted(tx: Transaction, projectId: string): Promise<void> {
  await tx.run('UPDATE access_projects SET deleted_at = ? WHERE project_id = ?', [tx.now, projectId]);
  await tx.run('DELETE FROM access_project_members WHERE project_id = ?', [projectId]);
}

/** Waits for whoever is putting something into it, and keeps others from it. */
export async function lockProject(tx: Transaction, projectId: string): Promise<void> {
  await tx.first(`SELECT project_id FROM access_projects WHERE project_id = ?${tx.forUpdate}`, [projectId]);
}

export async function countProjects(queries: Queries, organizationId: string): Promise<number> {
  const row = await queries.first<{ count: number }>(
    'SELECT COUNT(*) AS count FROM access_projects WHERE organization_id = ? AND deleted_at IS NULL',
    [organizationId],
  );
  return row?.count ?? 0;
}

/** As `projectById`, and until the transaction ends nobody deletes it. On SQLite the transaction keeps everybody else out anyway. */
export async function projectKept(tx: Transaction, projectId: string): Promise<Project | undefined> {
  const lock = tx.dialect === 'postgres' ? ' FOR KEY SHARE' : '';
  const row = await tx.first<ProjectRow>(
    `SELECT ${COLUMNS} FROM access_projects WHERE project_id = ? AND deleted_at IS NULL${lock}`,
    [projectId],
  );
  return row && fromRow(row);
}

/** Deleted ones are not found. */
export async function projectById(queries: Queries, projectId: string): Promise<Project | undefined> {
  const row = await queries.first<ProjectRow>(
    `SELECT ${COLUMNS} FROM access_projects WHERE project_id = ? AND deleted_at IS NULL`,
    [projectId],
  );
  return row && fromRow(row);
}

/** Of the organization, or that one alone. Oldest first, so that the default one, made with the organization, leads. `after` is the last row of the page before. */
export async function projectsPage(
  queries: Queries,
  page: {
    organizationId: string;
    onlyProjectId?: string | null;
    /** Only those the user has a role in. */
    memberUserId?: string | null;
    departmentId?: string;
    after?: Place | undefined;
    limit: number;
  },
): Promise<Project[]> {
  const after = page.after ? 'AND (created_at, project_id) > (?, ?)' : '';
  const only = page.onlyProjectId ? 'AND project_id = ?' : '';
  const department = page.departmentId === undefined ? '' : 'AND department_id = ?';
  const mine = page.memberUserId
    ? 'AND EXISTS (SELECT 1 FROM access_project_members pm WHERE pm.project_id = access_projects.project_id AND pm.user_id = ?)'
    : '';
  const rows = await queries.all<ProjectRow>(
    `SELECT ${COLUMNS} FROM access_projects WHERE organization_id = ? AND deleted_at IS NULL ${only} ${mine} ${department} ${after} ORDER BY created_at, project_id LIMIT ?`,
    [
      page.organizationId,
      ...(page.onlyProjectId ? [page.onlyProjectId] : []),
      ...(page.memberUserId ? [page.memberUserId] : []),
      ...(page.departmentId === undefined ? [] : [page.departmentId]),
      ...(page.after ? [page.after.at, page.after.id] : []),
      page.limit,
    ],
  );
  return rows.map(fromRow);
}

function fromRow(row: ProjectRow): Project {
  return {
    projectId: row.project_id,
    organizationId: row.organization_id,
    departmentId: row.department_id,
    name: row.name,
    createdAt: row.created_at,
  };
}
