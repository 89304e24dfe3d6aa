import type { accessContract } from '@portico/plugin-access/contract';
import type { Handlers, Queries, UserCaller } from '@portico/plugin-kit/backend';
import { access } from '../access-errors';
import { chooseDefaultProject } from '../actions/choose-default-project';
import { createProject } from '../actions/create-project';
import { deleteProject, obstaclesOf } from '../actions/delete-project';
import { projectOf } from '../actions/project-in-reach';
import { renameProject } from '../actions/rename-project';
import type { Obstacle } from '../domain/project-deletion';
import { projectReply } from '../replies';
import type { AccessServices } from '../services';
import type { Project } from '../store/projects';
import { userById } from '../store/users';

type ProjectOperations = 'getProject' | 'createProject' | 'renameProject' | 'setDefaultProject' | 'deleteProject';

/** What an organization is divided into: who owns and pays. */
export function projectRoutes(services: AccessServices): Pick<Handlers<typeof accessContract>, ProjectOperations> {
  const { read } = services.database;
  return {
    async getProject({ caller, params }) {
      const project = await projectOf(read, caller, params.project_id);
      const obstacles = await obstaclesOf(read, services, { caller, project });
      const body = { project: await shown(read, caller, project), deletion_obstacles: obstacles.map(obstacleReply) };
      return { status: 200, body };
    },

    async createProject(request) {
      return request.write(async tx => {
        const { name, department_id } = request.body;
        const project = await createProject(tx, services, { ...request, name, departmentId: department_id ?? null });
        return { status: 201, body: await shown(tx, request.caller, project) };
      });
    },

    async renameProject(request) {
      const { project_id: projectId } = request.params;
      return request.write(async tx => {
        const project = await renameProject(tx, services, { ...request, projectId, name: request.body.name });
        return { status: 200, body: await shown(tx, request.caller, project) };
      });
    },

    async setDefaultProject(request) {
      return request.write(async tx => {
        const project = await chooseDefaultProject(tx, services, { ...request, projectId: request.params.project_id });
        return { status: 200, body: await shown(tx, request.caller, project) };
      });
    },

    async deleteProject(request) {
      return request.write(async tx => {
        await deleteProject(tx, services, { ...request, projectId: request.params.project_id });
        return { status: 204, body: undefined };
      });
    },
  };
}

async function shown(queries: Queries, caller: UserCaller, project: Project) {
  const user = await userById(queries, caller.userId);
  return projectReply(project, user?.defaultProjectId ?? '');
}

function obstacleReply({ code, occupants }: Obstacle) {
  return { code, message: access.fail(code).message, occupants: [...occupants] };
}
