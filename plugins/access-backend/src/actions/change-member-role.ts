import type { RequestContext, Transaction } from '@portico/plugin-kit/backend';
import { common } from '@portico/plugin-kit/contract';
import { access } from '../access-errors';
import { beyond, membershipRefusal, organizationGrants } from '../domain/membership-change';
import type { AccessServices } from '../services';
import { countOtherOwners, memberOf, updateMemberRole } from '../store/members';
import type { Member } from '../store/members';
import { lockOrganization } from '../store/organizations';
import { tellOfMemberRole } from './member-notices';
import { settleDefaultProject } from './settle-default-project';
import { heldNow } from './standing';

/** A role that is the same already changes nothing and is not told of. */
export async function changeMemberRole(
  tx: Transaction,
  services: AccessServices,
  request: RequestContext & { userId: string; role: string },
): Promise<Member> {
  const { caller, userId, role } = request;
  const { organizationId } = caller;
  await lockOrganization(tx, organizationId);
  const held = await heldNow(tx, caller, 'access.member.manage');
  const member = await memberOf(tx, { organizationId, userId });
  if (!member) throw common.fail('not_found');
  await requireChange(tx, { member, to: role, held, isSelf: userId === caller.userId });
  return applyRole(tx, services, { ...request, member, role });
}

/** Throws what stands against it. The caller holds the lock of the organization. */
export async function requireChange(
  tx: Transaction,
  change: { member: Member; to: string | null; held: ReadonlySet<string>; isSelf: boolean },
): Promise<void> {
  const { member, to, held, isSelf } = change;
  const otherOwners = await countOtherOwners(tx, member);
  const { role: from, isPersonal } = member;
  const refusal = membershipRefusal({ held, isSelf, from, to, otherOwners, isPersonal });
  if (refusal === null) return;
  const wanted = new Set([...organizationGrants(from), ...organizationGrants(to)]);
  throw access.fail(refusal, refusal === 'role_beyond_own' ? { details: { permissions: beyond(held, wanted) } } : {});
}

/** The role is theirs, and told of. */
export async function applyRole(
  tx: Transaction,
  services: AccessServices,
  change: RequestContext & { member: Member; role: string },
): Promise<Member> {
  const { member, role, actor, correlationId } = change;
  const { organizationId, userId } = member;
  if (role === member.role) return member;
  await updateMemberRole(tx, { organizationId, userId, role });
  await settleDefaultProject(tx, services, { userId, organizationId, actor, correlationId });
  const after = await memberOf(tx, { organizationId, userId });
  if (!after) throw new Error('a member who was just given a role is not there');
  await tellOfMemberRole(tx, services, { userId, organizationId, actor, correlationId, before: member, after });
  return after;
}
