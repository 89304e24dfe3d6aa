import type { Queries } from '@portico/plugin-kit/backend';

export interface OrganizationOfUser {
  readonly organizationId: string;
  readonly name: string;
  readonly role: string;
  /** The oldest project there that the user may see; null when there is none. */
  readonly projectId: string | null;
}

/** Oldest membership first. */
export async function organizationsOf(queries: Queries, userId: string): Promise<OrganizationOfUser[]> {
  const rows = await queries.all<{ organization_id: string; name: string; role: string; project_id: string | null }>(
    `SELECT m.organization_id, o.name, m.role, (
       SELECT p.project_id FROM access_projects p WHERE p.organization_id = m.organization_id AND p.deleted_at IS NULL AND (m.role <> 'guest' OR EXISTS (
         SELECT 1 FROM access_project_members pm WHERE pm.project_id = p.project_id AND pm.user_id = m.user_id))
       ORDER BY p.created_at, p.project_id LIMIT 1) AS project_id
     FROM access_memberships m JOIN access_organizations o ON o.organization_id = m.organization_id
     WHERE m.user_id = ? ORDER BY m.created_at, m.organization_id`,
    [userId],
  );
  return rows.map(row => ({
    organizationId: row.organization_id,
    name: row.name,
    role: row.role,
    projectId: row.project_id,
  }));
}
