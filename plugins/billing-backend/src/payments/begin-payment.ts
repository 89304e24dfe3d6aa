import type { RequestContext, Transaction } from '@portico/plugin-kit/backend';
import { common, errorsOf, fromMoney, MICROS_MAX, newId, toMoney } from '@portico/plugin-kit/contract';
import type { Micros, Money } from '@portico/plugin-kit/contract';
import { billingErrors, currencyExponent } from '@portico/plugin-billing/contract';
import { auditedPayment } from '../audited';
import { isPayable } from '../domain/currency';
import type { BillingServices } from '../services';
import { customersOf, lockCustomer } from '../store/customers';
import {
  depositsSince,
  forgetRequest,
  insertPayment,
  logPaymentState,
  paymentById,
  paymentByRequest,
} from '../store/payments';
import type { PaymentRow } from '../store/payments';
import { depositLimits } from './deposit-limits';
import { requireProvider } from './provider-call';

const billing = errorsOf(billingErrors);

/** Seconds a checkout can be paid. Stripe takes half an hour at least; an hour is time to look for a card. */
const CHECKOUT_SECONDS = 60 * 60;
/** Seconds after which a payment that was written down and not opened is taken up by whoever checks: its request is over by then. */
const CREATED_CHECK_SECONDS = 60;
/** Milliseconds a key stands for its payment: as long as the platform keeps replies. */
const REQUEST_MILLISECONDS = 25 * 60 * 60 * 1000;
export const DAY_MILLISECONDS = 24 * 60 * 60 * 1000;

export interface PaymentRequest extends Omit<RequestContext, 'caller'> {
  readonly caller: RequestContext['caller'];
  readonly amount: Money;
  readonly savesMethod: boolean;
  readonly returnPath: string | null;
  /** As sent. The provider is asked between two transactions, so the key finds the payment before there is a reply to repeat. */
  readonly idempotencyKey: string | null;
}

/** Writes the payment down before anybody else is asked; the same request again is answered with the same payment. */
export async function beginPayment(
  tx: Transaction,
  services: Pick<BillingServices, 'audit' | 'secrets' | 'policy' | 'payments'>,
  request: PaymentRequest,
): Promise<PaymentRow> {
  const { caller } = request;
  const { organizationId } = caller;
  const provider = requireProvider(services);
  const key = requestKeyOf(services, request);
  // A payment is locked before its customer, here as everywhere.
  if (key !== null) await forgetRequest(tx, { requestKey: key.requestKey, before: tx.now - REQUEST_MILLISECONDS });
  const customer = await lockCustomer(tx, organizationId);
  if (customer === undefined) throw common.fail('not_found');
  if (key !== null) {
    const known = await paymentByRequest(tx, key.requestKey);
    if (known !== undefined) {
      if (known.request_fingerprint !== key.fingerprint) throw common.fail('idempotency_key_reused');
      return known;
    }
  }
  const amount = payableAmount(services, request.amount, customer.currency);
  await assertWithinDay(tx, services, { organizationId, currency: customer.currency, amount });
  const paymentId = newId('pay', tx.now);
  await insertPayment(tx, {
    payment_id: paymentId,
    organization_id: organizationId,
    department_id: caller.departmentId,
    project_id: caller.projectId,
    user_id: caller.userId,
    kind: 'checkout',
    amount_micros: amount,
    currency: customer.currency,
    provider: provider.name,
    saves_method: request.savesMethod ? 1 : 0,
    charged_method_id: null,
    method_brand: null,
    method_last4: null,
    return_path: request.returnPath,
    request_key: key?.requestKey ?? null,
    request_fingerprint: key?.fingerprint ?? null,
    correlation_id: request.correlationId,
    // Whole seconds: that is all a provider knows.
    expires_at: Math.floor(tx.now / 1000 + CHECKOUT_SECONDS) * 1000,
    check_at: tx.now + CREATED_CHECK_SECONDS * 1000,
  });
  await logPaymentState(tx, { payment_id: paymentId, status: 'created', is_pending: 0, source: 'request', note: null });
  await services.audit.record(tx, {
    action: 'billing.payment.create',
    actor: request.actor,
    organizationId,
    projectId: caller.projectId,
    resource: auditedPayment,
    targetId: paymentId,
    correlationId: request.correlationId,
    after: {
      kind: 'checkout',
      status: 'created',
      amount: amount.toString(),
      currency: customer.currency,
      provider: provider.name,
      saves_method: request.savesMethod,
    },
  });
  const written = await paymentById(tx, paymentId);
  if (written === undefined) throw new Error(`payment ${paymentId} was not written`);
  return written;
}

function requestKeyOf(
  { secrets }: Pick<BillingServices, 'secrets'>,
  { caller, idempotencyKey, ...request }: PaymentRequest,
): { requestKey: string; fingerprint: string } | null {
  if (idempotencyKey === null) return null;
  const scope = caller.apiKey?.keyId ?? caller.userId;
  const asked = [request.amount.amount, request.amount.currency, request.savesMethod, request.returnPath];
  return {
    requestKey: secrets.fingerprint('billing_payments.request', `${caller.organizationId} ${scope} ${idempotencyKey}`),
    fingerprint: secrets.fingerprint('billing_payments.body', JSON.stringify([caller.projectId, ...asked])),
  };
}

/** What may be charged at once: more than nothing, in the account's currency, in whole coins, within the limits. Throws what is wrong. */
export function payableAmount(
  services: Pick<BillingServices, 'policy' | 'payments'>,
  money: Money,
  currency: string,
): Micros {
  const amount = fromMoney(money);
  if (money.currency !== currency) throw billing.fail('currency_mismatch', { details: { currency } });
  if (amount <= 0n || amount > MICROS_MAX) throw billing.fail('amount_invalid');
  const limits = depositLimits(services, currency);
  if (!isPayable(amount, currency) || amount % limits.step !== 0n)
    throw billing.fail('amount_not_payable', {
      details: { decimals: currencyExponent(currency), step: toMoney(limits.step, currency) },
    });
  if (amount < limits.min || amount > limits.max)
    throw billing.fail('amount_out_of_range', {
      details: { min: toMoney(limits.min, currency), max: toMoney(limits.max, currency) },
    });
  return amount;
}

/** Throws `deposit_limit_reached`. The customer's row is locked, so that two requests do not both fit. */
async function assertWithinDay(
  tx: Transaction,
  services: Pick<BillingServices, 'policy' | 'payments'>,
  deposit: { organizationId: string; currency: string; amount: Micros },
): Promise<void> {
  const { organizationId, currency, amount } = deposit;
  const { perDay } = depositLimits(services, currency);
  const left = perDay - (await depositsSince(tx, { organizationId, from: tx.now - DAY_MILLISECONDS }));
  if (amount <= left) return;
  throw billing.fail('deposit_limit_reached', {
    details: { limit: toMoney(perDay, currency), left: toMoney(left > 0n ? left : 0n, currency) },
  });
}

/** The organization's currency; `not_found` where it has no account. */
export async function currencyOf(services: Pick<BillingServices, 'database'>, organizationId: string): Promise<string> {
  const customer = (await customersOf(services.database.read, [organizationId])).get(organizationId);
  if (customer === undefined) throw common.fail('not_found');
  return customer.currency;
}
