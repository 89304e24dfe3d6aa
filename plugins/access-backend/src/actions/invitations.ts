import {
  INVITATION_MAILS_PER_ADDRESS_AND_DAY_MAX,
  INVITATION_MAILS_PER_ORGANIZATION_AND_DAY_MAX,
  INVITATIONS_OPEN_PER_ORGANIZATION_MAX,
} from '@portico/plugin-access/contract';
import type { RequestContext, Transaction } from '@portico/plugin-kit/backend';
import { common, newId } from '@portico/plugin-kit/contract';
import { access } from '../access-errors';
import { auditedInvitation } from '../audited';
import { invitationExpiry, invitationLink, invitationStatus, newInvitationToken } from '../domain/invitation';
import { beyond, organizationGrants, projectGrants } from '../domain/membership-change';
import type { AccessServices } from '../services';
import {
  countInvitationMails,
  countOpenInvitations,
  insertInvitation,
  invitationOf,
  markInvitationRevoked,
  replaceInvitationLinks,
} from '../store/invitations';
import type { Invitation } from '../store/invitations';
import { isAddressOfMember } from '../store/members';
import { lockOrganization, organizationById } from '../store/organizations';
import { invitationMail } from '../invitation-mail';
import { projectOf } from './project-in-reach';
import { heldNow } from './standing';

const PERMISSION = 'access.member.manage';
const DAY_MILLISECONDS = 24 * 60 * 60 * 1000;

export interface IssuedInvitation {
  readonly invitation: Invitation;
  /** Known here and to whoever asked, and to nobody later. */
  readonly link: string;
}

export interface InvitationOffer {
  readonly role: string;
  readonly projectId: string | null;
  readonly projectRole: string | null;
  readonly email: string | null;
  readonly days: number;
}

export async function createInvitation(
  tx: Transaction,
  services: AccessServices,
  request: RequestContext & InvitationOffer,
): Promise<IssuedInvitation> {
  const { caller, role, projectId, projectRole, email, days } = request;
  const { organizationId } = caller;
  if ((projectId === null) !== (projectRole === null)) throw access.fail('invitation_project_incomplete');
  await lockOrganization(tx, organizationId);
  await requireGrantable(tx, request);
  if (projectId !== null) await projectOf(tx, caller, projectId);
  if (email !== null && (await isAddressOfMember(tx, { organizationId, email })))
    throw access.fail('invitation_already_member');
  await requireRoom(tx, organizationId);
  await requireMailAllowed(tx, { organizationId, email });

  const invitationId = newId('inv', tx.now);
  const links = newLinks(services, email);
  await insertInvitation(tx, {
    invitationId,
    organizationId,
    role,
    projectId,
    projectRole,
    email,
    ...links.hashes,
    days,
    invitedBy: caller.userId,
    expiresAt: invitationExpiry(days, tx.now),
  });
  return issued(tx, services, { ...request, invitationId, links, before: null });
}

/** Whoever sends it again answers for it from now on. */
export async function resendInvitation(
  tx: Transaction,
  services: AccessServices,
  request: RequestContext & { invitationId: string },
): Promise<IssuedInvitation> {
  const { caller, invitationId } = request;
  const { organizationId } = caller;
  await lockOrganization(tx, organizationId);
  const before = await unfinished(tx, { organizationId, invitationId });
  await requireGrantable(tx, { caller, ...before });
  if (invitationStatus(before, tx.now) === 'expired') await requireRoom(tx, organizationId);
  await requireMailAllowed(tx, before);
  const links = newLinks(services, before.email);
  const expiresAt = invitationExpiry(before.days, tx.now);
  await replaceInvitationLinks(tx, { invitationId, ...links.hashes, expiresAt, invitedBy: caller.userId });
  return issued(tx, services, { ...request, links, before });
}

export async function revokeInvitation(
  tx: Transaction,
  services: AccessServices,
  request: RequestContext & { invitationId: string },
): Promise<void> {
  const { caller, actor, correlationId, invitationId } = request;
  const { organizationId } = caller;
  await lockOrganization(tx, organizationId);
  await heldNow(tx, caller, PERMISSION);
  const invitation = await unfinished(tx, { organizationId, invitationId });
  await markInvitationRevoked(tx, invitationId);
  await services.audit.record(tx, {
    action: 'access.invitation.revoke',
    actor,
    organizationId,
    resource: auditedInvitation,
    targetId: invitationId,
    correlationId,
    before: auditedFields(invitation),
  });
  await services.outbox.append(tx, {
    eventType: 'access.invitation_revoked',
    correlationId,
    organizationId,
    resource: { type: 'invitation', id: invitationId },
    payload: { invitation_id: invitationId },
  });
}

/** Neither accepted nor revoked; one whose time is over can be sent again. */
async function unfinished(tx: Transaction, by: { organizationId: string; invitationId: string }): Promise<Invitation> {
  const invitation = await invitationOf(tx, by);
  if (!invitation) throw common.fail('not_found');
  if (invitation.acceptedAt !== null || invitation.revokedAt !== null) throw access.fail('invitation_ended');
  return invitation;
}

/** Nobody invites to more than they hold themselves. */
async function requireGrantable(
  tx: Transaction,
  offer: Pick<RequestContext, 'caller'> & { role: string; projectRole: string | null },
): Promise<void> {
  const held = await heldNow(tx, offer.caller, PERMISSION);
  const wanted = new Set([...organizationGrants(offer.role), ...projectGrants(offer.projectRole)]);
  const permissions = beyond(held, wanted);
  if (permissions.length > 0) throw access.fail('role_beyond_own', { details: { permissions } });
}

async function requireRoom(tx: Transaction, organizationId: string): Promise<void> {
  const maximum = INVITATIONS_OPEN_PER_ORGANIZATION_MAX;
  if ((await countOpenInvitations(tx, organizationId)) >= maximum)
    throw access.fail('invitation_limit_reached', { details: { maximum } });
}

/** Anybody can have an organization and write its name, so what the portal mails to strangers is bounded. */
async function requireMailAllowed(
  tx: Transaction,
  { organizationId, email }: { organizationId: string; email: string | null },
): Promise<void> {
  if (email === null) return;
  const since = tx.now - DAY_MILLISECONDS;
  const { ofOrganization, toAddress } = await countInvitationMails(tx, { organizationId, email, since });
  const isWithin =
    ofOrganization < INVITATION_MAILS_PER_ORGANIZATION_AND_DAY_MAX &&
    toAddress < INVITATION_MAILS_PER_ADDRESS_AND_DAY_MAX;
  if (!isWithin) throw access.fail('invitation_mail_limit_reached');
}

interface Links {
  readonly shown: string;
  /** Another one goes out by mail: only who reads that mailbox knows it, so it proves the address. */
  readonly mailed: string | null;
  readonly hashes: { readonly tokenHash: string; readonly mailTokenHash: string | null };
}

function newLinks({ keys }: Pick<AccessServices, 'keys'>, email: string | null): Links {
  const shown = newInvitationToken();
  const mailed = email === null ? null : newInvitationToken();
  const mailTokenHash = mailed === null ? null : keys.ofInvitation(mailed);
  return { shown, mailed, hashes: { tokenHash: keys.ofInvitation(shown), mailTokenHash } };
}

async function issued(
  tx: Transaction,
  services: AccessServices,
  request: RequestContext & { invitationId: string; links: Links; before: Invitation | null },
): Promise<IssuedInvitation> {
  const { caller, actor, correlationId, invitationId, links, before } = request;
  const { organizationId } = caller;
  const invitation = await invitationOf(tx, { organizationId, invitationId });
  const organization = await organizationById(tx, organizationId);
  if (!invitation || !organization) throw new Error('an invitation that was just made is not there');
  if (invitation.email !== null && links.mailed !== null) {
    const link = invitationLink(services.publicUrl, links.mailed);
    await services.mail.enqueue(tx, {
      to: invitation.email,
      ...invitationMail({ invitation, organizationName: organization.name, link }),
      correlationId,
    });
  }
  await services.audit.record(tx, {
    action: before === null ? 'access.invitation.create' : 'access.invitation.resend',
    actor,
    organizationId,
    projectId: invitation.projectId,
    resource: auditedInvitation,
    targetId: invitationId,
    correlationId,
    ...(before === null ? {} : { before: auditedFields(before) }),
    after: { ...auditedFields(invitation), token_hash: 'new' },
  });
  await services.outbox.append(tx, {
    eventType: before === null ? 'access.invitation_created' : 'access.invitation_resent',
    correlationId,
    organizationId,
    resource: { type: 'invitation', id: invitationId },
    payload: { invitation_id: invitationId, role: invitation.role },
  });
  return { invitation, link: invitationLink(services.publicUrl, links.shown) };
}

function auditedFields(invitation: Invitation) {
  return {
    role: invitation.role,
    project_id: invitation.projectId,
    project_role: invitation.projectRole,
    email: invitation.email,
    invited_by: invitation.invitedBy,
    expires_at: invitation.expiresAt,
  };
}
