import type { RequestContext, Transaction } from '@portico/plugin-kit/backend';
import { common } from '@portico/plugin-kit/contract';
import { access } from '../access-errors';
import { OWNER } from '../domain/roles';
import type { AccessServices } from '../services';
import { memberOf } from '../store/members';
import type { Member } from '../store/members';
import { lockOrganization } from '../store/organizations';
import { applyRole, requireChange } from './change-member-role';
import { heldNow } from './standing';

/** The other one first: there is an owner at every moment. Answers the new owner. */
export async function transferOrganization(
  tx: Transaction,
  services: AccessServices,
  request: RequestContext & { userId: string; ownRole: string },
): Promise<Member> {
  const { caller, userId, ownRole, correlationId } = request;
  const { organizationId } = caller;
  if (userId === caller.userId) throw access.fail('transfer_to_self');
  await lockOrganization(tx, organizationId);
  const held = await heldNow(tx, caller, 'access.organization.transfer');
  const heir = await memberOf(tx, { organizationId, userId });
  const self = await memberOf(tx, { organizationId, userId: caller.userId });
  // Who cannot sign in could not be its owner.
  if (!self || !heir || heir.status !== 'active') throw common.fail('not_found');
  await requireChange(tx, { member: heir, to: OWNER, held, isSelf: false });
  const owner = await applyRole(tx, services, { ...request, member: heir, role: OWNER });
  await requireChange(tx, { member: self, to: ownRole, held, isSelf: true });
  await applyRole(tx, services, { ...request, member: self, role: ownRole });
  await services.outbox.append(tx, {
    eventType: 'access.organization_transferred',
    correlationId,
    organizationId,
    resource: { type: 'organization', id: organizationId },
    payload: { organization_id: organizationId, from_user_id: caller.userId, to_user_id: userId, own_role: ownRole },
  });
  return owner;
}
