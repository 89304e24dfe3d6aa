import type Stripe from 'stripe';
import type {
  CheckoutRequest,
  PaymentFacts,
  PaymentProvider,
  ProviderCheckout,
  ProviderEvent,
  RefundFacts,
  SavedCharge,
  SavedMethod,
} from '../payment-provider';
import { PaymentProviderError } from '../payment-provider';
import { stripeLimits, toStripeAmount, toStripeCharge } from './stripe-amounts';
import { isTestKey, openStripe } from './stripe-client';
import type { StripePatience, StripeSettings } from './stripe-client';
import { MONEY_EVENTS, readStripeEvent, toldBy } from './stripe-events';
import { asProviderError, isUnknown } from './stripe-failures';
import {
  factsOfIntent,
  factsOfRefund,
  factsOfSession,
  idOf,
  methodOf,
  ORGANIZATION_ID,
  PAYMENT_ID,
  PAYMENT_KIND,
  REFUND_ID,
} from './stripe-facts';

/** Asked for at once when looking for one of ours: the most that Stripe gives. */
const PAGE = 100;
/** Shown of an organization's cards; nobody keeps more. */
const METHODS_MAX = 100;
/** Looked through for a payment or a refund that our crash lost sight of: more than any organization makes in a day, newest first. */
const LOOKED_THROUGH_MAX = 1_000;
/** Events taken at once after messages were lost: a hundred pages. */
const EVENTS_MAX = 10_000;
/** Longest text of a line item. */
const DESCRIPTION_CHARACTERS_MAX = 250;

/**
 * Stripe, through its SDK. Every call that makes something has an idempotency key of our own id, so that two of them at once, or one after a crash, make one thing. Stripe forgets
 * keys after 24 hours and answers a repeated call as it did the first time even when that was an error of its own; so what moves money is looked for by the id in its metadata
 * before it is made. Lists are used for that and not the search, which lags behind by up to a minute.
 */
export class StripeProvider implements PaymentProvider {
  readonly name = 'stripe';
  readonly isTestMoney: boolean;
  readonly limits = stripeLimits;
  readonly #stripe: Stripe;
  readonly #webhookSecret: string;

  constructor(settings: StripeSettings, patience: StripePatience = {}) {
    this.#stripe = openStripe(settings, patience);
    this.#webhookSecret = settings.webhookSecret;
    this.isTestMoney = isTestKey(settings.secretKey);
  }

  async openCustomer(customer: {
    organizationId: string;
    name: string;
    email: string | null;
  }): Promise<{ providerCustomerId: string }> {
    const { organizationId, name, email } = customer;
    return asked(async () => {
      const { customers } = this.#stripe;
      const found = await customers.search({ query: `metadata['${ORGANIZATION_ID}']:'${organizationId}'`, limit: 1 });
      // Made from the organization alone: under one key Stripe wants the same parameters for ever, and names change.
      const made =
        found.data[0] ??
        (await customers.create(
          { metadata: { [ORGANIZATION_ID]: organizationId } },
          keyed('customer', organizationId),
        ));
      if (made.name !== name || (made.email ?? null) !== email) {
        await customers.update(made.id, { name, ...(email === null ? {} : { email }) });
      }
      return { providerCustomerId: made.id };
    });
  }

  async openCheckout(checkout: CheckoutRequest): Promise<ProviderCheckout> {
    const { paymentId, currency } = checkout;
    const metadata = { [PAYMENT_ID]: paymentId, [PAYMENT_KIND]: 'checkout' };
    const description = checkout.description.slice(0, DESCRIPTION_CHARACTERS_MAX);
    return asked(async () => {
      const session = await this.#stripe.checkout.sessions.create(
        {
          mode: 'payment',
          customer: checkout.providerCustomerId,
          client_reference_id: paymentId,
          metadata,
          line_items: [
            {
              quantity: 1,
              price_data: {
                currency: currency.toLowerCase(),
                unit_amount: toStripeCharge(checkout.amount, currency),
                product_data: { name: description },
              },
            },
          ],
          payment_intent_data: {
            description,
            metadata,
            ...(checkout.savesMethod ? { setup_future_usage: 'off_session' } : {}),
          },
          // The account is kept in one currency, and so is what the customer pays.
          adaptive_pricing: { enabled: false },
          expires_at: Math.floor(checkout.expiresAt / 1000),
          success_url: checkout.successUrl,
          cancel_url: checkout.cancelUrl,
        },
        keyed('checkout', paymentId),
      );
      if (session.url === null) {
        throw new PaymentProviderError('checkout_closed', 'This checkout is closed already.', false);
      }
      return { providerSessionId: session.id, url: session.url, expiresAt: session.expires_at * 1000 };
    });
  }

  async checkout(providerSessionId: string): Promise<PaymentFacts | null> {
    return asked(async () => {
      try {
        return factsOfSession(
          await this.#stripe.checkout.sessions.retrieve(providerSessionId, {
            expand: ['payment_intent.payment_method'],
          }),
        );
      } catch (error) {
        if (isUnknown(error)) return null;
        throw error;
      }
    });
  }

  async closeCheckout(providerSessionId: string): Promise<PaymentFacts> {
    await asked(async () => {
      try {
        await this.#stripe.checkout.sessions.expire(providerSessionId, {}, keyed('close', providerSessionId));
      } catch (error) {
        // Paid or expired by now: how it stands is what is asked for next.
        if (!asProviderError(error).retryable && !isUnknown(error)) return;
        throw error;
      }
    });
    const facts = await this.checkout(providerSessionId);
    if (facts === null) throw new PaymentProviderError('checkout_unknown', 'Stripe knows no such checkout.', false);
    return facts;
  }

  async chargeSaved(charge: SavedCharge): Promise<PaymentFacts> {
    const { paymentId, providerCustomerId, currency } = charge;
    const amount = toStripeCharge(charge.amount, currency);
    const known = await this.savedCharge({ providerCustomerId, paymentId });
    if (known !== null) return known;
    return movedOnce(async () => {
      try {
        const intent = await this.#stripe.paymentIntents.create(
          {
            amount,
            currency: currency.toLowerCase(),
            customer: providerCustomerId,
            payment_method: charge.methodId,
            confirm: true,
            off_session: true,
            description: charge.description.slice(0, DESCRIPTION_CHARACTERS_MAX),
            metadata: { [PAYMENT_ID]: paymentId, [PAYMENT_KIND]: 'saved' },
            expand: ['payment_method'],
          },
          keyed('charge', paymentId),
        );
        return ours(factsOfIntent(intent));
      } catch (error) {
        const declined = declinedIntent(error);
        if (declined !== null) return ours(factsOfIntent(declined));
        throw error;
      }
    });
  }

  async savedCharge(options: { providerCustomerId: string; paymentId: string }): Promise<PaymentFacts | null> {
    return asked(async () => {
      const intents = this.#stripe.paymentIntents.list({
        customer: options.providerCustomerId,
        limit: PAGE,
        expand: ['data.payment_method'],
      });
      const found = await firstOf(intents, intent => intent.metadata[PAYMENT_ID] === options.paymentId);
      return found === null ? null : factsOfIntent(found);
    });
  }

  async openPortal(portal: { providerCustomerId: string; returnUrl: string }): Promise<{ url: string }> {
    return asked(async () => {
      try {
        const { url } = await this.#stripe.billingPortal.sessions.create({
          customer: portal.providerCustomerId,
          return_url: portal.returnUrl,
        });
        return { url };
      } catch (error) {
        // Refused without a code: what is asked is right, so it is the portal that nobody has switched on yet.
        const known = asProviderError(error);
        if (known.code !== 'provider_refused') throw known;
        throw new PaymentProviderError('portal_missing', known.message, false, { cause: error });
      }
    });
  }

  async methods(providerCustomerId: string): Promise<readonly SavedMethod[]> {
    return asked(async () => {
      const { data } = await this.#stripe.customers.listPaymentMethods(providerCustomerId, { limit: METHODS_MAX });
      return data.flatMap(method => methodOf(method) ?? []);
    });
  }

  async removeMethod(method: { providerCustomerId: string; methodId: string }): Promise<void> {
    await asked(async () => {
      try {
        // Through its customer, so that nobody removes another's.
        await this.#stripe.customers.retrievePaymentMethod(method.providerCustomerId, method.methodId);
        await this.#stripe.paymentMethods.detach(method.methodId);
      } catch (error) {
        if (!isUnknown(error)) throw error;
      }
    });
  }

  async refund(refund: {
    refundId: string;
    providerPaymentId: string;
    amount: bigint;
    currency: string;
  }): Promise<RefundFacts> {
    const { refundId, providerPaymentId } = refund;
    const amount = toStripeAmount(refund.amount, refund.currency);
    const known = await this.refundOf({ providerPaymentId, refundId });
    if (known !== null) return known;
    return movedOnce(async () =>
      ours(
        factsOfRefund(
          await this.#stripe.refunds.create(
            {
              payment_intent: providerPaymentId,
              amount,
              reason: 'requested_by_customer',
              metadata: { [REFUND_ID]: refundId },
            },
            keyed('refund', refundId),
          ),
        ),
      ),
    );
  }

  async refundOf(options: { providerPaymentId: string; refundId: string }): Promise<RefundFacts | null> {
    return asked(async () => {
      const refunds = this.#stripe.refunds.list({ payment_intent: options.providerPaymentId, limit: PAGE });
      const found = await firstOf(refunds, refund => refund.metadata?.[REFUND_ID] === options.refundId);
      return found === null ? null : factsOfRefund(found);
    });
  }

  async eventsSince(since: number): Promise<{ events: readonly ProviderEvent[]; isAll: boolean }> {
    return asked(async () => {
      const events: ProviderEvent[] = [];
      const told = this.#stripe.events.list({
        created: { gte: Math.floor(since / 1000) },
        types: [...MONEY_EVENTS],
        limit: PAGE,
      });
      for await (const event of told) {
        if (events.length === EVENTS_MAX) return { events: events.reverse(), isAll: false };
        events.push(toldBy(event, !this.isTestMoney));
      }
      return { events: events.reverse(), isAll: true };
    });
  }

  readEvent(message: { body: Uint8Array; signature: string | undefined; now: number }): ProviderEvent {
    return readStripeEvent(message, { webhookSecret: this.#webhookSecret, livemode: !this.isTestMoney });
  }
}

/** The key under which a thing of ours is made once. */
function keyed(what: 'customer' | 'checkout' | 'close' | 'charge' | 'refund', id: string): { idempotencyKey: string } {
  return { idempotencyKey: `portico:${what}:${id}` };
}

/** For what moves money: its key was used for something of which nobody knows what became, so it may not be called failed. Stripe forgets the key within a day. */
async function movedOnce<Answer>(move: () => Promise<Answer>): Promise<Answer> {
  try {
    return await asked(move);
  } catch (error) {
    const known = asProviderError(error);
    if (known.code !== 'idempotency_conflict') throw known;
    throw new PaymentProviderError(known.code, known.message, true, { cause: known.cause });
  }
}

async function asked<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask();
  } catch (error) {
    throw asProviderError(error);
  }
}

async function firstOf<Item>(list: AsyncIterable<Item>, wanted: (item: Item) => boolean): Promise<Item | null> {
  let looked = 0;
  for await (const item of list) {
    if (wanted(item)) return item;
    looked += 1;
    if (looked >= LOOKED_THROUGH_MAX) break;
  }
  return null;
}

/** The PaymentIntent that was made although its charge was declined: it is the payment, failed. */
function declinedIntent(error: unknown): Stripe.PaymentIntent | null {
  const provider = asProviderError(error);
  if (provider.retryable || typeof error !== 'object' || error === null || !('payment_intent' in error)) return null;
  const intent = error.payment_intent as Stripe.PaymentIntent | undefined;
  return intent === undefined || idOf(intent) === null ? null : intent;
}

/** What we made carries our id. */
function ours<Facts>(facts: Facts | null): Facts {
  if (facts === null) throw new PaymentProviderError('provider_failed', 'Stripe answered about something else.', true);
  return facts;
}
