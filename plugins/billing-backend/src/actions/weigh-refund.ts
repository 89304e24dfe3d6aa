import type { Queries } from '@portico/plugin-kit/backend';
import { common, errorsOf, fromMoney, MICROS_PER_UNIT, toMoney } from '@portico/plugin-kit/contract';
import type { Micros, Money } from '@portico/plugin-kit/contract';
import { billingErrors, currencyExponent } from '@portico/plugin-billing/contract';
import { balanceAt, spendableAt } from '../domain/balance';
import { isPayable, smallestCoin } from '../domain/currency';
import { leftOf, obstacleTo, refundableOf, windowEnd } from '../domain/refund';
import type { Obstacle } from '../domain/refund';
import type { Card } from '../domain/refund-words';
import type { BillingServices } from '../services';
import { autoTopUpOf } from '../store/auto-top-ups';
import type { Customer } from '../store/customers';
import { disputedOf } from '../store/disputes';
import type { PaymentRow } from '../store/payments';
import { givenAloneSince, refundedOf } from '../store/refunds';
import { unspentPromotional } from './grants';

const billing = errorsOf(billingErrors);

/** A million units: no payment is that large, and a credit beyond it is a slip of the keyboard. */
const REFUND_MICROS_MAX = 1_000_000n * MICROS_PER_UNIT;

export type RefundDeps = Pick<
  BillingServices,
  'access' | 'attention' | 'audit' | 'clock' | 'database' | 'outbox' | 'payments' | 'policy'
>;

/** The amount somebody named, as micro-units of the account's currency. */
export function refundAmount(money: Money, currency: string): Micros {
  if (money.currency !== currency) throw billing.fail('currency_mismatch', { details: { currency } });
  const amount = fromMoney(money);
  if (amount <= 0n || amount > REFUND_MICROS_MAX) {
    const [min, max] = [smallestCoin(currency), REFUND_MICROS_MAX].map(limit => toMoney(limit, currency));
    throw billing.fail('amount_out_of_range', { details: { min, max } });
  }
  if (!isPayable(amount, currency))
    throw billing.fail('amount_not_payable', { details: { decimals: currencyExponent(currency) } });
  return amount;
}

/** Refuses what can never be given back: an unpaid payment, or one whose provider is not there to be asked. */
export function assertRefundable(payment: PaymentRow, deps: Pick<RefundDeps, 'payments'>): void {
  if (payment.status !== 'completed' || payment.completed_at === null || payment.provider_payment_id === null)
    throw billing.fail('refund_payment_not_completed');
  if (deps.payments?.name !== payment.provider) throw billing.fail('payments_unavailable');
}

export interface WeighedRefund {
  readonly amount: Micros;
  readonly currency: string;
  readonly payment: PaymentRow | null;
  readonly card: Card | null;
  /** What keeps it from the card; null when nothing does. */
  readonly obstacle: Obstacle | null;
  readonly refundable: Micros;
  readonly left: Micros;
  readonly unspent: Micros;
  readonly windowEndsAt: number | null;
  /** Below it the card is charged again by itself, which this refund would bring about; null when it would not. */
  readonly chargedAgainBelow: Micros | null;
}

/**
 * Looks at what stands for and against giving back so much of a payment at an instant. With the rows of payment and customer locked the answer holds until the transaction ends. An
 * amount that is not said is the most that can go to the card, else what is left. Throws while the payment is disputed.
 */
export async function weighRefund(
  queries: Queries,
  deps: Pick<RefundDeps, 'policy' | 'payments'>,
  asked: { customer: Customer; payment: PaymentRow | null; amount: Micros | null; at: number },
): Promise<WeighedRefund> {
  const { customer, payment, at } = asked;
  const { currency } = customer;
  const { windowDays } = deps.policy.refunds;
  const ids = payment === null ? [] : [payment.payment_id];
  const refunded = (await refundedOf(queries, ids)).get(payment?.payment_id ?? '') ?? 0n;
  const disputed = (await disputedOf(queries, ids)).get(payment?.payment_id ?? '');
  if (disputed?.isOpen) throw billing.fail('refund_payment_disputed');
  const paid =
    payment === null || payment.completed_at === null
      ? null
      : {
          amount: payment.amount_micros,
          completedAt: payment.completed_at,
          refunded,
          disputed: disputed?.amount ?? 0n,
        };
  const given = await unspentPromotional(queries, customer, at);
  const free = balanceAt(customer, at, deps.policy).available - given;
  const unspent = free < 0n ? 0n : free;
  const about = { currency, payment: paid, unspent, at, windowDays };
  const left = paid === null ? 0n : leftOf(paid);
  const refundable = toStep(refundableOf(about), currency, deps);
  const amount = asked.amount ?? (refundable > 0n ? refundable : left);
  if (payment !== null && amount !== toStep(amount, currency, deps))
    throw billing.fail('amount_not_payable', { details: { decimals: decimalsToCard(currency, deps) } });
  const topUp = await autoTopUpOf(queries, customer.organizationId);
  const threshold = topUp?.enabled === 1 ? topUp.threshold_micros : 0n;
  return {
    ...{ amount, currency, payment, refundable, left, unspent },
    chargedAgainBelow: spendableAt(customer, at) - amount < threshold ? threshold : null,
    card: cardOf(payment),
    obstacle: obstacleTo({ ...about, amount }),
    windowEndsAt: paid === null ? null : windowEnd(paid, windowDays),
  };
}

/** Many small refunds are one large one: what a person gave an organization within so long counts together. */
const ALONE_MILLISECONDS = 24 * 60 * 60 * 1000;

/** Whether a second person has to approve what this one gives: `amount` when it is too much by itself, `sum` with what they gave that organization just before, null when nobody has to. */
export async function secondPersonFor(
  queries: Queries,
  deps: Pick<RefundDeps, 'policy'>,
  given: { amount: Micros; organizationId: string; userId: string; at: number },
): Promise<'amount' | 'sum' | null> {
  const { fourEyesAbove } = deps.policy.refunds;
  if (given.amount > fourEyesAbove) return 'amount';
  const before = await givenAloneSince(queries, { ...given, since: given.at - ALONE_MILLISECONDS });
  return before + given.amount > fourEyesAbove ? 'sum' : null;
}

export function assertWithinPayment(weighed: WeighedRefund): void {
  if (weighed.amount <= weighed.left && weighed.amount > 0n) return;
  throw billing.fail('refund_exceeds_payment', { details: { left: toMoney(weighed.left, weighed.currency) } });
}

export function cardOf(payment: PaymentRow | null): Card | null {
  if (payment === null || payment.method_brand === null || payment.method_last4 === null) return null;
  return { brand: payment.method_brand, last4: payment.method_last4 };
}

/** What the provider can send, rounded down to a multiple of it: in some currencies coarser than the smallest coin. */
function toStep(amount: Micros, currency: string, { payments }: Pick<RefundDeps, 'payments'>): Micros {
  const step = payments?.limits?.(currency).step ?? smallestCoin(currency);
  return amount - (amount % step);
}

function decimalsToCard(currency: string, { payments }: Pick<RefundDeps, 'payments'>): number {
  const step = payments?.limits?.(currency).step ?? smallestCoin(currency);
  return MICROS_PER_UNIT.toString().length - step.toString().length;
}

/** The customer an organization is; there is one for each. */
export function existing(customer: Customer | undefined): Customer {
  if (customer === undefined) throw common.fail('not_found');
  return customer;
}
