import Stripe from 'stripe';
import { errorsOf } from '@portico/plugin-kit/contract';
import { billingErrors } from '@portico/plugin-billing/contract';
import type { PaymentFacts, ProviderEvent } from '../payment-provider';
import { factsOfDispute, factsOfIntent, factsOfRefund, factsOfSession, idOf } from './stripe-facts';
import { PAYMENT_CAME_TO_NOTHING } from './stripe-failures';

const billing = errorsOf(billingErrors);

/** Stripe's own advice: a signature older than this is one that somebody kept. Stripe signs anew whenever it delivers again. */
const TOLERANCE_SECONDS = 300;

/** What a message tells about us, before it is known whether it is about us at all. */
type Told =
  | Pick<Extract<ProviderEvent, { kind: 'payment' }>, 'kind' | 'facts'>
  | Pick<Extract<ProviderEvent, { kind: 'refund' }>, 'kind' | 'facts'>
  | Pick<Extract<ProviderEvent, { kind: 'dispute' }>, 'kind' | 'facts'>
  | { readonly kind: 'methods'; readonly providerCustomerId: string }
  | { readonly kind: 'other' };

/** What moves money or says that it will not: asked for when messages may have been lost. Stripe takes at most twenty. */
export const MONEY_EVENTS = [
  'checkout.session.completed',
  'checkout.session.async_payment_succeeded',
  'checkout.session.async_payment_failed',
  'checkout.session.expired',
  'payment_intent.succeeded',
  'payment_intent.payment_failed',
  'refund.created',
  'refund.updated',
  'refund.failed',
  'charge.dispute.created',
  'charge.dispute.updated',
  'charge.dispute.closed',
  'charge.dispute.funds_withdrawn',
  'charge.dispute.funds_reinstated',
] as const satisfies readonly Stripe.Event['type'][];

const OTHER = { kind: 'other' } as const;

/**
 * Reads a webhook. `livemode` is that of our key: an event of the other mode, or of an account that is connected to ours, tells nothing about our payments although its signature
 * is good.
 */
export function readStripeEvent(
  message: { body: Uint8Array; signature: string | undefined; now: number },
  endpoint: { webhookSecret: string; livemode: boolean },
): ProviderEvent {
  return toldBy(verified(message, endpoint.webhookSecret), endpoint.livemode);
}

/** An event by whatever way it came: in a webhook, or in the list of what was told. */
export function toldBy(event: Stripe.Event, livemode: boolean): ProviderEvent {
  const isOurs = event.livemode === livemode && (event.account ?? null) === null;
  return {
    eventId: event.id,
    type: event.type,
    occurredAt: event.created * 1000,
    ...(isOurs ? told(event) : OTHER),
  };
}

function verified(
  message: { body: Uint8Array; signature: string | undefined; now: number },
  secret: string,
): Stripe.Event {
  try {
    return Stripe.webhooks.constructEvent(
      message.body,
      message.signature ?? '',
      secret,
      TOLERANCE_SECONDS,
      undefined,
      message.now,
    );
  } catch (error) {
    throw billing.fail('webhook_signature_invalid', { cause: error });
  }
}

function told(event: Stripe.Event): Told {
  switch (event.type) {
    case 'checkout.session.completed':
    case 'checkout.session.async_payment_succeeded':
    case 'checkout.session.expired':
      return ofPayment(factsOfSession(event.data.object));
    case 'checkout.session.async_payment_failed':
      return ofPayment(failedAfterwards(factsOfSession(event.data.object)));
    case 'payment_intent.succeeded':
    case 'payment_intent.processing':
    case 'payment_intent.payment_failed':
    case 'payment_intent.canceled':
      return ofPayment(factsOfIntent(event.data.object));
    // `charge.refunded` tells of the charge and no more of its refunds than their sum: each of them has these of its own.
    case 'refund.created':
    case 'refund.updated':
    case 'refund.failed':
    case 'charge.refund.updated': {
      const facts = factsOfRefund(event.data.object);
      return facts === null ? OTHER : { kind: 'refund', facts };
    }
    case 'charge.dispute.created':
    case 'charge.dispute.updated':
    case 'charge.dispute.closed':
    case 'charge.dispute.funds_withdrawn':
    case 'charge.dispute.funds_reinstated': {
      const facts = factsOfDispute(event.data.object);
      return facts === null ? OTHER : { kind: 'dispute', facts };
    }
    case 'customer.updated':
      return ofMethods(event.data.object.id);
    case 'payment_method.attached':
    case 'payment_method.updated':
    case 'payment_method.automatically_updated':
      return ofMethods(idOf(event.data.object.customer));
    case 'payment_method.detached':
      // It is nobody's by now; whose it was stands among what changed.
      return ofMethods(idOf(event.data.previous_attributes?.customer));
    default:
      return OTHER;
  }
}

function ofPayment(facts: PaymentFacts | null): Told {
  return facts === null ? OTHER : { kind: 'payment', facts };
}

function ofMethods(providerCustomerId: string | null): Told {
  return providerCustomerId === null ? OTHER : { kind: 'methods', providerCustomerId };
}

/** The session is complete and unpaid, as it was while the bank took its time: that it is over stands in the event's type alone. */
function failedAfterwards(facts: PaymentFacts | null): PaymentFacts | null {
  return facts === null ? null : { ...facts, state: 'failed', failure: facts.failure ?? PAYMENT_CAME_TO_NOTHING };
}
