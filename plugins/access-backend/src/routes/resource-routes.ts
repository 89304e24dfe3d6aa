import type { accessContract } from '@portico/plugin-access/contract';
import { cutPage, decodeCursor, encodeCursor } from '@portico/plugin-kit/backend';
import type { Handlers, UserCaller } from '@portico/plugin-kit/backend';
import { PAGE_LIMIT_DEFAULT } from '@portico/plugin-kit/contract';
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
      const { limit = PAGE_LIMIT_DEFAULT, cursor, department_id: departmentId } = query;
      // A position belongs to one filter: another one starts at its own beginning.
      const list = `projects:${departmentId ?? ''}`;
      const after = cursor === undefined ? undefined : position(list, cursor);
      const rows = await projectsPage(read, {
        organizationId: caller.organizationId,
        // The operation narrows whoever has roles in single projects to the active one; this list is how they find the others.
        ...(hasRolesInProjectsAlone(caller)
          ? { memberUserId: caller.userId }
          : { onlyProjectId: caller.onlyProjectId }),
        departmentId,
        after: after && { createdAt: after.at, projectId: after.id },
        limit: limit + 1,
      });
      const { shown, nextCursor } = cutPage(rows, limit, last => encodeCursor(list, [last.createdAt, last.projectId]));
      const user = await userById(read, caller.userId);
      const items = shown.map(project => projectReply(project, user?.defaultProjectId ?? ''));
      return { status: 200, body: { items, next_cursor: nextCursor } };
    },

    async listSshKeys({ caller, query }) {
      const { limit = PAGE_LIMIT_DEFAULT, cursor } = query;
      const after = cursor === undefined ? undefined : position('ssh-keys', cursor);
      const rows = await sshKeysPage(read, {
        userId: caller.userId,
        after: after && { createdAt: after.at, keyId: after.id },
        limit: limit + 1,
      });
      const { shown, nextCursor } = cutPage(rows, limit, last =>
        encodeCursor('ssh-keys', [last.createdAt, last.keyId]),
      );
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

function position(list: string, cursor: string): { at: number; id: string } {
  const [at, id] = decodeCursor(list, cursor, ['number', 'string']) as [number, string];
  return { at, id };
}

function hasRolesInProjectsAlone(caller: UserCaller): boolean {
  return caller.apiKey === undefined && !caller.organizationPermissions.has('access.project.read');
}
