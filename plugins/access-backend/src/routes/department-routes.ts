import type { accessContract } from '@portico/plugin-access/contract';
import type { Handlers } from '@portico/plugin-kit/backend';
import { common } from '@portico/plugin-kit/contract';
import type { AccessServices } from '../services';

type DepartmentOperations =
  'listDepartments' | 'createDepartment' | 'renameDepartment' | 'deleteDepartment' | 'moveProject';

/** What projects are grouped by. */
export function departmentRoutes(
  _services: AccessServices,
): Pick<Handlers<typeof accessContract>, DepartmentOperations> {
  const unavailable = () => Promise.reject(common.fail('service_unavailable'));
  return {
    listDepartments: unavailable,
    createDepartment: unavailable,
    renameDepartment: unavailable,
    deleteDepartment: unavailable,
    moveProject: unavailable,
  };
}
