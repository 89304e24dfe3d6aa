import { searchText } from '@portico/plugin-kit/backend';
import type { Place, Queries, Transaction } from '@portico/plugin-kit/backend';

export interface Department {
  readonly departmentId: string;
  readonly organizationId: string;
  readonly name: string;
  readonly isDefault: boolean;
  readonly createdAt: number;
}

interface DepartmentRow {
  department_id: string;
  organization_id: string;
  name: string;
  is_default: number;
  created_at: number;
}

const COLUMNS = 'department_id, organization_id, name, is_default, created_at';

/** The department that is there under this name already wins: false. */
export async function insertDepartment(tx: Transaction, department: Omit<Department, 'createdAt'>): Promise<boolean> {
  const inserted = await tx.run(
    `INSERT INTO access_departments (${COLUMNS}, name_key) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (organization_id, name_key) WHERE deleted_at IS NULL DO NOTHING`,
    [
      department.departmentId,
      department.organizationId,
      department.name,
      department.isDefault ? 1 : 0,
      tx.now,
      searchText(department.name),
    ],
  );
  return inserted > 0;
}

/** False when another department of the organization has that name. The caller holds the lock of the organization. */
export async function updateDepartmentName(tx: Transaction, department: Department, name: string): Promise<boolean> {
  const taken = await tx.first(
    'SELECT 1 AS taken FROM access_departments WHERE organization_id = ? AND name_key = ? AND department_id <> ? AND deleted_at IS NULL',
    [department.organizationId, searchText(name), department.departmentId],
  );
  if (taken) return false;
  await tx.run('UPDATE access_departments SET name = ?, name_key = ? WHERE department_id = ?', [
    name,
    searchText(name),
    department.departmentId,
  ]);
  return true;
}

/** Its row stays: the ledger names it. */
export async function markDepartmentDeleted(tx: Transaction, departmentId: string): Promise<void> {
  await tx.run('UPDATE access_departments SET deleted_at = ? WHERE department_id = ?', [tx.now, departmentId]);
}

/** Of the organization; deleted ones are not found. */
export async function departmentOf(
  queries: Queries,
  by: { organizationId: string; departmentId: string },
): Promise<Department | undefined> {
  const row = await queries.first<DepartmentRow>(
    `SELECT ${COLUMNS} FROM access_departments WHERE organization_id = ? AND department_id = ? AND deleted_at IS NULL`,
    [by.organizationId, by.departmentId],
  );
  return row && fromRow(row);
}

export async function defaultDepartmentOf(queries: Queries, organizationId: string): Promise<string> {
  const row = await queries.first<{ department_id: string }>(
    'SELECT department_id FROM access_departments WHERE organization_id = ? AND is_default = 1',
    [organizationId],
  );
  if (!row) throw new Error(`organization ${organizationId} has no default department`);
  return row.department_id;
}

export async function countDepartments(queries: Queries, organizationId: string): Promise<number> {
  const row = await queries.first<{ count: number }>(
    'SELECT COUNT(*) AS count FROM access_departments WHERE organization_id = ? AND deleted_at IS NULL',
    [organizationId],
  );
  return row?.count ?? 0;
}

/** Projects that are there; deleted ones do not count. */
export async function countProjectsOfDepartment(queries: Queries, departmentId: string): Promise<number> {
  const row = await queries.first<{ count: number }>(
    'SELECT COUNT(*) AS count FROM access_projects WHERE department_id = ? AND deleted_at IS NULL',
    [departmentId],
  );
  return row?.count ?? 0;
}

/** Oldest first, so that the default one leads. `after` is the last row of the page before. */
export async function departmentsPage(
  queries: Queries,
  page: {
    organizationId: string;
    onlyDepartmentId: string | null;
    after?: Place | undefined;
    limit: number;
  },
): Promise<(Department & { projectCount: number })[]> {
  const { organizationId, onlyDepartmentId, after, limit } = page;
  const rows = await queries.all<DepartmentRow & { project_count: number }>(
    `SELECT ${COLUMNS}, (SELECT COUNT(*) FROM access_projects p WHERE p.department_id = access_departments.department_id AND p.deleted_at IS NULL) AS project_count
     FROM access_departments WHERE organization_id = ? AND deleted_at IS NULL ${onlyDepartmentId === null ? '' : 'AND department_id = ?'}
     ${after ? 'AND (created_at, department_id) > (?, ?)' : ''} ORDER BY created_at, department_id LIMIT ?`,
    [
      organizationId,
      ...(onlyDepartmentId === null ? [] : [onlyDepartmentId]),
      ...(after ? [after.at, after.id] : []),
      limit,
    ],
  );
  return rows.map(row => ({ ...fromRow(row), projectCount: row.project_count }));
}

function fromRow(row: DepartmentRow): Department {
  return {
    departmentId: row.department_id,
    organizationId: row.organization_id,
    name: row.name,
    isDefault: row.is_default === 1,
    createdAt: row.created_at,
  };
}
