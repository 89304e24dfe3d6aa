import Stripe from 'stripe';
import type { StripeEvent } from './stripe-objects';

/** An endpoint that answers within this is one that answers: Stripe hangs up after some such time. */
const TIMEOUT_MILLISECONDS = 20_000;

export interface DeliveryPlan {
  /** From 0 up to 1. Seeded by the test: the same seed, the same order. */
  readonly random: () => number;
  /** How likely an event comes twice, and how likely it never comes. */
  readonly repeats?: number;
  readonly losses?: number;
}

/** Events on their way to one endpoint. They stay until it says 2xx, as Stripe tries again for three days. */
export class WebhookDeliveries {
  readonly #events: readonly StripeEvent[];
  readonly #secret: string;
  readonly #now: () => number;
  readonly #done = new Set<string>();
  /** Never arrived and never will, unless sent again by hand. */
  readonly lost = new Set<string>();
  endpoint: string | null = null;

  constructor(options: { events: readonly StripeEvent[]; secret: string; now: () => number }) {
    this.#events = options.events;
    this.#secret = options.secret;
    this.#now = options.now;
  }

  get pending(): readonly StripeEvent[] {
    return this.#events.filter(event => !this.#done.has(event.id) && !this.lost.has(event.id));
  }

  /** As it goes over the wire, signed now or when `at` says. */
  message(event: StripeEvent, options: { at?: number; secret?: string } = {}): { body: string; signature: string } {
    const body = JSON.stringify(event, null, 2);
    const timestamp = Math.floor((options.at ?? this.#now()) / 1000);
    const secret = options.secret ?? this.#secret;
    return { body, signature: Stripe.webhooks.generateTestHeaderString({ payload: body, secret, timestamp }) };
  }

  /** Sends one; says what the endpoint answered. */
  async deliver(event: StripeEvent, options: { at?: number; secret?: string } = {}): Promise<number> {
    if (this.endpoint === null) throw new Error('no webhook endpoint is registered');
    const { body, signature } = this.message(event, options);
    const response = await fetch(this.endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8', 'stripe-signature': signature },
      body,
      signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
    });
    await response.arrayBuffer();
    if (response.ok) this.#done.add(event.id);
    return response.status;
  }

  /** Sends what is pending: in order and once, or as the plan wants it. */
  async deliverAll(plan?: DeliveryPlan): Promise<void> {
    for (const event of plan === undefined ? this.pending : this.#planned(plan)) await this.deliver(event);
  }

  /** Everything that was ever told, from the beginning, whether it arrived or not. */
  async deliverAgain(plan?: DeliveryPlan): Promise<void> {
    this.lost.clear();
    this.#done.clear();
    await this.deliverAll(plan);
  }

  #planned({ random, repeats = 0, losses = 0 }: DeliveryPlan): StripeEvent[] {
    const batch: StripeEvent[] = [];
    for (const event of this.pending) {
      if (random() < losses) {
        this.lost.add(event.id);
        continue;
      }
      batch.push(event);
      if (random() < repeats) batch.push(event);
    }
    return shuffled(batch, random);
  }
}

function shuffled<Item>(items: readonly Item[], random: () => number): Item[] {
  return items
    .map(item => ({ item, place: random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}
