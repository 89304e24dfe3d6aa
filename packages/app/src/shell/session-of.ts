import type { getMe } from '@portico/plugin-access/contract';
import type { ReplyOf } from '@portico/plugin-kit/contract';
import type { Session } from '@portico/plugin-kit/ui';

/** What `GET me` answers, as pages know it. */
export function sessionOf(me: ReplyOf<typeof getMe>): Omit<Session, 'selectProject' | 'signOut'> {
  return {
    user: { userId: me.user.user_id, username: me.user.username, displayName: me.user.display_name },
    organization: { organizationId: me.organization.organization_id, name: me.organization.name },
    organizations: me.organizations.map(organization => ({
      organizationId: organization.organization_id,
      name: organization.name,
      role: organization.role,
      projectId: organization.project_id,
    })),
    projects: me.projects.map(project => ({
      projectId: project.project_id,
      name: project.name,
      departmentId: project.department_id,
    })),
    projectId: me.active_project_id,
    defaultProjectId: me.default_project.project_id,
    permissions: new Set(me.permissions),
    restriction: me.restriction,
    support: me.support && {
      supportSessionId: me.support.support_session_id,
      reason: me.support.reason,
      expiresAt: me.support.expires_at,
    },
  };
}
