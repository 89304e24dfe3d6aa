import type { accessContract } from '@portico/plugin-access/contract';
import { pageByTime } from '@portico/plugin-kit/backend';
import type { Handlers, UserCaller } from '@portico/plugin-kit/backend';
import { addSshKey } from '../actions/add-ssh-key';
import { removeSshKey } from '../actions/remove-ssh-key';
import { projectReply, sshKeyReply } from '../replies';
import type { AccessServices } from '../services';
import { projectsPage } from '../store/projects';
import { sshKeysPage } from '../store/ssh-keys';
import { userById } from '../store/users';

type ResourceOperations = 'listProjects' | 'listSshKeys' | 'addSshKey' | 'removeSshKey';

/** What a user has: projects and SSH keys. */
export function resourceRoutes(services: AccessServices): Pick<Handlers<typeof accessContract>, ResourceOperations> {
  const { read } = services.database;
  return {
    async listProjects({ caller, query }) {
      const { organizationId, userId, onlyProjectId } = caller;
      const { department_id: departmentId } = query;
      // The operation narrows whoever has roles in single projects to the active one; this list is how they find the others.
      const reach = hasRolesInProjectsAlone(caller) ? { memberUserId: userId } : { onlyProjectId };
      const { shown, nextCursor } = await pageByTime(query, {
        name: `projects:${departmentId ?? ''}`,
        rows: page => projectsPage(read, { organizationId, ...reach, departmentId, ...page }),
        placeOf: row => ({ at: row.createdAt, id: row.projectId }),
      });
      const user = await userById(read, caller.userId);
      const items = shown.map(project => projectReply(project, user?.defaultProjectId ?? ''));
      return { status: 200, body: { items, next_cursor: nextCursor } };
    },

    async listSshKeys({ caller, query }) {
      const { shown, nextCursor } = await pageByTime(query, {
        name: 'ssh-keys',
        rows: page => sshKeysPage(read, { userId: caller.userId, ...page }),
        placeOf: row => ({ at: row.createdAt, id: row.keyId }),
      });
      return { status: 200, body: { items: shown.map(sshKeyReply), next_cursor: nextCursor } };
    },

    async addSshKey(request) {
      const { name, public_key: publicKey } = request.body;
      return request.write(async tx => ({
        status: 201,
        body: sshKeyReply(await addSshKey(tx, services, { ...request, name, publicKey })),
      }));
    },

    async removeSshKey(request) {
      return request.write(async tx => {
        await removeSshKey(tx, services, { ...request, keyId: request.params.key_id });
        return { status: 204, body: undefined };
      });
    },
  };
}

function hasRolesInProjectsAlone(caller: UserCaller): boolean {
  return caller.apiKey === undefined && !caller.organizationPermissions.has('access.project.read');
}
