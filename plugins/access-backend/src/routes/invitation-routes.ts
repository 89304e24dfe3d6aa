import { INVITATION_DAYS_DEFAULT } from '@portico/plugin-access/contract';
import type { accessContract, createInvitation as createInvitationOperation } from '@portico/plugin-access/contract';
import { pageByTime } from '@portico/plugin-kit/backend';
import type { Handlers } from '@portico/plugin-kit/backend';
import { toInstant, toInstantOrNull } from '@portico/plugin-kit/contract';
import type { ReplyOf } from '@portico/plugin-kit/contract';
import { acceptInvitation, openInvitation } from '../actions/accept-invitation';
import { createInvitation, resendInvitation, revokeInvitation } from '../actions/invitations';
import { addressHint, invitationStatus } from '../domain/invitation';
import type { AccessServices } from '../services';
import { invitationsPage } from '../store/invitations';
import type { Invitation } from '../store/invitations';
import { organizationsOf } from '../store/memberships';
import { verifiedEmailOf } from '../store/users';

type InvitationOperations =
  | 'listInvitations'
  | 'createInvitation'
  | 'resendInvitation'
  | 'revokeInvitation'
  | 'previewInvitation'
  | 'acceptInvitation';

/** How people come to an organization. */
export function invitationRoutes(
  services: AccessServices,
): Pick<Handlers<typeof accessContract>, InvitationOperations> {
  const { database, clock } = services;
  return {
    async listInvitations({ caller, query }) {
      const { organizationId } = caller;
      const { status } = query;
      const now = clock.now();
      const { shown, nextCursor } = await pageByTime(query, {
        name: `invitations:${status ?? ''}`,
        rows: page => invitationsPage(database.read, { organizationId, status, now, ...page }),
        placeOf: row => ({ at: row.createdAt, id: row.invitationId }),
      });
      return { status: 200, body: { items: shown.map(row => invitationReply(row, now)), next_cursor: nextCursor } };
    },

    async createInvitation(request) {
      const { role, project_id, project_role, email, expires_in_days } = request.body;
      const offer = {
        role,
        projectId: project_id ?? null,
        projectRole: project_role ?? null,
        email: email ?? null,
        days: expires_in_days ?? INVITATION_DAYS_DEFAULT,
      };
      return request.write(async tx => {
        const { invitation, link } = await createInvitation(tx, services, { ...request, ...offer });
        return { status: 201, body: { invitation: invitationReply(invitation, tx.now), link } };
      });
    },

    async resendInvitation(request) {
      const { invitation_id: invitationId } = request.params;
      return request.write(async tx => {
        const { invitation, link } = await resendInvitation(tx, services, { ...request, invitationId });
        return { status: 200, body: { invitation: invitationReply(invitation, tx.now), link } };
      });
    },

    async revokeInvitation(request) {
      return request.write(async tx => {
        await revokeInvitation(tx, services, { ...request, invitationId: request.params.invitation_id });
        return { status: 204, body: undefined };
      });
    },

    async previewInvitation({ body }) {
      const { token } = body;
      const open = await openInvitation(database.read, services, { token, now: clock.now() });
      const { invitation, organizationName, projectName, provesEmail } = open;
      return {
        status: 200,
        body: {
          organization_name: organizationName,
          invited_by_display_name: invitation.inviterDisplayName,
          role: invitation.role,
          project_name: projectName,
          project_role: invitation.projectRole,
          email_hint: invitation.email === null ? null : addressHint(invitation.email),
          proves_email: provesEmail,
          expires_at: toInstant(invitation.expiresAt),
        },
      };
    },

    async acceptInvitation(request) {
      const { caller, actor, correlationId, body } = request;
      const { userId } = caller;
      return request.write(async tx => {
        const invitee = { userId, verifiedEmail: await verifiedEmailOf(tx, userId) };
        const accepted = await acceptInvitation(tx, services, { token: body.token, invitee, actor, correlationId });
        const { organizationId } = accepted.invitation;
        const membership = (await organizationsOf(tx, userId)).find(one => one.organizationId === organizationId);
        if (!membership) throw new Error('a membership that was just made is not there');
        return {
          status: 200,
          body: {
            organization_id: organizationId,
            organization_name: membership.name,
            role: membership.role,
            project_id: accepted.invitation.projectId ?? membership.projectId,
          },
        };
      });
    },
  };
}

function invitationReply(invitation: Invitation, now: number): ReplyOf<typeof createInvitationOperation>['invitation'] {
  return {
    invitation_id: invitation.invitationId,
    status: invitationStatus(invitation, now),
    role: invitation.role,
    project_id: invitation.projectId,
    project_role: invitation.projectRole,
    email: invitation.email,
    invited_by: {
      user_id: invitation.invitedBy,
      username: invitation.inviterUsername,
      display_name: invitation.inviterDisplayName,
    },
    created_at: toInstant(invitation.createdAt),
    sent_at: toInstantOrNull(invitation.sentAt),
    expires_at: toInstant(invitation.expiresAt),
    accepted_at: toInstantOrNull(invitation.acceptedAt),
    accepted_by_user_id: invitation.acceptedBy,
    revoked_at: toInstantOrNull(invitation.revokedAt),
  };
}
