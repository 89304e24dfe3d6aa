import type { Queries, Transaction } from '@portico/plugin-kit/backend';

export interface Organization {
  readonly organizationId: string;
  readonly name: string;
  readonly createdAt: number;
}

export async function insertOrganization(
  tx: Transaction,
  organization: { organizationId: string; name: string },
): Promise<void> {
  await tx.run('INSERT INTO access_organizations (organization_id, name, created_at) VALUES (?, ?, ?)', [
    organization.organizationId,
    organization.name,
    tx.now,
  ]);
}

export async function insertDepartment(
  tx: Transaction,
  department: { departmentId: string; organizationId: string; name: string; isDefault: boolean },
): Promise<void> {
  await tx.run(
    'INSERT INTO access_departments (department_id, organization_id, name, is_default, created_at) VALUES (?, ?, ?, ?, ?)',
    [department.departmentId, department.organizationId, department.name, department.isDefault ? 1 : 0, tx.now],
  );
}

export async function insertMembership(
  tx: Transaction,
  membership: { userId: string; organizationId: string; role: string },
): Promise<void> {
  await tx.run('INSERT INTO access_memberships (user_id, organization_id, role, created_at) VALUES (?, ?, ?, ?)', [
    membership.userId,
    membership.organizationId,
    membership.role,
    tx.now,
  ]);
}

export async function isMember(
  queries: Queries,
  membership: { userId: string; organizationId: string },
): Promise<boolean> {
  const row = await queries.first(
    'SELECT 1 AS member FROM access_memberships WHERE user_id = ? AND organization_id = ?',
    [membership.userId, membership.organizationId],
  );
  return row !== undefined;
}

export async function organizationById(queries: Queries, organizationId: string): Promise<Organization | undefined> {
  const row = await queries.first<{ organization_id: string; name: string; created_at: number }>(
    'SELECT organization_id, name, created_at FROM access_organizations WHERE organization_id = ?',
    [organizationId],
  );
  return row && { organizationId: row.organization_id, name: row.name, createdAt: row.created_at };
}

export async function defaultDepartmentOf(queries: Queries, organizationId: string): Promise<string> {
  const row = await queries.first<{ department_id: string }>(
    'SELECT department_id FROM access_departments WHERE organization_id = ? AND is_default = 1',
    [organizationId],
  );
  if (!row) throw new Error(`organization ${organizationId} has no default department`);
  return row.department_id;
}

export async function grantPlatformRole(tx: Transaction, grant: { userId: string; role: string }): Promise<void> {
  await tx.run('INSERT INTO access_platform_roles (user_id, role, created_at) VALUES (?, ?, ?)', [
    grant.userId,
    grant.role,
    tx.now,
  ]);
}

export async function hasPlatformRoleHolder(queries: Queries, role: string): Promise<boolean> {
  return (
    (await queries.first('SELECT 1 AS held FROM access_platform_roles WHERE role = ? LIMIT 1', [role])) !== undefined
  );
}
