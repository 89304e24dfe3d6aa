import type { Queries } from '@portico/plugin-kit/backend';
import type { AccessPort } from '@portico/plugin-access/port';

/** Who and what other plugins know by id alone. */

/** Parameters of one statement; SQLite takes more, and pages of lists are shorter. */
const IDS_PER_STATEMENT = 500;
/** A message goes to those who look after the money, not to a crowd. */
const CONTACTS_MAX = 50;

const NAMED = [
  ['organizations', 'access_organizations', 'organization_id'],
  ['departments', 'access_departments', 'department_id'],
  ['projects', 'access_projects', 'project_id'],
] as const;

export const namesOf: AccessPort['names'] = async (queries, wanted) => {
  const names = new Map<string, string>();
  for (const [kind, table, column] of NAMED) {
    const ids = [...new Set(wanted[kind] ?? [])];
    for (let start = 0; start < ids.length; start += IDS_PER_STATEMENT) {
      const some = ids.slice(start, start + IDS_PER_STATEMENT);
      const rows = await queries.all<{ id: string; name: string }>(
        `SELECT ${column} AS id, name FROM ${table} WHERE ${column} IN (${some.map(() => '?').join(', ')})`,
        some,
      );
      for (const row of rows) names.set(row.id, row.name);
    }
  }
  return names;
};

export async function membersToWriteTo(
  queries: Queries,
  options: { organizationId: string; roles: readonly string[] },
): Promise<{ userId: string; username: string; email: string }[]> {
  if (options.roles.length === 0) return [];
  const rows = await queries.all<{ user_id: string; username: string; email: string }>(
    `SELECT person.user_id, person.username, person.email FROM access_memberships AS membership
     JOIN access_users AS person ON person.user_id = membership.user_id
     WHERE membership.organization_id = ? AND membership.role IN (${options.roles.map(() => '?').join(', ')})
       AND person.status = 'active' AND person.email IS NOT NULL AND person.email_verified_at IS NOT NULL
     ORDER BY membership.created_at, person.user_id LIMIT ?`,
    [options.organizationId, ...options.roles, CONTACTS_MAX],
  );
  return rows.map(row => ({ userId: row.user_id, username: row.username, email: row.email }));
}

export const homeOf: AccessPort['homeOf'] = async (queries, { organizationId, userId }) => {
  const row = await queries.first<{ organization_id: string; department_id: string; project_id: string }>(
    `SELECT membership.organization_id, project.department_id, project.project_id FROM access_memberships AS membership
     JOIN access_users AS person ON person.user_id = membership.user_id
     JOIN access_projects AS project ON project.organization_id = membership.organization_id
     WHERE membership.user_id = ? AND membership.organization_id = ${organizationId === undefined ? 'person.organization_id' : '?'}
     ORDER BY CASE WHEN project.project_id = person.default_project_id THEN 0 ELSE 1 END, project.created_at, project.project_id LIMIT 1`,
    [userId, ...(organizationId === undefined ? [] : [organizationId])],
  );
  return row === undefined
    ? null
    : { organizationId: row.organization_id, departmentId: row.department_id, projectId: row.project_id };
};
