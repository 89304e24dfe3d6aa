import type Stripe from 'stripe';
import type { DisputeFacts, PaymentFacts, RefundFacts, SavedMethod } from '../payment-provider';
import { fromStripeAmount } from './stripe-amounts';
import { failureOf, PAYMENT_CAME_TO_NOTHING, refundFailureOf } from './stripe-failures';

/**
 * Stripe's objects in the words of the port. Ours are known by what we wrote into their metadata; of others sharing the account we say null. A checkout is a session, and the
 * session says how it stands: its PaymentIntent may fail as often as the customer types another card, and the session stays open all the while. A charge of a saved method
 * is a PaymentIntent alone, and its first failure is the last.
 */
export const PAYMENT_ID = 'payment_id';
export const REFUND_ID = 'refund_id';
export const ORGANIZATION_ID = 'organization_id';
/** `checkout` or `saved`: which of the two a PaymentIntent belongs to. */
export const PAYMENT_KIND = 'payment_kind';

export function factsOfSession(session: Stripe.Checkout.Session): PaymentFacts | null {
  const paymentId = session.metadata?.[PAYMENT_ID] ?? null;
  if (paymentId === null || session.currency === null || session.amount_total === null) return null;
  // Expanded when asked for, an id in events.
  const intent = typeof session.payment_intent === 'object' ? session.payment_intent : null;
  const state = stateOfSession(session, intent);
  const failure = intent?.last_payment_error ?? null;
  return {
    paymentId,
    providerSessionId: session.id,
    providerPaymentId: hasMoved(state) ? idOf(session.payment_intent) : null,
    state,
    ...fromStripeAmount(
      state === 'paid' && intent !== null ? intent.amount_received : session.amount_total,
      session.currency,
    ),
    failure:
      state === 'paid'
        ? null
        : failure !== null
          ? failureOf(failure)
          : state === 'failed'
            ? PAYMENT_CAME_TO_NOTHING
            : null,
    method: methodOf(intent?.payment_method ?? null),
  };
}

function hasMoved(state: PaymentFacts['state']): boolean {
  return state === 'paid' || state === 'pending';
}

function stateOfSession(session: Stripe.Checkout.Session, intent: Stripe.PaymentIntent | null): PaymentFacts['state'] {
  if (session.status === 'expired') return 'expired';
  if (session.status !== 'complete') return 'open';
  if (session.payment_status === 'paid') return 'paid';
  // Complete and not paid: a bank takes its days. When it said no, the session does not tell, the PaymentIntent does.
  const isOver = intent?.status === 'requires_payment_method' || intent?.status === 'canceled';
  return isOver ? 'failed' : 'pending';
}

export function factsOfIntent(intent: Stripe.PaymentIntent): PaymentFacts | null {
  const paymentId = intent.metadata?.[PAYMENT_ID] ?? null;
  if (paymentId === null) return null;
  const state = stateOfIntent(intent);
  return {
    paymentId,
    providerSessionId: null,
    providerPaymentId: hasMoved(state) ? intent.id : null,
    state,
    ...fromStripeAmount(state === 'paid' ? intent.amount_received : intent.amount, intent.currency),
    failure: failureOfIntent(intent, state),
    method: methodOf(intent.payment_method),
  };
}

function stateOfIntent(intent: Stripe.PaymentIntent): PaymentFacts['state'] {
  if (intent.status === 'succeeded') return 'paid';
  if (intent.status === 'processing') return 'pending';
  // Of a checkout only the session knows whether this was the last word.
  return intent.metadata?.[PAYMENT_KIND] === 'saved' ? 'failed' : 'open';
}

function failureOfIntent(intent: Stripe.PaymentIntent, state: PaymentFacts['state']): PaymentFacts['failure'] {
  if (state === 'paid' || state === 'pending') return null;
  if (intent.last_payment_error !== null) return failureOf(intent.last_payment_error);
  // Nobody is there to do what the bank asks for.
  if (intent.status === 'requires_action') return failureOf({ code: 'authentication_required' });
  return state === 'failed' ? PAYMENT_CAME_TO_NOTHING : null;
}

/** A refund of one of our payments, or of somebody else's: only the payment's own row can tell. */
export function factsOfRefund(refund: Stripe.Refund): RefundFacts | null {
  const providerPaymentId = idOf(refund.payment_intent);
  if (providerPaymentId === null) return null;
  const state = stateOfRefund(refund.status);
  return {
    refundId: refund.metadata?.[REFUND_ID] ?? null,
    providerRefundId: refund.id,
    providerPaymentId,
    state,
    ...fromStripeAmount(refund.amount, refund.currency),
    failure: state === 'failed' ? refundFailureOf(refund.failure_reason) : null,
  };
}

function stateOfRefund(status: string | null): RefundFacts['state'] {
  if (status === 'succeeded') return 'succeeded';
  // `requires_action`: the customer has to tell where to; until then it is on its way.
  return status === 'failed' || status === 'canceled' ? 'failed' : 'pending';
}

/**
 * Stripe's states of a dispute by what became of the money. A warning takes none, nor does one that was prevented by a refund; a dispute takes it when it is opened; an appeal is
 * made after it was lost, and the money stays away until it is won.
 */
const DISPUTE_STATES: Readonly<Record<string, DisputeFacts['state']>> = {
  warning_needs_response: 'inquiry',
  warning_under_review: 'inquiry',
  warning_closed: 'won',
  prevented: 'won',
  needs_response: 'open',
  under_review: 'open',
  won: 'won',
  lost: 'lost',
  appeal_needs_response: 'lost',
  appeal_under_review: 'lost',
};

export function factsOfDispute(dispute: Stripe.Dispute): DisputeFacts | null {
  const providerPaymentId = idOf(dispute.payment_intent);
  if (providerPaymentId === null) return null;
  const dueBy = dispute.evidence_details?.due_by ?? 0;
  return {
    providerDisputeId: dispute.id,
    providerPaymentId,
    state: DISPUTE_STATES[dispute.status] ?? (hasTakenMoney(dispute) ? 'open' : 'inquiry'),
    ...fromStripeAmount(dispute.amount, dispute.currency),
    reason: dispute.reason,
    // Zero where the bank hears nobody.
    respondBy: dueBy === 0 ? null : dueBy * 1000,
  };
}

/** For a state that did not exist when this was written: the transactions say whether money is away. */
function hasTakenMoney(dispute: Stripe.Dispute): boolean {
  return (dispute.balance_transactions ?? []).reduce((sum, one) => sum + one.amount, 0) < 0;
}

export function methodOf(method: string | Stripe.PaymentMethod | null): SavedMethod | null {
  if (method === null || typeof method === 'string') return null;
  if (method.card !== undefined) {
    const { brand, last4, exp_month, exp_year } = method.card;
    return { methodId: method.id, brand, last4, expiresMonth: exp_month, expiresYear: exp_year };
  }
  const details = method.sepa_debit ?? method.us_bank_account ?? method.bacs_debit ?? method.au_becs_debit;
  return {
    methodId: method.id,
    brand: method.type,
    last4: details?.last4 ?? '',
    expiresMonth: null,
    expiresYear: null,
  };
}

export function idOf(reference: string | { id: string } | null | undefined): string | null {
  if (reference === null || reference === undefined) return null;
  return typeof reference === 'string' ? reference : reference.id;
}
