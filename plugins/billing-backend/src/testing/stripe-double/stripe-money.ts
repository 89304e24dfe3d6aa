import type { StripeAccount } from './stripe-account';
import { refused, StripeFault } from './stripe-fault';
import { cardNamed } from './stripe-objects';
import type { CardName, Charge, Dispute, Intent, LastPaymentError, Method, Refund } from './stripe-objects';

/** Where money moves at the double, with the events that tell of it, in the order in which Stripe makes them. */

/** Seven days to answer a dispute. */
const RESPOND_WITHIN_SECONDS = 7 * 86_400;
const EXPIRES_YEAR = 2034;

export function makeMethod(account: StripeAccount, card: CardName, customer: string | null = null): Method {
  const { brand, last4 } = cardNamed(card);
  const method = account.keep<Method>({
    id: account.id('pm'),
    object: 'payment_method',
    ...account.stamp(),
    metadata: {},
    customer,
    ...(brand === 'sepa_debit'
      ? { type: 'sepa_debit', sepa_debit: { last4 } }
      : { type: 'card', card: { brand, last4, exp_month: 12, exp_year: EXPIRES_YEAR } }),
  });
  account.behave(method.id, card);
  return method;
}

export function makeIntent(
  account: StripeAccount,
  about: Pick<Intent, 'amount' | 'currency' | 'customer' | 'description' | 'metadata' | 'setup_future_usage'>,
): Intent {
  const intent = account.keep<Intent>({
    id: account.id('pi'),
    object: 'payment_intent',
    ...account.stamp(),
    ...about,
    amount_received: 0,
    canceled_at: null,
    cancellation_reason: null,
    last_payment_error: null,
    latest_charge: null,
    payment_method: null,
    status: 'requires_payment_method',
  });
  account.tell('payment_intent.created', intent);
  return intent;
}

function makeCharge(
  account: StripeAccount,
  intent: Intent,
  about: Pick<Charge, 'paid' | 'status' | 'failure_code'>,
): Charge {
  const charge = account.keep<Charge>({
    id: account.id('ch'),
    object: 'charge',
    ...account.stamp(),
    amount: intent.amount,
    amount_captured: about.status === 'succeeded' ? intent.amount : 0,
    amount_refunded: 0,
    captured: about.status === 'succeeded',
    currency: intent.currency,
    customer: intent.customer,
    disputed: false,
    metadata: { ...intent.metadata },
    payment_intent: intent.id,
    payment_method: intent.payment_method,
    refunded: false,
    ...about,
  });
  intent.latest_charge = charge.id;
  return charge;
}

export function charged(account: StripeAccount, intent: Intent): void {
  const pending = intent.latest_charge === null ? null : account.charge(intent.latest_charge);
  const charge =
    pending?.status === 'pending'
      ? pending
      : makeCharge(account, intent, { paid: true, status: 'succeeded', failure_code: null });
  charge.status = 'succeeded';
  charge.paid = true;
  charge.captured = true;
  charge.amount_captured = charge.amount;
  intent.status = 'succeeded';
  intent.amount_received = intent.amount;
  intent.last_payment_error = null;
  account.tell('charge.succeeded', charge);
  account.tell('payment_intent.succeeded', intent);
}

export function processing(account: StripeAccount, intent: Intent): void {
  const charge = makeCharge(account, intent, { paid: false, status: 'pending', failure_code: null });
  intent.status = 'processing';
  account.tell('charge.pending', charge);
  account.tell('payment_intent.processing', intent);
}

export function declined(
  account: StripeAccount,
  intent: Intent,
  why: { code: string; decline_code: string },
): LastPaymentError {
  const charge = makeCharge(account, intent, { paid: false, status: 'failed', failure_code: why.code });
  const error = { type: 'card_error', message: `Your card was declined. (${why.decline_code})`, ...why } as const;
  intent.last_payment_error = error;
  intent.payment_method = null;
  intent.status = 'requires_payment_method';
  account.tell('charge.failed', charge);
  account.tell('payment_intent.payment_failed', intent);
  return error;
}

export function attach(account: StripeAccount, method: Method, customer: string): void {
  method.customer = customer;
  account.tell('payment_method.attached', method);
}

export function detach(account: StripeAccount, method: Method): void {
  const { customer } = method;
  if (customer === null) {
    throw refused('The payment method you provided is not attached to a customer so detachment is impossible.');
  }
  method.customer = null;
  account.tell('payment_method.detached', method, { customer });
}

function shown(amount: number, currency: string): string {
  return `${(amount / 100).toFixed(2)} ${currency.toUpperCase()}`;
}

export function makeRefund(
  account: StripeAccount,
  about: {
    intent: Intent;
    amount: number | undefined;
    reason: Refund['reason'];
    metadata: Record<string, string>;
    status: string;
  },
): Refund {
  const { intent } = about;
  if (intent.status !== 'succeeded' || intent.latest_charge === null) {
    throw refused(`This PaymentIntent (${intent.id}) does not have a successful charge to refund.`);
  }
  const charge = account.charge(intent.latest_charge);
  if (account.all('dispute').some(dispute => dispute.charge === charge.id && !dispute.is_charge_refundable)) {
    throw refused(`Charge ${charge.id} has been charged back; cannot issue a refund.`, { code: 'charge_disputed' });
  }
  const left = charge.amount - charge.amount_refunded;
  if (left === 0) throw refused(`Charge ${charge.id} has already been refunded.`, { code: 'charge_already_refunded' });
  const amount = about.amount ?? left;
  if (amount <= 0) throw refused('Invalid positive integer', { code: 'parameter_invalid_integer', param: 'amount' });
  if (amount > left) {
    throw refused(
      `Refund amount (${shown(amount, charge.currency)}) is greater than unrefunded amount on charge (${shown(left, charge.currency)})`,
      { param: 'amount' },
    );
  }
  charge.amount_refunded += amount;
  charge.refunded = charge.amount_refunded === charge.amount;
  const refund = account.keep<Refund>({
    id: account.id('re'),
    object: 'refund',
    created: account.now,
    amount,
    charge: charge.id,
    currency: charge.currency,
    metadata: about.metadata,
    payment_intent: intent.id,
    reason: about.reason,
    status: about.status,
  });
  account.tell('refund.created', refund);
  account.tell('charge.refunded', charge);
  return refund;
}

/** A refund ends, or one that had ended well comes back after days. */
export function endRefund(account: StripeAccount, refund: Refund, end: 'succeeded' | 'failed'): void {
  const previous = { status: refund.status };
  if (end === 'failed' && refund.status !== 'failed') {
    const charge = account.charge(refund.charge ?? '');
    charge.amount_refunded -= refund.amount;
    charge.refunded = false;
    refund.failure_reason = 'expired_or_canceled_card';
  }
  refund.status = end;
  account.tell('refund.updated', refund, previous);
  account.tell('charge.refund.updated', refund, previous);
  if (end === 'failed') account.tell('refund.failed', refund, previous);
}

export function openDispute(
  account: StripeAccount,
  about: { intent: Intent; amount: number; reason: string; isInquiry: boolean },
): Dispute {
  const charge = account.charge(about.intent.latest_charge ?? '');
  charge.disputed = true;
  const dispute = account.keep<Dispute>({
    id: account.id('du'),
    object: 'dispute',
    ...account.stamp(),
    amount: about.amount,
    balance_transactions: [],
    charge: charge.id,
    currency: charge.currency,
    evidence_details: {
      due_by: account.now + RESPOND_WITHIN_SECONDS,
      has_evidence: false,
      past_due: false,
      submission_count: 0,
    },
    is_charge_refundable: about.isInquiry,
    metadata: {},
    payment_intent: about.intent.id,
    reason: about.reason,
    status: 'warning_needs_response',
  });
  if (!about.isInquiry) takeBack(account, dispute);
  account.tell('charge.dispute.created', dispute);
  if (!about.isInquiry) account.tell('charge.dispute.funds_withdrawn', dispute);
  return dispute;
}

/** An inquiry that becomes a dispute. */
export function escalate(account: StripeAccount, dispute: Dispute): void {
  const previous = { status: dispute.status };
  takeBack(account, dispute);
  account.tell('charge.dispute.updated', dispute, previous);
  account.tell('charge.dispute.funds_withdrawn', dispute);
}

function takeBack(account: StripeAccount, dispute: Dispute): void {
  dispute.status = 'needs_response';
  dispute.is_charge_refundable = false;
  moved(account, dispute, -dispute.amount);
}

export function endDispute(account: StripeAccount, dispute: Dispute, end: 'won' | 'lost' | 'warning_closed'): void {
  const isInquiry = dispute.status.startsWith('warning_');
  if (isInquiry !== (end === 'warning_closed'))
    throw new Error(`a dispute that is ${dispute.status} does not end as ${end}`);
  const previous = { status: dispute.status };
  dispute.status = end;
  if (end === 'won') moved(account, dispute, dispute.amount);
  account.tell('charge.dispute.closed', dispute, previous);
  if (end === 'won') account.tell('charge.dispute.funds_reinstated', dispute);
}

function moved(account: StripeAccount, dispute: Dispute, amount: number): void {
  dispute.balance_transactions.push({
    id: account.id('txn'),
    object: 'balance_transaction',
    amount,
    currency: dispute.currency,
  });
}

export function cardError(intent: Intent, error: LastPaymentError): StripeFault {
  return new StripeFault(402, { ...error, charge: intent.latest_charge, payment_intent: structuredClone(intent) });
}
