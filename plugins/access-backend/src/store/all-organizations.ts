import { containsPattern } from '@portico/plugin-kit/backend';
import type { Parameter, Place, Queries } from '@portico/plugin-kit/backend';
import { OWNER } from '../domain/roles';

/** An organization as those see it who look after all of them. */
export interface AnyOrganization {
  readonly organizationId: string;
  readonly name: string;
  readonly slug: string | null;
  readonly requiredProvider: string | null;
  readonly requiresSecondFactor: boolean;
  readonly memberCount: number;
  readonly projectCount: number;
  readonly createdAt: number;
}

interface AnyOrganizationRow {
  organization_id: string;
  name: string;
  slug: string | null;
  required_provider: string | null;
  requires_second_factor: number;
  member_count: number;
  project_count: number;
  created_at: number;
}

const SELECT = `SELECT o.organization_id, o.name, o.slug, o.required_provider, o.requires_second_factor, o.created_at,
    (SELECT COUNT(*) FROM access_memberships m JOIN access_users u ON u.user_id = m.user_id AND u.kind = 'person' WHERE m.organization_id = o.organization_id) AS member_count,
    (SELECT COUNT(*) FROM access_projects p WHERE p.organization_id = o.organization_id AND p.deleted_at IS NULL) AS project_count
  FROM access_organizations o`;

/** Newest first. `after` is the last row of the page before. */
export async function allOrganizationsPage(
  queries: Queries,
  page: { q?: string | undefined; after?: Place | undefined; limit: number },
): Promise<AnyOrganization[]> {
  const conditions: string[] = [];
  const parameters: Parameter[] = [];
  if (page.q !== undefined) {
    const pattern = containsPattern(page.q);
    conditions.push(`(lower(o.name) LIKE ? ESCAPE '!' OR o.slug LIKE ? ESCAPE '!' OR o.organization_id IN (
      SELECT m.organization_id FROM access_users u JOIN access_memberships m ON m.user_id = u.user_id WHERE u.search_text LIKE ? ESCAPE '!'))`);
    parameters.push(pattern, pattern, pattern);
  }
  if (page.after) {
    conditions.push('(o.created_at, o.organization_id) < (?, ?)');
    parameters.push(page.after.at, page.after.id);
  }
  const where = conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : '';
  const rows = await queries.all<AnyOrganizationRow>(
    `${SELECT} ${where} ORDER BY o.created_at DESC, o.organization_id DESC LIMIT ?`,
    [...parameters, page.limit],
  );
  return rows.map(fromRow);
}

export async function anyOrganizationById(
  queries: Queries,
  organizationId: string,
): Promise<AnyOrganization | undefined> {
  const row = await queries.first<AnyOrganizationRow>(`${SELECT} WHERE o.organization_id = ?`, [organizationId]);
  return row && fromRow(row);
}

export async function ownersOf(
  queries: Queries,
  of: { organizationId: string; limit: number },
): Promise<{ userId: string; username: string; displayName: string }[]> {
  const rows = await queries.all<{ user_id: string; username: string; display_name: string }>(
    `SELECT u.user_id, u.username, u.display_name FROM access_memberships m JOIN access_users u ON u.user_id = m.user_id
     WHERE m.organization_id = ? AND m.role = ? ORDER BY m.created_at, u.user_id LIMIT ?`,
    [of.organizationId, OWNER, of.limit],
  );
  return rows.map(row => ({ userId: row.user_id, username: row.username, displayName: row.display_name }));
}

function fromRow(row: AnyOrganizationRow): AnyOrganization {
  return {
    organizationId: row.organization_id,
    name: row.name,
    slug: row.slug,
    requiredProvider: row.required_provider,
    requiresSecondFactor: row.requires_second_factor === 1,
    memberCount: row.member_count,
    projectCount: row.project_count,
    createdAt: row.created_at,
  };
}
