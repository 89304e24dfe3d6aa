import { invalid, missing } from './stripe-fault';
import type {
  CardName,
  Charge,
  Customer,
  Dispute,
  Intent,
  Method,
  Refund,
  Session,
  StripeEvent,
  StripeObject,
} from './stripe-objects';

/** What an object's id begins with, and what Stripe calls it when it is not there. */
const KINDS = {
  cus: 'customer',
  pm: 'PaymentMethod',
  cs: 'checkout.session',
  pi: 'payment_intent',
  ch: 'charge',
  re: 'refund',
  du: 'dispute',
} as const;
type Prefix = keyof typeof KINDS;

/** Fields that hold the id of another object and may be expanded. */
const REFERENCES: readonly string[] = ['customer', 'payment_intent', 'payment_method', 'latest_charge', 'charge'];

/** An account at Stripe in test mode: what is in it, and what was said about it. */
export class StripeAccount {
  readonly events: StripeEvent[] = [];
  readonly apiVersion = '2026-10-28.endive';
  readonly #objects = new Map<string, StripeObject>();
  readonly #behaviours = new Map<string, CardName>();
  readonly #now: () => number;
  readonly #livemode: boolean;
  #made = 0;
  /** Of the request under way; what happens by itself has none. */
  request: StripeEvent['request'] = { id: null, idempotency_key: null };

  constructor(options: { now: () => number; livemode: boolean }) {
    this.#now = options.now;
    this.#livemode = options.livemode;
  }

  /** Stripe counts seconds. */
  get now(): number {
    return Math.floor(this.#now() / 1000);
  }

  stamp(): { created: number; livemode: boolean } {
    return { created: this.now, livemode: this.#livemode };
  }

  id(prefix: Prefix | 'evt' | 'txn' | 'req' | 'bps'): string {
    this.#made += 1;
    const mode = prefix === 'cs' ? (this.#livemode ? '_live' : '_test') : '';
    return `${prefix}${mode}_${String(this.#made).padStart(8, '0')}`;
  }

  keep<Kind extends StripeObject>(object: Kind): Kind {
    this.#objects.set(object.id, object);
    return object;
  }

  behave(methodId: string, card: CardName): void {
    this.#behaviours.set(methodId, card);
  }

  behaviour(methodId: string): CardName {
    return this.#behaviours.get(methodId) ?? 'visa';
  }

  customer = (id: string, param?: string): Customer => this.#get('cus', id, param) as Customer;
  method = (id: string, param?: string): Method => this.#get('pm', id, param) as Method;
  session = (id: string, param?: string): Session => this.#get('cs', id, param) as Session;
  intent = (id: string, param?: string): Intent => this.#get('pi', id, param) as Intent;
  charge = (id: string, param?: string): Charge => this.#get('ch', id, param) as Charge;
  refund = (id: string, param?: string): Refund => this.#get('re', id, param) as Refund;
  dispute = (id: string, param?: string): Dispute => this.#get('du', id, param) as Dispute;

  /** Of one kind, newest first, as lists are. */
  all<Kind extends StripeObject['object']>(kind: Kind): Extract<StripeObject, { object: Kind }>[] {
    return [...this.#objects.values()]
      .filter((object): object is Extract<StripeObject, { object: Kind }> => object.object === kind)
      .reverse();
  }

  /** Says that something happened, with what the object is at this moment. */
  tell(type: string, object: StripeObject, previous?: Record<string, unknown>): void {
    this.events.push({
      id: this.id('evt'),
      object: 'event',
      api_version: this.apiVersion,
      ...this.stamp(),
      data: {
        object: structuredClone(object),
        ...(previous === undefined ? {} : { previous_attributes: previous }),
      },
      pending_webhooks: 1,
      request: this.request,
      type,
    });
  }

  /** What is said out: a copy, with the objects behind the ids that `expand` names. */
  expanded(value: unknown, paths: readonly string[]): unknown {
    const copy: unknown = structuredClone(value);
    for (const path of paths) this.#expand(copy, path.split('.'), path);
    return copy;
  }

  #expand(value: unknown, steps: readonly string[], path: string): void {
    const [step, ...rest] = steps;
    if (step === undefined || value === null || typeof value !== 'object') return;
    if (Array.isArray(value)) return value.forEach(item => this.#expand(item, steps, path));
    const holder = value as Record<string, unknown>;
    const held = holder[step];
    if (typeof held === 'string') {
      if (!REFERENCES.includes(step)) throw notExpandable(path);
      holder[step] = structuredClone(this.#objects.get(held) ?? null);
    } else if (held === undefined) {
      throw notExpandable(path);
    }
    this.#expand(holder[step], rest, path);
  }

  #get(prefix: Prefix, id: string, param?: string): StripeObject {
    const object = id.startsWith(`${prefix}_`) ? this.#objects.get(id) : undefined;
    if (object === undefined) throw missing(KINDS[prefix], id, param);
    return object;
  }
}

function notExpandable(path: string) {
  return invalid(`This property cannot be expanded (${path}).`, { param: 'expand' });
}
