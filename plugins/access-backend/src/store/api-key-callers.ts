import type { Queries } from '@portico/plugin-kit/backend';
import type { UserKind } from './users';
import type { SecretIdentity } from '../domain/api-key';
import { GUEST } from '../domain/roles';

/**
 * The caller behind one secret of an API key, in one statement as for a session: a row per platform role. Without user, membership or secret there is no row;
 * a project outside the organization, or other than the one the key is bound to, leaves `project_id` null.
 */
export interface ApiKeyCallerRow {
  readonly key_id: string;
  readonly generation: number;
  readonly bound_project_id: string | null;
  readonly scopes_json: string;
  readonly expires_at: number | null;
  readonly secret_ends_at: number | null;
  readonly last_used_at: number | null;
  readonly user_id: string;
  readonly username: string;
  readonly project_id: string | null;
  readonly department_id: string;
  readonly organization_id: string;
  readonly role: string;
  readonly project_role: string | null;
  readonly user_kind: UserKind;
  readonly platform_role: string | null;
}

/** A key knows one organization, and its user's default project may be of another; then it is the oldest the user sees in the key's. */
const DEFAULT = `SELECT d.project_id FROM access_projects d
    WHERE d.project_id = u.default_project_id AND d.organization_id = k.organization_id AND d.deleted_at IS NULL`;
const OLDEST = `SELECT e.project_id FROM access_projects e WHERE e.organization_id = k.organization_id AND e.deleted_at IS NULL
      AND (m.role <> '${GUEST}' OR EXISTS (
        SELECT 1 FROM access_project_members em WHERE em.project_id = e.project_id AND em.user_id = k.user_id))
    ORDER BY e.created_at, e.project_id LIMIT 1`;

const FROM = `SELECT k.key_id, s.generation, k.project_id AS bound_project_id, k.scopes_json, k.expires_at, s.ends_at AS secret_ends_at,
    k.last_used_at, u.user_id, u.username, p.project_id, p.department_id, k.organization_id, m.role,
    pm.role AS project_role, u.kind AS user_kind, r.role AS platform_role
  FROM access_api_key_secrets s
  JOIN access_api_keys k ON k.key_id = s.key_id
  JOIN access_users u ON u.user_id = k.user_id
  JOIN access_memberships m ON m.user_id = k.user_id AND m.organization_id = k.organization_id
  LEFT JOIN access_projects p ON p.project_id = COALESCE(?, k.project_id, (${DEFAULT}), (${OLDEST}))
    AND p.deleted_at IS NULL AND p.organization_id = k.organization_id AND (k.project_id IS NULL OR k.project_id = p.project_id)
  LEFT JOIN access_project_members pm ON pm.user_id = k.user_id AND pm.project_id = p.project_id
  LEFT JOIN access_platform_roles r ON r.user_id = u.user_id
  WHERE k.revoked_at IS NULL AND u.status = 'active' AND`;

/** `projectId` null stands for the key's own project, else the user's default one where that is of the key's organization. */
export function callerRowsBySecret(
  queries: Queries,
  by: { secretHash: string; projectId: string | null },
): Promise<ApiKeyCallerRow[]> {
  return queries.all<ApiKeyCallerRow>(`${FROM} s.secret_hash = ?`, [by.projectId, by.secretHash]);
}

export function callerRowsBySecretIdentity(
  queries: Queries,
  by: SecretIdentity & { projectId: string | null },
): Promise<ApiKeyCallerRow[]> {
  return queries.all<ApiKeyCallerRow>(`${FROM} s.key_id = ? AND s.generation = ?`, [
    by.projectId,
    by.keyId,
    by.generation,
  ]);
}
