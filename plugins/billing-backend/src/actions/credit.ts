import type { Outbox, Transaction } from '@portico/plugin-kit/backend';
import { errorsOf, MICROS_MAX, toMoney } from '@portico/plugin-kit/contract';
import { billingErrors } from '@portico/plugin-billing/contract';
import type { BillingPort, Credit } from '@portico/plugin-billing/port';
import { expiryAfter } from '../domain/grants';
import type { BillingPolicy } from '../policy';
import { lockCustomer } from '../store/customers';
import { entryByReference } from '../store/ledger';
import { CustomerLedger } from './customer-ledger';
import { addGrant } from './grants';

const billing = errorsOf(billingErrors);

/** Gives an organization money without a payment. The same reference credits once and is answered with the entry it made. */
export async function credit(
  tx: Transaction,
  deps: { policy: BillingPolicy; outbox: Outbox },
  request: Credit,
): Promise<Awaited<ReturnType<BillingPort['credit']>>> {
  const { organizationId } = request.scope;
  const customer = await lockCustomer(tx, organizationId);
  if (customer === undefined) throw new Error(`organization ${organizationId} has no account`);
  const { currency } = customer;
  const amount =
    request.amount ??
    (request.kind === 'trial' ? (deps.policy.currencies.get(currency)?.trialCredit ?? 0n) : undefined);
  if (amount === 0n && request.kind === 'trial') return null;

  const known = await entryByReference(tx, { organizationId, reference: `credit:${request.reference}` });
  if (known !== undefined) return { entryId: known.entry_id, amount: known.amount_micros, currency: known.currency };

  if (request.currency !== undefined && request.currency !== currency)
    throw billing.fail('currency_mismatch', { details: { currency } });
  if (amount === undefined || amount <= 0n || customer.available + customer.held + amount > MICROS_MAX)
    throw billing.fail('amount_invalid');

  const entryId = await new CustomerLedger(tx, customer).credit({
    ...request,
    amount,
    reference: `credit:${request.reference}`,
  });
  const { trialCreditExpiresDays: days } = deps.policy;
  const expiresAt = request.kind === 'trial' && days !== null ? expiryAfter(days, tx.now) : null;
  await addGrant(tx, customer, { entryId, kind: request.kind, amount, expiresAt });
  await deps.outbox.append(tx, {
    eventType: 'billing.credited',
    correlationId: request.correlationId,
    organizationId,
    resource: { type: 'organization', id: organizationId },
    payload: {
      organization_id: organizationId,
      entry_id: entryId,
      kind: request.kind,
      amount: toMoney(amount, currency),
      reason: request.reason,
    },
  });
  return { entryId, amount, currency };
}
