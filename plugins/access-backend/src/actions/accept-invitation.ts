import type { Actor, Queries, Transaction } from '@portico/plugin-kit/backend';
import { access } from '../access-errors';
import { auditedInvitation } from '../audited';
import { invitationStatus, isSameAddress } from '../domain/invitation';
import { beyond, organizationGrants, projectGrants } from '../domain/membership-change';
import type { AccessServices } from '../services';
import { invitationByToken, markInvitationAccepted } from '../store/invitations';
import type { Invitation } from '../store/invitations';
import { memberOf, rolesOf } from '../store/members';
import { insertMembership, lockOrganization, organizationById } from '../store/organizations';
import { putProjectMember } from '../store/project-members';
import { projectById } from '../store/projects';
import { tellOfNewMember } from './member-notices';
import { tellOfProjectRole } from './project-roles';

/** An invitation as whoever holds one of its tokens may know it. */
export interface OpenInvitation {
  readonly invitation: Invitation;
  readonly organizationName: string;
  readonly projectName: string | null;
  /** The token is that of the link which went to the address. */
  readonly provesEmail: boolean;
}

/** Throws why it cannot be accepted any more: that the token is good once was never a secret from who holds it. */
export async function openInvitation(
  queries: Queries,
  services: Pick<AccessServices, 'keys'>,
  options: { token: string; now: number },
): Promise<OpenInvitation> {
  const tokenHash = services.keys.ofInvitation(options.token);
  const invitation = await invitationByToken(queries, tokenHash);
  if (!invitation) throw access.fail('invitation_unknown');
  const status = invitationStatus(invitation, options.now);
  if (status === 'accepted') throw access.fail('invitation_used');
  if (status !== 'open') throw access.fail(`invitation_${status}`);
  const { organizationId, projectId } = invitation;
  const organization = await organizationById(queries, organizationId);
  const project = projectId === null ? null : await projectById(queries, projectId);
  if (!organization || project === undefined || !(await inviterMayStill(queries, invitation)))
    throw access.fail('invitation_void');
  return {
    invitation,
    organizationName: organization.name,
    projectName: project?.name ?? null,
    provesEmail: tokenHash === invitation.mailTokenHash,
  };
}

/** What was theirs to give when they invited must still be: else a demotion could be outlived by invitations made before it. */
async function inviterMayStill(queries: Queries, invitation: Invitation): Promise<boolean> {
  const { organizationId, invitedBy, role, projectRole } = invitation;
  const inviter = await memberOf(queries, { organizationId, userId: invitedBy });
  if (inviter?.status !== 'active') return false;
  const held = organizationGrants(inviter.role);
  const wanted = new Set([...organizationGrants(role), ...projectGrants(projectRole)]);
  return held.has('access.member.manage') && beyond(held, wanted).length === 0;
}

/** Who accepts, with the address they have verified. */
export interface Invitee {
  readonly userId: string;
  readonly verifiedEmail: string | null;
}

/** Of two at the same time the second finds it used: the look at it comes under the lock of the organization. */
export async function acceptInvitation(
  tx: Transaction,
  services: AccessServices,
  acceptance: { token: string; invitee: Invitee; actor: Actor; correlationId: string },
): Promise<OpenInvitation> {
  const { token, invitee, actor, correlationId } = acceptance;
  const seen = await openInvitation(tx, services, { token, now: tx.now });
  await lockOrganization(tx, seen.invitation.organizationId);
  const open = await openInvitation(tx, services, { token, now: tx.now });
  const { invitation } = open;
  const { organizationId, invitationId, role, email } = invitation;
  if (email !== null && (invitee.verifiedEmail === null || !isSameAddress(email, invitee.verifiedEmail)))
    throw access.fail('invitation_for_another');
  await join(tx, services, { invitation, invitee, actor, correlationId });
  await markInvitationAccepted(tx, { invitationId, userId: invitee.userId });
  await services.audit.record(tx, {
    action: 'access.invitation.accept',
    actor,
    organizationId,
    resource: auditedInvitation,
    targetId: invitationId,
    correlationId,
    after: { accepted_by: invitee.userId },
  });
  await services.outbox.append(tx, {
    eventType: 'access.invitation_accepted',
    correlationId,
    organizationId,
    resource: { type: 'invitation', id: invitationId },
    payload: { invitation_id: invitationId, user_id: invitee.userId, role },
  });
  return open;
}

/** A member already keeps their role in the organization, and gets the one in the project when they have none there. */
async function join(
  tx: Transaction,
  services: AccessServices,
  joining: { invitation: Invitation; invitee: Invitee; actor: Actor; correlationId: string },
): Promise<void> {
  const { invitation, invitee, actor, correlationId } = joining;
  const { organizationId, role, projectId, projectRole } = invitation;
  const { userId } = invitee;
  const roles = await rolesOf(tx, { organizationId, userId, projectId: projectId ?? '' });
  if (roles.organization !== null && (projectId === null || roles.project !== null))
    throw access.fail('invitation_already_member');
  if (roles.organization === null) {
    await insertMembership(tx, { userId, organizationId, role, source: 'invitation' });
    const after = { role, source: 'invitation' };
    await tellOfNewMember(tx, services, { userId, organizationId, actor, correlationId, after });
  }
  if (projectId === null || projectRole === null) return;
  await putProjectMember(tx, { projectId, userId, role: projectRole });
  await tellOfProjectRole(tx, services, {
    actor,
    correlationId,
    organizationId,
    projectId,
    userId,
    before: null,
    after: projectRole,
  });
}
