import type { RequestContext } from '@portico/plugin-kit/backend';
import { common } from '@portico/plugin-kit/contract';
import { auditedPaymentMethod } from '../audited';
import type { BillingServices } from '../services';
import { autoTopUpOf } from '../store/auto-top-ups';
import { lockCustomer } from '../store/customers';
import { providerCustomerOf } from '../store/payment-customers';
import { disableAutoTopUp } from './auto-top-up-outcome';
import type { SavedMethod } from './payment-provider';
import { askProvider, requireProvider } from './provider-call';

/** As the provider has them now; none for an organization that never was there. */
export async function savedMethods(services: BillingServices, organizationId: string): Promise<readonly SavedMethod[]> {
  const provider = requireProvider(services);
  const customerId = await providerCustomerOf(services.database.read, { organizationId, provider: provider.name });
  return customerId === null ? [] : askProvider(services, () => provider.methods(customerId));
}

/**
 * Turns off what would charge it, then has the provider forget it: after a crash in between nothing is charged, and removing it again finishes. Throws `not_found` for a
 * method that is not the organization's.
 */
export async function removeMethod(
  services: BillingServices,
  request: Pick<RequestContext, 'actor' | 'correlationId'> & { organizationId: string; methodId: string },
): Promise<SavedMethod> {
  const { organizationId, methodId, actor, correlationId } = request;
  const provider = requireProvider(services);
  const method = (await savedMethods(services, organizationId)).find(one => one.methodId === methodId);
  if (method === undefined) throw common.fail('not_found');
  await services.database.transaction(async tx => {
    await lockCustomer(tx, organizationId);
    if ((await autoTopUpOf(tx, organizationId))?.method_id === methodId)
      await disableAutoTopUp(tx, services, { organizationId, reason: 'method_removed', correlationId });
    await services.audit.record(tx, {
      action: 'billing.payment_method.remove',
      actor,
      organizationId,
      resource: auditedPaymentMethod,
      targetId: methodId,
      correlationId,
      before: { provider: provider.name, brand: method.brand, last4: method.last4 },
      after: { removed: true },
    });
  });
  const customerId = await providerCustomerOf(services.database.read, { organizationId, provider: provider.name });
  if (customerId !== null)
    await askProvider(services, () => provider.removeMethod({ providerCustomerId: customerId, methodId }));
  return method;
}
