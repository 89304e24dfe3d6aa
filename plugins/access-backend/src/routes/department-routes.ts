import type { accessContract, createDepartment as createDepartmentOperation } from '@portico/plugin-access/contract';
import { pageByTime } from '@portico/plugin-kit/backend';
import type { Handlers } from '@portico/plugin-kit/backend';
import { toInstant } from '@portico/plugin-kit/contract';
import type { ReplyOf } from '@portico/plugin-kit/contract';
import { createDepartment, deleteDepartment, moveProject, renameDepartment } from '../actions/departments';
import { projectReply } from '../replies';
import type { AccessServices } from '../services';
import { countProjectsOfDepartment, departmentsPage } from '../store/departments';
import type { Department } from '../store/departments';
import { userById } from '../store/users';

type DepartmentOperations =
  'listDepartments' | 'createDepartment' | 'renameDepartment' | 'deleteDepartment' | 'moveProject';

/** What projects are grouped by. */
export function departmentRoutes(
  services: AccessServices,
): Pick<Handlers<typeof accessContract>, DepartmentOperations> {
  return {
    async listDepartments({ caller, query }) {
      const { organizationId, onlyProjectId, departmentId } = caller;
      const onlyDepartmentId = onlyProjectId === null ? null : departmentId;
      const { shown, nextCursor } = await pageByTime(query, {
        name: 'departments',
        rows: page => departmentsPage(services.database.read, { organizationId, onlyDepartmentId, ...page }),
        placeOf: row => ({ at: row.createdAt, id: row.departmentId }),
      });
      const items = shown.map(row => departmentReply(row, row.projectCount));
      return { status: 200, body: { items, next_cursor: nextCursor } };
    },

    async createDepartment(request) {
      return request.write(async tx => {
        const department = await createDepartment(tx, services, { ...request, name: request.body.name });
        return { status: 201, body: departmentReply(department, 0) };
      });
    },

    async renameDepartment(request) {
      const { department_id: departmentId } = request.params;
      return request.write(async tx => {
        const department = await renameDepartment(tx, services, { ...request, departmentId, name: request.body.name });
        return { status: 200, body: departmentReply(department, await countProjectsOfDepartment(tx, departmentId)) };
      });
    },

    async deleteDepartment(request) {
      return request.write(async tx => {
        await deleteDepartment(tx, services, { ...request, departmentId: request.params.department_id });
        return { status: 204, body: undefined };
      });
    },

    async moveProject(request) {
      const { project_id: projectId } = request.params;
      const { department_id: departmentId } = request.body;
      return request.write(async tx => {
        const project = await moveProject(tx, services, { ...request, projectId, departmentId });
        const user = await userById(tx, request.caller.userId);
        return { status: 200, body: projectReply(project, user?.defaultProjectId ?? '') };
      });
    },
  };
}

function departmentReply(department: Department, projectCount: number): ReplyOf<typeof createDepartmentOperation> {
  return {
    department_id: department.departmentId,
    name: department.name,
    is_default: department.isDefault,
    project_count: projectCount,
    created_at: toInstant(department.createdAt),
  };
}
