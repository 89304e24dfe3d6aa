import type { UserCaller } from '@portico/plugin-kit/backend';
import { permissionsOf, platformRoles } from '../domain/roles';
import type { CallerRow } from '../store/callers';

/**
 * The caller these rows tell of, or null when the project is not one of an organization the user is a member of or looks into for support.
 * `proofSeconds`: how long a proof of identity counts.
 */
export function callerOfRows(rows: readonly CallerRow[], proofSeconds: number): UserCaller | null {
  const row = rows[0];
  if (!row || row.project_id === null) return null;
  const platform = rows.flatMap(({ platform_role }) => platform_role ?? []);
  const supportSessionId = row.role === null && mayLookIn(platform) ? row.support_session_id : null;
  if (row.role === null && supportSessionId === null) return null;
  const granted = permissionsOf({
    organization: row.role,
    project: row.project_role,
    platform,
    isSupport: supportSessionId !== null,
  });
  // Who has roles in single projects alone has no business in the others.
  if (!granted.permissions.has('access.project.read')) return null;
  return {
    kind: 'user',
    userId: row.user_id,
    username: row.username,
    isServiceAccount: row.user_kind === 'service_account',
    sessionId: row.session_id,
    organizationId: row.organization_id,
    projectId: row.project_id,
    departmentId: row.department_id,
    ...granted,
    onlyProjectId: null,
    freshUntil: row.authenticated_at === null ? null : row.authenticated_at + proofSeconds * 1000,
    restriction: restrictionOf(row),
    ...(supportSessionId === null ? {} : { support: { supportSessionId } }),
  };
}

/** A look into an organization is no longer than its user may look in. */
function mayLookIn(platform: readonly string[]): boolean {
  return platform.some(role => platformRoles.get(role)?.includes('access.support.open_any'));
}

/** A sign-in through an identity provider has had whatever factors that provider asks for. */
function restrictionOf(row: CallerRow): UserCaller['restriction'] {
  const isMember = row.role !== null;
  if (row.session_id === null || !isMember) return null;
  if (row.required_provider !== null && row.provider !== row.required_provider) return 'auth_enterprise_required';
  const hasSecondFactor = row.second_factor_at !== null || row.provider !== null;
  return row.requires_second_factor === 1 && !hasSecondFactor ? 'second_factor_required' : null;
}
