import type { RequestContext, Transaction } from '@portico/plugin-kit/backend';
import { common, errorsOf, fromMoney, MICROS_MAX } from '@portico/plugin-kit/contract';
import type { Micros, Money } from '@portico/plugin-kit/contract';
import { billingErrors } from '@portico/plugin-billing/contract';
import { auditedAutoTopUp } from '../audited';
import type { BillingServices } from '../services';
import { autoTopUpOf, saveAutoTopUp } from '../store/auto-top-ups';
import type { AutoTopUpRow } from '../store/auto-top-ups';
import { lockCustomer } from '../store/customers';
import { payableAmount } from './begin-payment';
import type { SavedMethod } from './payment-provider';
import { requireProvider } from './provider-call';

const billing = errorsOf(billingErrors);

export interface AutoTopUpWish {
  readonly enabled: boolean;
  readonly threshold?: Money | undefined;
  readonly amount?: Money | undefined;
  readonly monthly_limit?: Money | undefined;
}

/**
 * Sets it up, changes it or turns it off; what is left out stays as it was. `method` is the one named, already found at the provider, or null where none was named. Turning it on forgets
 * earlier failures. The lock of the customer has the balance reviewed at once, so one that is low already is topped up.
 */
export async function setAutoTopUp(
  tx: Transaction,
  services: BillingServices,
  request: RequestContext & { wish: AutoTopUpWish; method: SavedMethod | null },
): Promise<AutoTopUpRow | null> {
  const { caller, wish, method } = request;
  const { organizationId } = caller;
  const customer = await lockCustomer(tx, organizationId);
  if (customer === undefined) throw common.fail('not_found');
  const before = await autoTopUpOf(tx, organizationId);
  if (before === undefined && !wish.enabled && wish.amount === undefined) return null;
  // Turning it off is possible whatever became of the provider.
  const provider = wish.enabled || before === undefined ? requireProvider(services).name : before.provider;
  const kept = before?.provider === provider ? before : undefined;
  const { currency } = customer;
  const row = {
    organization_id: organizationId,
    enabled: wish.enabled ? 1 : 0,
    threshold_micros: wish.threshold === undefined ? before?.threshold_micros : anyAmount(wish.threshold, currency),
    amount_micros: wish.amount === undefined ? before?.amount_micros : payableAmount(services, wish.amount, currency),
    monthly_limit_micros:
      wish.monthly_limit === undefined ? before?.monthly_limit_micros : anyAmount(wish.monthly_limit, currency),
    provider,
    // A method of another provider is none here.
    method_id: method?.methodId ?? kept?.method_id,
    method_brand: method?.brand ?? kept?.method_brand,
    method_last4: method?.last4 ?? kept?.method_last4,
    // A charge is on whoever asked for charges.
    user_id: caller.userId,
    department_id: caller.departmentId,
    project_id: caller.projectId,
    failures_in_row: wish.enabled ? 0 : (before?.failures_in_row ?? 0),
    disabled_reason: null,
    waits_until: null,
    last_payment_id: before?.last_payment_id ?? null,
  };
  assertComplete(row);
  await saveAutoTopUp(tx, row);
  await services.audit.record(tx, {
    action: 'billing.auto_top_up.set',
    actor: request.actor,
    organizationId,
    resource: auditedAutoTopUp,
    targetId: organizationId,
    correlationId: request.correlationId,
    ...(before === undefined ? {} : { before: audited(before) }),
    after: audited(row),
  });
  return (await autoTopUpOf(tx, organizationId)) ?? null;
}

/** Not negative, and in the account's currency; nobody pays exactly this, so it need not be whole coins. */
function anyAmount(money: Money, currency: string): Micros {
  const amount = fromMoney(money);
  if (money.currency !== currency) throw billing.fail('currency_mismatch', { details: { currency } });
  if (amount < 0n || amount > MICROS_MAX) throw billing.fail('amount_invalid');
  return amount;
}

type Wanted = { readonly [Field in keyof Omit<AutoTopUpRow, 'updated_at'>]: AutoTopUpRow[Field] | undefined };

function assertComplete(row: Wanted): asserts row is Omit<AutoTopUpRow, 'updated_at'> {
  const missing = [
    ...(row.threshold_micros === undefined ? ['threshold'] : []),
    ...(row.amount_micros === undefined ? ['amount'] : []),
    ...(row.monthly_limit_micros === undefined || row.monthly_limit_micros < (row.amount_micros ?? 0n)
      ? ['monthly_limit']
      : []),
    ...(row.method_id === undefined ? ['method_id'] : []),
  ];
  if (missing.length > 0) throw billing.fail('auto_top_up_incomplete', { details: { missing } });
}

function audited(row: Omit<AutoTopUpRow, 'updated_at'>) {
  return {
    enabled: row.enabled === 1,
    threshold: row.threshold_micros.toString(),
    amount: row.amount_micros.toString(),
    monthly_limit: row.monthly_limit_micros.toString(),
    method_id: row.method_id,
    method_last4: row.method_last4,
  };
}
