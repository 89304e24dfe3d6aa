import type { RequestContext, Transaction } from '@portico/plugin-kit/backend';
import { common, errorsOf } from '@portico/plugin-kit/contract';
import { billingErrors } from '@portico/plugin-billing/contract';
import { auditedAccount } from '../audited';
import type { BillingServices } from '../services';
import { hasAmounts, lockCustomer, setCurrency } from '../store/customers';

const billing = errorsOf(billingErrors);

/** Throws `currency_not_offered` unless accounts may be kept in it. */
export function requireOffered(policy: Pick<BillingServices['policy'], 'currencies'>, currency: string): void {
  const { currencies } = policy;
  if (!currencies.has(currency))
    throw billing.fail('currency_not_offered', { details: { currencies: [...currencies.keys()] } });
}

/** Nothing is ever converted: once there is any amount the currency stays. Under the lock, so no first movement or payment comes in between. */
export async function changeCurrency(
  tx: Transaction,
  services: BillingServices,
  request: RequestContext & { currency: string },
): Promise<void> {
  const { caller, actor, correlationId, currency } = request;
  const { organizationId } = caller;
  requireOffered(services.policy, currency);
  const customer = await lockCustomer(tx, organizationId);
  if (customer === undefined) throw common.fail('not_found');
  if (customer.currency === currency) return;
  if (await hasAmounts(tx, organizationId))
    throw billing.fail('currency_in_use', { details: { currency: customer.currency } });
  await setCurrency(tx, { organizationId, currency });
  await services.audit.record(tx, {
    action: 'billing.account.change_currency',
    actor,
    organizationId,
    resource: auditedAccount,
    targetId: organizationId,
    correlationId,
    before: { currency: customer.currency },
    after: { currency },
  });
}
