import { STANDARD_PLAN } from '@portico/plugin-access/contract';
import type { RequestContext, Transaction } from '@portico/plugin-kit/backend';
import { common } from '@portico/plugin-kit/contract';
import { access } from '../access-errors';
import { auditedPlan } from '../audited';
import type { AccessServices } from '../services';
import { lockOrganization } from '../store/organizations';
import { planOf, plans, storePlan } from '../store/policy-subjects';

/** What the plan grants counts from the next launch on; what the organization has set for itself tightens it as before. */
export async function setOrganizationPlan(
  tx: Transaction,
  services: Pick<AccessServices, 'audit' | 'outbox'>,
  request: Pick<RequestContext, 'actor' | 'correlationId'> & { organizationId: string; plan: string },
): Promise<void> {
  const { organizationId, plan, actor, correlationId } = request;
  await lockOrganization(tx, organizationId);
  const before = await planOf(tx, organizationId);
  if (before === undefined) throw common.fail('not_found');
  const known = plan === STANDARD_PLAN || (await plans(tx)).some(one => one.plan === plan && one.policies > 0);
  if (!known) throw access.fail('plan_unknown', { details: { plan } });
  if (before === plan) return;
  await storePlan(tx, { organizationId, plan });
  await services.audit.record(tx, {
    action: 'access.organization.set_plan',
    actor,
    organizationId,
    resource: auditedPlan,
    targetId: organizationId,
    correlationId,
    before: { plan: before },
    after: { plan },
  });
  await services.outbox.append(tx, {
    eventType: 'access.policy_changed',
    correlationId,
    organizationId,
    resource: { type: 'organization', id: organizationId },
    payload: { organization_id: organizationId, plan_before: before, plan },
  });
}
