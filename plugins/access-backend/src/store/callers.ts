import type { Queries } from '@portico/plugin-kit/backend';
import { demandsSecondFactor } from './second-factor-demand';
import type { UserKind } from './users';
import type { SessionKind } from '../domain/session';

/**
 * One row per platform role of the user (one with a null role when there is none), for every request there is: one statement, each join by a
 * primary key or unique index. Project and membership are outer joins, to tell a session that ended from a project that is not the user's.
 */
export interface CallerRow {
  readonly session_id: string | null;
  readonly kind: SessionKind | null;
  readonly access_hash: string;
  readonly access_expires_at: number;
  readonly previous_access_hash: string | null;
  readonly previous_access_expires_at: number | null;
  readonly refresh_expires_at: number | null;
  readonly last_used_at: number;
  readonly user_id: string;
  readonly username: string;
  readonly project_id: string | null;
  readonly department_id: string;
  readonly organization_id: string;
  readonly role: string | null;
  readonly project_role: string | null;
  readonly platform_role: string | null;
  readonly user_kind: UserKind;
  /** How the session was opened: by which identity provider (null: the portal's own form), with a second factor since when, proved anew when. */
  readonly provider: string | null;
  readonly second_factor_at: number | null;
  readonly authenticated_at: number | null;
  readonly required_provider: string | null;
  readonly requires_second_factor: number | null;
  readonly support_session_id: string | null;
}

const COLUMNS = `u.user_id, u.username, u.kind AS user_kind, p.project_id, p.department_id, p.organization_id, m.role, pm.role AS project_role,
  r.role AS platform_role, o.required_provider, ${demandsSecondFactor('o')} AS requires_second_factor`;
const SESSION_COLUMNS = `s.session_id, s.kind, s.access_hash, s.access_expires_at, s.previous_access_hash, s.previous_access_expires_at,
  s.refresh_expires_at, s.last_used_at, s.provider, s.second_factor_at, s.authenticated_at, x.support_session_id`;
const NO_SESSION_COLUMNS = `NULL AS session_id, NULL AS kind, NULL AS provider, NULL AS second_factor_at, NULL AS authenticated_at,
  NULL AS support_session_id`;
const JOINS = `LEFT JOIN access_projects p ON p.project_id = COALESCE(?, u.default_project_id) AND p.deleted_at IS NULL
  LEFT JOIN access_organizations o ON o.organization_id = p.organization_id
  LEFT JOIN access_memberships m ON m.user_id = u.user_id AND m.organization_id = p.organization_id
  LEFT JOIN access_project_members pm ON pm.user_id = u.user_id AND pm.project_id = p.project_id
  LEFT JOIN access_platform_roles r ON r.user_id = u.user_id`;
const SUPPORT_JOIN = `LEFT JOIN access_support_sessions x ON x.session_id = s.session_id AND x.organization_id = p.organization_id
    AND x.ended_at IS NULL AND x.expires_at > ?`;
const FROM_SESSION = `SELECT ${SESSION_COLUMNS}, ${COLUMNS} FROM access_sessions s JOIN access_users u ON u.user_id = s.user_id ${JOINS} ${SUPPORT_JOIN}
  WHERE s.ended_at IS NULL AND u.status = 'active' AND`;

const BY_HANDLE = `${FROM_SESSION} s.handle_hash = ?`;
const BY_SESSION = `${FROM_SESSION} s.session_id = ?`;
const BY_USER = `SELECT ${NO_SESSION_COLUMNS}, ${COLUMNS} FROM access_users u ${JOINS} WHERE u.status = 'active' AND u.user_id = ?`;

/** `projectId` null stands for the user's default project. */
export function callerRowsByHandle(
  queries: Queries,
  by: { handleHash: string; projectId: string | null; now: number },
): Promise<CallerRow[]> {
  return queries.all<CallerRow>(BY_HANDLE, [by.projectId, by.now, by.handleHash]);
}
export function callerRowsBySession(
  queries: Queries,
  by: { sessionId: string; projectId: string; now: number },
): Promise<CallerRow[]> {
  return queries.all<CallerRow>(BY_SESSION, [by.projectId, by.now, by.sessionId]);
}
export function callerRowsByUser(queries: Queries, by: { userId: string; projectId: string }): Promise<CallerRow[]> {
  return queries.all<CallerRow>(BY_USER, [by.projectId, by.userId]);
}
