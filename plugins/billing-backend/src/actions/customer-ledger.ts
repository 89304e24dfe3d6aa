import type { Actor, Transaction } from '@portico/plugin-kit/backend';
import { newId } from '@portico/plugin-kit/contract';
import type { Micros } from '@portico/plugin-kit/contract';
import type { Funds } from '../domain/balance';
import { pendingAt } from '../domain/balance';
import type { Meter } from '../domain/metering';
import { payUsage, postingsOfPayment, postingsToCustomer } from '../domain/postings';
import type { Customer } from '../store/customers';
import { postEntry } from '../store/ledger';
import type { EntryScope } from '../store/ledger';
import { changeHold, closeHold, markPosted } from '../store/meters';

const BILLING: Pick<Actor, 'type' | 'id'> = { type: 'system', id: 'billing' };

type AllocationScope = EntryScope & { readonly allocationId: string };

/**
 * The money of one locked customer during one transaction. Every movement is posted and then remembered here, so that several of them in a row need no
 * second reading.
 */
export class CustomerLedger {
  readonly #tx: Transaction;
  readonly #customer: Customer;
  readonly #correlationId: string | null;
  readonly #meters: Map<string, Meter>;
  #available: Micros;
  #held: Micros;
  #owed: Micros;

  /** `correlationId` is that of the request behind the movements; what billing does by itself has none. */
  constructor(tx: Transaction, customer: Customer, correlationId?: string) {
    this.#tx = tx;
    this.#customer = customer;
    this.#correlationId = correlationId ?? null;
    this.#meters = new Map(customer.meters.map(meter => [meter.allocationId, meter]));
    this.#available = customer.available;
    this.#held = customer.held;
    this.#owed = customer.owed;
  }

  get funds(): Funds {
    return { available: this.#available, held: this.#held, owed: this.#owed, meters: [...this.#meters.values()] };
  }

  /** A meter as it is by now in this transaction; undefined when it has stopped. */
  meter(allocationId: string): Meter | undefined {
    return this.#meters.get(allocationId);
  }

  /** Remembers that a meter was started or capped. */
  remember(meter: Meter): void {
    this.#meters.set(meter.allocationId, meter);
  }

  async credit(credit: {
    kind: 'trial' | 'internal_credit';
    scope: EntryScope;
    amount: Micros;
    reason: string;
    reference: string;
    actor: Pick<Actor, 'type' | 'id'>;
    correlationId: string;
  }): Promise<string> {
    const postings = postingsToCustomer({ amount: credit.amount, owed: this.#owed, source: 'promotional_expense' });
    const entryId = await postEntry(this.#tx, {
      ...credit,
      currency: this.#customer.currency,
      postings,
      description: credit.reason,
    });
    this.#available += postings.customer_available ?? 0n;
    this.#owed -= postings.customer_receivable ?? 0n;
    return entryId;
  }

  /** Moves available money into an allocation's hold: its first one (`open`, the caller writes the hold's row), or what it lacks (`refill`). */
  async hold(hold: {
    scope: AllocationScope;
    amount: Micros;
    purpose: 'open' | 'refill';
    actor?: Pick<Actor, 'type' | 'id'>;
  }): Promise<void> {
    const { allocationId } = hold.scope;
    if (hold.amount > 0n) {
      await postEntry(this.#tx, {
        kind: 'hold',
        scope: hold.scope,
        currency: this.#customer.currency,
        amount: -hold.amount,
        postings: { customer_available: -hold.amount, customer_held: hold.amount },
        actor: hold.actor ?? BILLING,
        correlationId: this.#correlationId,
        reference: hold.purpose === 'open' ? `hold:${allocationId}` : `hold_refill:${newId('hold', this.#tx.now)}`,
        description: hold.purpose === 'open' ? 'Set aside for a launch' : 'Set aside again after a credit',
      });
    }
    this.#available -= hold.amount;
    this.#held += hold.amount;
    if (hold.purpose === 'refill') {
      await changeHold(this.#tx, { allocationId, by: hold.amount });
      this.#changeMeter(allocationId, { heldBy: hold.amount });
    }
  }

  /** Posts a meter's usage up to `through`, where it has cost `total`. When less than posted, the difference is given back. */
  async postUsage(usage: {
    scope: AllocationScope;
    through: number;
    total: Micros;
    first: 'available' | 'hold';
  }): Promise<void> {
    const { allocationId } = usage.scope;
    const meter = this.#meters.get(allocationId);
    if (meter === undefined || meter.postedThroughAt === null)
      throw new Error(`allocation ${allocationId} has no running meter`);
    const amount = usage.total - meter.posted;
    const period = { from: meter.postedThroughAt, to: usage.through };
    if (amount > 0n) await this.#payUsage({ meter, scope: usage.scope, amount, period, first: usage.first });
    if (amount < 0n) await this.#reverseUsage({ scope: usage.scope, amount: -amount, period });
    await markPosted(this.#tx, { allocationId, through: usage.through, posted: usage.total });
    this.#changeMeter(allocationId, { postedThroughAt: usage.through, posted: usage.total });
  }

  async #payUsage(usage: {
    meter: Meter;
    scope: AllocationScope;
    amount: Micros;
    period: { from: number; to: number };
    first: 'available' | 'hold';
  }): Promise<void> {
    const { meter, amount } = usage;
    const otherHolds = [...this.#meters.values()]
      .filter(other => other.allocationId !== meter.allocationId)
      .map(other => ({ allocationId: other.allocationId, amount: other.held }));
    const payment = payUsage(amount, { available: this.#available, ownHold: meter.held, otherHolds }, usage.first);
    await postEntry(this.#tx, {
      kind: 'usage',
      scope: usage.scope,
      currency: this.#customer.currency,
      amount: -amount,
      postings: postingsOfPayment(payment),
      actor: BILLING,
      correlationId: this.#correlationId,
      reference: `usage:${meter.allocationId}:${usage.period.to}`,
      description: payment.receivable > 0n ? 'Usage, in part not covered' : 'Usage',
      period: usage.period,
    });
    for (const hold of [{ allocationId: meter.allocationId, amount: payment.ownHold }, ...payment.otherHolds]) {
      if (hold.amount === 0n) continue;
      await changeHold(this.#tx, { allocationId: hold.allocationId, by: -hold.amount });
      this.#changeMeter(hold.allocationId, { heldBy: -hold.amount });
      this.#held -= hold.amount;
    }
    this.#available -= payment.available;
    this.#owed += payment.receivable;
  }

  async #reverseUsage(usage: {
    scope: AllocationScope;
    amount: Micros;
    period: { from: number; to: number };
  }): Promise<void> {
    const postings = postingsToCustomer({ amount: usage.amount, owed: this.#owed, source: 'usage_revenue' });
    await postEntry(this.#tx, {
      kind: 'usage_reversal',
      scope: usage.scope,
      currency: this.#customer.currency,
      amount: usage.amount,
      postings,
      actor: BILLING,
      correlationId: this.#correlationId,
      reference: `usage_reversal:${usage.scope.allocationId}:${usage.period.to}`,
      description: 'Usage after the end of the allocation, given back',
      period: usage.period,
    });
    this.#available += postings.customer_available ?? 0n;
    this.#owed -= postings.customer_receivable ?? 0n;
  }

  /** Gives back what is left of an allocation's hold, and forgets its meter. */
  async releaseHold(scope: AllocationScope): Promise<void> {
    const meter = this.#meters.get(scope.allocationId);
    const amount = meter?.held ?? 0n;
    if (amount > 0n) {
      await postEntry(this.#tx, {
        kind: 'hold_release',
        scope,
        currency: this.#customer.currency,
        amount,
        postings: { customer_available: amount, customer_held: -amount },
        actor: BILLING,
        correlationId: this.#correlationId,
        reference: `hold_release:${scope.allocationId}`,
        description: 'Not needed any more',
      });
    }
    await closeHold(this.#tx, { allocationId: scope.allocationId });
    this.#available += amount;
    this.#held -= amount;
    this.#meters.delete(scope.allocationId);
  }

  /** What is available once all usage up to now is taken off. */
  get free(): Micros {
    return this.#available - pendingAt({ meters: [...this.#meters.values()] }, this.#tx.now);
  }

  #changeMeter(allocationId: string, change: { heldBy?: Micros; postedThroughAt?: number; posted?: Micros }): void {
    const meter = this.#meters.get(allocationId);
    if (meter === undefined) return;
    this.#meters.set(allocationId, {
      ...meter,
      held: meter.held + (change.heldBy ?? 0n),
      postedThroughAt: change.postedThroughAt ?? meter.postedThroughAt,
      posted: change.posted ?? meter.posted,
    });
  }
}
