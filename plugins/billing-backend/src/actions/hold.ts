import type { Transaction } from '@portico/plugin-kit/backend';
import { errorsOf, MICROS_PER_UNIT, toMoney } from '@portico/plugin-kit/contract';
import { billingErrors } from '@portico/plugin-billing/contract';
import type { BillingPort } from '@portico/plugin-billing/port';
import { balanceAt } from '../domain/balance';
import { holdFor } from '../domain/metering';
import type { BillingPolicy } from '../policy';
import { lockCustomer } from '../store/customers';
import { hasOpenDispute } from '../store/disputes';
import { insertMeter } from '../store/meters';
import { CustomerLedger } from './customer-ledger';

const billing = errorsOf(billingErrors);

/** A million units an hour. Price × one hour's milliseconds must fit the 64 bits in which databases reckon the cost of a list. */
const PRICE_PER_HOUR_MAX = 1_000_000n * MICROS_PER_UNIT;

/** Sets aside what a launch needs and freezes its price. The customer stays locked until the launch commits, so two launches never share money. */
export async function hold(
  tx: Transaction,
  policy: BillingPolicy,
  request: Parameters<BillingPort['hold']>[1],
): Promise<void> {
  const { scope, pricePerHour } = request;
  if (pricePerHour < 0n || pricePerHour > PRICE_PER_HOUR_MAX)
    throw new Error(`a price of ${pricePerHour} per hour is out of range`);
  const customer = await lockCustomer(tx, scope.organizationId);
  if (customer === undefined) throw new Error(`organization ${scope.organizationId} has no account`);
  // Money a bank may still take is not lent out again.
  if (policy.disputesBlockLaunches && (await hasOpenDispute(tx, scope.organizationId)))
    throw billing.fail('payments_disputed');
  const { available } = balanceAt(customer, tx.now, policy);
  const required = holdFor({ pricePerHour, holdSeconds: policy.holdSeconds });
  if (required > available) {
    const { currency } = customer;
    throw billing.fail('insufficient_balance', {
      details: {
        required: toMoney(required, currency),
        available: toMoney(available, currency),
        shortfall: toMoney(required - available, currency),
      },
    });
  }
  const actor = scope.userId === null ? undefined : { type: 'user' as const, id: scope.userId };
  await new CustomerLedger(tx, customer, request.correlationId).hold({
    scope,
    amount: required,
    purpose: 'open',
    actor,
  });
  await insertMeter(tx, {
    scope,
    allocationName: request.name ?? scope.allocationId,
    skuId: request.skuId,
    gpuCount: request.gpuCount,
    pricePerHour,
    hold: required,
    tags: request.tags ?? {},
  });
}
