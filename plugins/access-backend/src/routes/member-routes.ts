import type { accessContract } from '@portico/plugin-access/contract';
import type { Handlers } from '@portico/plugin-kit/backend';
import { common } from '@portico/plugin-kit/contract';
import type { AccessServices } from '../services';

type MemberOperations =
  | 'listRoles'
  | 'listMembers'
  | 'getMember'
  | 'changeMemberRole'
  | 'removeMember'
  | 'leaveOrganization'
  | 'transferOrganization';

/** Who belongs to the organization, and as what. */
export function memberRoutes(_services: AccessServices): Pick<Handlers<typeof accessContract>, MemberOperations> {
  const unavailable = () => Promise.reject(common.fail('service_unavailable'));
  return {
    listRoles: unavailable,
    listMembers: unavailable,
    getMember: unavailable,
    changeMemberRole: unavailable,
    removeMember: unavailable,
    leaveOrganization: unavailable,
    transferOrganization: unavailable,
  };
}
