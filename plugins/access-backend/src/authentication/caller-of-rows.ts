import type { UserCaller } from '@portico/plugin-kit/backend';
import { permissionsOf } from '../domain/roles';
import type { CallerRow } from '../store/callers';

/** The caller these rows tell of, or null when the project is not one of an organization the user is a member of. */
export function callerOfRows(rows: readonly CallerRow[]): UserCaller | null {
  const row = rows[0];
  if (!row || row.project_id === null || row.role === null) return null;
  const platform = rows.flatMap(({ platform_role }) => platform_role ?? []);
  return {
    kind: 'user',
    userId: row.user_id,
    username: row.username,
    sessionId: row.session_id,
    organizationId: row.organization_id,
    projectId: row.project_id,
    departmentId: row.department_id,
    permissions: permissionsOf({ organization: [row.role], platform }),
  };
}
