import type { accessContract } from '@portico/plugin-access/contract';
import type { Handlers } from '@portico/plugin-kit/backend';
import { common } from '@portico/plugin-kit/contract';
import type { AccessServices } from '../services';

type ProjectMemberOperations = 'listProjectMembers' | 'setProjectMember' | 'removeProjectMember';

/** Roles in single projects. */
export function projectMemberRoutes(
  _services: AccessServices,
): Pick<Handlers<typeof accessContract>, ProjectMemberOperations> {
  const unavailable = () => Promise.reject(common.fail('service_unavailable'));
  return {
    listProjectMembers: unavailable,
    setProjectMember: unavailable,
    removeProjectMember: unavailable,
  };
}
