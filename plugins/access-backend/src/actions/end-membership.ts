import type { Actor, RequestContext, Transaction } from '@portico/plugin-kit/backend';
import { common } from '@portico/plugin-kit/contract';
import { auditedMember } from '../audited';
import type { AccessServices } from '../services';
import { unrevokedApiKeysOf } from '../store/api-keys';
import { deleteMembership, memberOf } from '../store/members';
import type { Member } from '../store/members';
import { lockOrganization } from '../store/organizations';
import { lockUser } from '../store/users';
import { requireChange } from './change-member-role';
import { markRevoked } from './revoke-api-key';
import { settleDefaultProject } from './settle-default-project';
import { heldNow } from './standing';

export async function removeMember(
  tx: Transaction,
  services: AccessServices,
  request: RequestContext & { userId: string },
): Promise<void> {
  const { caller, userId } = request;
  const { organizationId } = caller;
  await lockOrganization(tx, organizationId);
  const held = await heldNow(tx, caller, 'access.member.manage');
  const member = await memberOf(tx, { organizationId, userId });
  if (!member) throw common.fail('not_found');
  await requireChange(tx, { member, to: null, held, isSelf: userId === caller.userId });
  await endMembership(tx, services, { ...request, member });
}

/** One’s own, of whichever organization: who sees no project of it any more must be able to leave it, too. */
export async function leaveOrganization(
  tx: Transaction,
  services: AccessServices,
  request: RequestContext & { organizationId: string },
): Promise<void> {
  const { caller, organizationId } = request;
  await lockOrganization(tx, organizationId);
  const member = await memberOf(tx, { organizationId, userId: caller.userId });
  if (!member) throw common.fail('not_found');
  await requireChange(tx, { member, to: null, held: new Set(), isSelf: true });
  await endMembership(tx, services, { ...request, member });
}

/** Their sessions and keys find no membership with the next request, and what is open finds none when it looks again. */
export async function endMembership(
  tx: Transaction,
  services: AccessServices,
  end: { member: Member; actor: Actor; correlationId: string },
): Promise<void> {
  const { member, actor, correlationId } = end;
  const { organizationId, userId, role, source } = member;
  // A key that is just being made waits, or is there to be revoked.
  await lockUser(tx, userId);
  for (const key of await unrevokedApiKeysOf(tx, { userId, organizationId }))
    await markRevoked(tx, services, { actor, correlationId }, key);
  await deleteMembership(tx, { organizationId, userId });
  await settleDefaultProject(tx, services, { userId, organizationId, actor, correlationId });
  await services.audit.record(tx, {
    action: 'access.member.remove',
    actor,
    organizationId,
    resource: auditedMember,
    targetId: userId,
    correlationId,
    before: { role, source },
  });
  await services.outbox.append(tx, {
    eventType: 'access.member_removed',
    correlationId,
    organizationId,
    resource: { type: 'user', id: userId },
    payload: { user_id: userId, role },
  });
}
