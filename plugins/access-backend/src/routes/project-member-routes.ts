import type { accessContract } from '@portico/plugin-access/contract';
import { pageByTime } from '@portico/plugin-kit/backend';
import type { Handlers } from '@portico/plugin-kit/backend';
import { projectOf } from '../actions/project-in-reach';
import { removeProjectRole, setProjectRole } from '../actions/project-roles';
import { projectMemberReply } from '../member-replies';
import type { AccessServices } from '../services';
import { projectMembersPage } from '../store/project-members';

type ProjectMemberOperations = 'listProjectMembers' | 'setProjectMember' | 'removeProjectMember';

/** Roles in single projects. */
export function projectMemberRoutes(
  services: AccessServices,
): Pick<Handlers<typeof accessContract>, ProjectMemberOperations> {
  const { read } = services.database;
  return {
    async listProjectMembers({ caller, params, query }) {
      const { projectId } = await projectOf(read, caller, params.project_id);
      const { shown, nextCursor } = await pageByTime(query, {
        name: `project-members:${projectId}`,
        rows: page => projectMembersPage(read, { projectId, ...page }),
        placeOf: row => ({ at: row.since, id: row.userId }),
      });
      const items = shown.map(row => projectMemberReply(row, caller));
      return { status: 200, body: { items, next_cursor: nextCursor } };
    },

    async setProjectMember(request) {
      const { project_id: projectId, user_id: userId } = request.params;
      return request.write(async tx => {
        const member = await setProjectRole(tx, services, { ...request, projectId, userId, role: request.body.role });
        return { status: 200, body: projectMemberReply(member, request.caller) };
      });
    },

    async removeProjectMember(request) {
      const { project_id: projectId, user_id: userId } = request.params;
      return request.write(async tx => {
        await removeProjectRole(tx, services, { ...request, projectId, userId });
        return { status: 204, body: undefined };
      });
    },
  };
}
