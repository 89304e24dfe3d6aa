import type { Queries, RequestContext, Transaction, UserCaller } from '@portico/plugin-kit/backend';
import { access } from '../access-errors';
import { auditedOrganization } from '../audited';
import { isReservedSlug } from '../domain/organization-slug';
import type { AccessServices } from '../services';
import { lockOrganization, organizationById, updateOrganizationRow } from '../store/organizations';
import type { Organization } from '../store/organizations';
import { signInProofOf } from '../store/sessions';
import { heldNow } from './standing';

export type OrganizationChange = Partial<
  Pick<Organization, 'name' | 'slug' | 'requiredProvider' | 'requiresSecondFactor' | 'showsDepartments'>
>;

/** What stays the same is not told of. */
export async function updateOrganization(
  tx: Transaction,
  services: AccessServices,
  request: RequestContext & { change: OrganizationChange },
): Promise<Organization> {
  const { caller, actor, correlationId, change } = request;
  const { organizationId } = caller;
  await lockOrganization(tx, organizationId);
  await heldNow(tx, caller, 'access.organization.manage');
  const before = await organizationById(tx, organizationId);
  if (!before) throw new Error(`organization ${organizationId} has no row`);
  const after = { ...before, ...change, name: change.name?.trim() ?? before.name };
  if (after.slug !== null && after.slug !== before.slug && isReservedSlug(after.slug))
    throw access.fail('organization_slug_reserved', { details: { slug: after.slug } });
  await requireDemandsMet(tx, caller, { before, after });
  if (!(await updateOrganizationRow(tx, after)))
    throw access.fail('organization_slug_taken', { details: { slug: after.slug } });

  const [was, is] = [auditedFields(before), auditedFields(after)];
  const changed = (Object.keys(is) as (keyof typeof is)[]).filter(field => is[field] !== was[field]);
  if (changed.length === 0) return before;
  const only = (fields: typeof is) => Object.fromEntries(changed.map(field => [field, fields[field]]));
  await services.audit.record(tx, {
    action: 'access.organization.update',
    actor,
    organizationId,
    resource: auditedOrganization,
    targetId: organizationId,
    correlationId,
    before: only(was),
    after: only(is),
  });
  await services.outbox.append(tx, {
    eventType: 'access.organization_updated',
    correlationId,
    organizationId,
    resource: { type: 'organization', id: organizationId },
    payload: { organization_id: organizationId, changed },
  });
  return after;
}

/** A new demand is met by the very session that makes it, so at least one person can still get in and take it back. A key has no sign-in to show. */
async function requireDemandsMet(
  queries: Queries,
  caller: UserCaller,
  { before, after }: { before: Organization; after: Organization },
): Promise<void> {
  const newProvider = after.requiredProvider !== before.requiredProvider ? after.requiredProvider : null;
  const newFactor = after.requiresSecondFactor && !before.requiresSecondFactor;
  if (newProvider === null && !newFactor) return;
  const proof = caller.sessionId === null ? undefined : await signInProofOf(queries, caller.sessionId);
  const isMet =
    proof !== undefined &&
    (newProvider === null || proof.provider === newProvider) &&
    (!newFactor || proof.hasSecondFactor || proof.provider !== null);
  if (isMet) return;
  const demands = [
    ...(newProvider === null ? [] : ['required_provider']),
    ...(newFactor ? ['requires_second_factor'] : []),
  ];
  throw access.fail('sign_in_demand_unmet', { details: { demands } });
}

function auditedFields(organization: Organization) {
  return {
    name: organization.name,
    slug: organization.slug,
    required_provider: organization.requiredProvider,
    requires_second_factor: organization.requiresSecondFactor,
    shows_departments: organization.showsDepartments,
  };
}
