import type { Queries, Transaction } from '@portico/plugin-kit/backend';

export interface Organization {
  readonly organizationId: string;
  readonly name: string;
  readonly slug: string | null;
  /** The identity provider members must come through; null: any way. */
  readonly requiredProvider: string | null;
  readonly requiresSecondFactor: boolean;
  /** Departments are shown also while there is one. */
  readonly showsDepartments: boolean;
  readonly createdAt: number;
}

interface OrganizationRow {
  organization_id: string;
  name: string;
  slug: string | null;
  required_provider: string | null;
  requires_second_factor: number;
  shows_departments: number;
  created_at: number;
}

/** How a membership began, where no identity provider keeps it. */
export type MembershipSource = 'founder' | 'invitation' | 'administrator';

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

export async function insertMembership(
  tx: Transaction,
  membership: { userId: string; organizationId: string; role: string; source?: MembershipSource },
): Promise<void> {
  await tx.run(
    'INSERT INTO access_memberships (user_id, organization_id, role, source, created_at) VALUES (?, ?, ?, ?, ?)',
    [membership.userId, membership.organizationId, membership.role, membership.source ?? 'founder', tx.now],
  );
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
  const row = await queries.first<OrganizationRow>(
    `SELECT organization_id, name, slug, required_provider, requires_second_factor, shows_departments, created_at
     FROM access_organizations WHERE organization_id = ?`,
    [organizationId],
  );
  return (
    row && {
      organizationId: row.organization_id,
      name: row.name,
      slug: row.slug,
      requiredProvider: row.required_provider,
      requiresSecondFactor: row.requires_second_factor === 1,
      showsDepartments: row.shows_departments === 1,
      createdAt: row.created_at,
    }
  );
}

/** Changes of who belongs to an organization, of its invitations, departments and projects wait for each other, so that limits and names hold under parallel requests. */
export async function lockOrganization(tx: Transaction, organizationId: string): Promise<void> {
  await tx.first(`SELECT organization_id FROM access_organizations WHERE organization_id = ?${tx.forUpdate}`, [
    organizationId,
  ]);
}

/** False when another organization has that slug. */
export async function updateOrganizationRow(tx: Transaction, organization: Organization): Promise<boolean> {
  const { organizationId, name, slug, requiredProvider, requiresSecondFactor, showsDepartments } = organization;
  const changed = await tx.run(
    `UPDATE access_organizations SET name = ?, slug = ?, required_provider = ?, requires_second_factor = ?, shows_departments = ?
     WHERE organization_id = ? AND NOT EXISTS (SELECT 1 FROM access_organizations other WHERE other.slug = ? AND other.organization_id <> ?)`,
    [
      name,
      slug,
      requiredProvider,
      requiresSecondFactor ? 1 : 0,
      showsDepartments ? 1 : 0,
      organizationId,
      slug,
      organizationId,
    ],
  );
  return changed > 0;
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
