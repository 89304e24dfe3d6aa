import type { accessContract } from '@portico/plugin-access/contract';
import { pageByTime } from '@portico/plugin-kit/backend';
import type { Handlers } from '@portico/plugin-kit/backend';
import { common, toInstant } from '@portico/plugin-kit/contract';
import { changeMemberRole } from '../actions/change-member-role';
import { leaveOrganization, removeMember } from '../actions/end-membership';
import { transferOrganization } from '../actions/transfer-organization';
import { beyond, organizationGrants, projectGrants } from '../domain/membership-change';
import { organizationRoles, projectRoles } from '../domain/roles';
import { memberReply } from '../member-replies';
import type { AccessServices } from '../services';
import { memberOf, membersPage } from '../store/members';
import { projectRolesOf } from '../store/project-members';

type MemberOperations =
  | 'listRoles'
  | 'listMembers'
  | 'getMember'
  | 'changeMemberRole'
  | 'removeMember'
  | 'leaveOrganization'
  | 'transferOrganization';

/** Who belongs to the organization, and as what. */
export function memberRoutes(services: AccessServices): Pick<Handlers<typeof accessContract>, MemberOperations> {
  const { read } = services.database;
  return {
    async listRoles({ caller }) {
      const { permissions, organizationPermissions } = caller;
      const inOrganization = [...organizationRoles.keys()].map(role => ({
        role,
        held_in: 'organization' as const,
        permissions: [...organizationGrants(role)].sort(),
        may_grant:
          organizationPermissions.has('access.member.manage') &&
          beyond(organizationPermissions, organizationGrants(role)).length === 0,
      }));
      const inProject = [...projectRoles.keys()].map(role => ({
        role,
        held_in: 'project' as const,
        permissions: [...projectGrants(role)].sort(),
        may_grant:
          permissions.has('access.project_member.manage') && beyond(permissions, projectGrants(role)).length === 0,
      }));
      return { status: 200, body: { items: [...inOrganization, ...inProject], next_cursor: null } };
    },

    async listMembers({ caller, query }) {
      const { organizationId, onlyProjectId: inProjectId } = caller;
      const { q, role } = query;
      const { shown, nextCursor } = await pageByTime(query, {
        name: `members:${role ?? ''}:${q ?? ''}`,
        rows: page => membersPage(read, { organizationId, q, role, inProjectId, ...page }),
        placeOf: row => ({ at: row.since, id: row.userId }),
      });
      return { status: 200, body: { items: shown.map(row => memberReply(row, caller)), next_cursor: nextCursor } };
    },

    async getMember({ caller, params }) {
      const { organizationId, onlyProjectId } = caller;
      const userId = params.user_id;
      const member = await memberOf(read, { organizationId, userId });
      if (!member) throw common.fail('not_found');
      const roles = await projectRolesOf(read, { organizationId, userId, onlyProjectId });
      if (onlyProjectId !== null && roles.length === 0) throw common.fail('not_found');
      const body = {
        member: memberReply(member, caller),
        project_roles: roles.map(({ projectId, projectName, role, since }) => ({
          project_id: projectId,
          project_name: projectName,
          role,
          since: toInstant(since),
        })),
      };
      return { status: 200, body };
    },

    async changeMemberRole(request) {
      const { user_id: userId } = request.params;
      return request.write(async tx => {
        const member = await changeMemberRole(tx, services, { ...request, userId, role: request.body.role });
        return { status: 200, body: memberReply(member, request.caller) };
      });
    },

    async removeMember(request) {
      return request.write(async tx => {
        await removeMember(tx, services, { ...request, userId: request.params.user_id });
        return { status: 204, body: undefined };
      });
    },

    async leaveOrganization(request) {
      return request.write(async tx => {
        await leaveOrganization(tx, services, { ...request, organizationId: request.body.organization_id });
        return { status: 204, body: undefined };
      });
    },

    async transferOrganization(request) {
      const { user_id: userId, own_role: ownRole } = request.body;
      return request.write(async tx => {
        const owner = await transferOrganization(tx, services, { ...request, userId, ownRole });
        return { status: 200, body: memberReply(owner, request.caller) };
      });
    },
  };
}
