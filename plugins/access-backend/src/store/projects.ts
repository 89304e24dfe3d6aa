import type { Queries, Transaction } from '@portico/plugin-kit/backend';

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

export async function insertProject(tx: Transaction, project: Omit<Project, 'createdAt'>): Promise<void> {
  await tx.run(`INSERT INTO access_projects (${COLUMNS}) VALUES (?, ?, ?, ?, ?)`, [
    project.projectId,
    project.organizationId,
    project.departmentId,
    project.name,
    tx.now,
  ]);
}

export async function projectById(queries: Queries, projectId: string): Promise<Project | undefined> {
  const row = await queries.first<ProjectRow>(`SELECT ${COLUMNS} FROM access_projects WHERE project_id = ?`, [
    projectId,
  ]);
  return row && fromRow(row);
}

/** Of the organization, or that one alone. Oldest first, so that the default one, made with the organization, leads. `after` is the last row of the page before. */
export async function projectsPage(
  queries: Queries,
  page: {
    organizationId: string;
    onlyProjectId?: string | null;
    after?: { createdAt: number; projectId: string };
    limit: number;
  },
): Promise<Project[]> {
  const after = page.after ? 'AND (created_at, project_id) > (?, ?)' : '';
  const only = page.onlyProjectId ? 'AND project_id = ?' : '';
  const rows = await queries.all<ProjectRow>(
    `SELECT ${COLUMNS} FROM access_projects WHERE organization_id = ? ${only} ${after} ORDER BY created_at, project_id LIMIT ?`,
    [
      page.organizationId,
      ...(page.onlyProjectId ? [page.onlyProjectId] : []),
      ...(page.after ? [page.after.createdAt, page.after.projectId] : []),
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
