import type { accessContract } from '@portico/plugin-access/contract';
import type { Handlers } from '@portico/plugin-kit/backend';
import { common } from '@portico/plugin-kit/contract';
import type { AccessServices } from '../services';

type InvitationOperations =
  | 'listInvitations'
  | 'createInvitation'
  | 'resendInvitation'
  | 'revokeInvitation'
  | 'previewInvitation'
  | 'acceptInvitation';

/** How people come to an organization. */
export function invitationRoutes(
  _services: AccessServices,
): Pick<Handlers<typeof accessContract>, InvitationOperations> {
  const unavailable = () => Promise.reject(common.fail('service_unavailable'));
  return {
    listInvitations: unavailable,
    createInvitation: unavailable,
    resendInvitation: unavailable,
    revokeInvitation: unavailable,
    previewInvitation: unavailable,
    acceptInvitation: unavailable,
  };
}
