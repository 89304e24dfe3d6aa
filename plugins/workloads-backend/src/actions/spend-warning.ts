import type { RequestContext, Transaction } from '@portico/plugin-kit/backend';
import type { Allocation } from '../domain/allocation';
import type { PolicyObjection } from '../domain/launch-policies';
import type { Services } from '../services';

/** The launch goes on; whoever watches the organization's money hears of it. */
export async function warnOfSpending(
  tx: Transaction,
  { outbox }: Pick<Services, 'outbox'>,
  options: { allocation: Allocation; warning: PolicyObjection; context: RequestContext },
): Promise<void> {
  const { allocation, warning, context } = options;
  const { organizationId, allocationId, projectId, userId } = allocation;
  const { quota: policy, ...details } = warning.details;
  await outbox.append(tx, {
    eventType: 'billing.spend_warning',
    correlationId: context.correlationId,
    organizationId,
    resource: { type: 'organization', id: organizationId },
    payload: {
      organization_id: organizationId,
      policy,
      ...details,
      allocation_id: allocationId,
      project_id: projectId,
      user_id: userId,
    },
  });
}
