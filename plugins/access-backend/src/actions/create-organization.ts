import { ORGANIZATIONS_OWNED_MAX } from '@portico/plugin-access/contract';
import type { RequestContext, Transaction } from '@portico/plugin-kit/backend';
import { access } from '../access-errors';
import { auditedOrganization } from '../audited';
import type { AccessServices } from '../services';
import { countOwnedOrganizations } from '../store/members';
import { lockUser } from '../store/users';
import { foundOrganization, newOrganization } from './found-organization';
import type { NewOrganization } from './found-organization';

/** No trial credit: that is given to a person, once. */
export async function createOrganization(
  tx: Transaction,
  services: AccessServices,
  request: RequestContext & { name: string; currency?: string | undefined },
): Promise<NewOrganization> {
  const { caller, actor, correlationId } = request;
  const name = request.name.trim();
  const maximum = ORGANIZATIONS_OWNED_MAX;
  await lockUser(tx, caller.userId);
  if ((await countOwnedOrganizations(tx, caller.userId)) >= maximum)
    throw access.fail('organization_limit_reached', { details: { maximum } });
  const made = newOrganization(tx.now);
  const { organizationId, projectId } = made;
  const { currency } = request;
  await foundOrganization(tx, services, { ...made, name, ownerId: caller.userId, currency });
  await services.audit.record(tx, {
    action: 'access.organization.create',
    actor,
    organizationId,
    resource: auditedOrganization,
    targetId: organizationId,
    correlationId,
    after: { name },
  });
  await services.outbox.append(tx, {
    eventType: 'access.organization_created',
    correlationId,
    organizationId,
    resource: { type: 'organization', id: organizationId },
    payload: { organization_id: organizationId, user_id: caller.userId, project_id: projectId, name },
  });
  return made;
}
