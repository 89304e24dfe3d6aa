import type { Actor, Transaction } from '@portico/plugin-kit/backend';
import { errorsOf, newId } from '@portico/plugin-kit/contract';
import type { Micros } from '@portico/plugin-kit/contract';
import { billingErrors } from '@portico/plugin-billing/contract';
import type { Funds } from '../domain/balance';
import { depletedSince, pendingAt, spendableAt } from '../domain/balance';
import { burnsAt } from '../domain/metering';
import type { Meter } from '../domain/metering';
import { payUsage, postingsOfPayment, postingsToCustomer } from '../domain/postings';
import type { Account, Postings } from '../domain/postings';
import { markClaimed } from '../store/customers';
import type { Customer } from '../store/customers';
import { postEntry } from '../store/ledger';
import type { EntryKind, EntryScope } from '../store/ledger';
import { changeHold, closeHold, markPosted } from '../store/meters';

const BILLING: Pick<Actor, 'type' | 'id'> = { type: 'system', id: 'billing' };

const billing = errorsOf(billingErrors);

/** Where each kind of credit comes from. */
export const CREDIT_SOURCES = {
  top_up: 'processor_clearing',
  trial: 'promotional_expense',
  voucher: 'promotional_expense',
  internal_credit: 'promotional_expense',
  adjustment: 'adjustment_expense',
  refund_reversal: 'refund_pending',
  dispute_reversal: 'processor_clearing',
} as const satisfies Partial<Record<EntryKind, Account>>;
export type CreditKind = keyof typeof CREDIT_SOURCES;

/** Where what is taken goes. */
const CHARGE_TARGETS = {
  refund: 'refund_pending',
  expiry: 'expired_credit',
} as const satisfies Partial<Record<EntryKind, Account>>;
export type ChargeKind = keyof typeof CHARGE_TARGETS;

/** `dispute`: the payment provider took it back; `reversal`: a credit that was a mistake, to where it came from; `adjustment`: what was made good and turned out not to be due; `refund`: given back at the provider's own pages. */
export type ClaimKind = 'dispute' | 'reversal' | 'refund' | 'adjustment';

export interface Movement<Kind extends EntryKind> {
  readonly kind: Kind;
  readonly scope: EntryScope;
  readonly amount: Micros;
  readonly reason: string;
  /** Unique per organization: what happened once is posted once. */
  readonly reference: string;
  readonly actor: Pick<Actor, 'type' | 'id'>;
  readonly correlationId: string | null;
}

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

  /** Money that comes to the customer; what is owed is paid first. */
  async credit(credit: Movement<CreditKind>): Promise<string> {
    const source = CREDIT_SOURCES[credit.kind];
    const postings = postingsToCustomer({ amount: credit.amount, owed: this.#owed, source });
    const entryId = await this.#post(credit, { amount: credit.amount, postings });
    this.#available += postings.customer_available ?? 0n;
    this.#owed -= postings.customer_receivable ?? 0n;
    return entryId;
  }

  /** Takes available money that nothing pending needs; throws `insufficient_balance` when there is less. */
  async charge(charge: Movement<ChargeKind>): Promise<string> {
    if (charge.amount > this.free) throw billing.fail('insufficient_balance');
    const postings = { customer_available: -charge.amount, [CHARGE_TARGETS[charge.kind]]: charge.amount };
    const entryId = await this.#post(charge, { amount: -charge.amount, postings });
    this.#available -= charge.amount;
    return entryId;
  }

  /** Takes money whether it is there or not: what is available, then what is held, and what nothing is left for is owed. */
  async claim(claim: Movement<ClaimKind> & { readonly to: Account }): Promise<string> {
    const payment = payUsage(
      claim.amount,
      {
        available: this.#available,
        ownHold: 0n,
        otherHolds: [...this.#meters.values()].map(meter => ({ allocationId: meter.allocationId, amount: meter.held })),
      },
      'available',
    );
    const postings = postingsOfPayment(payment, claim.to);
    await this.#markDepletion(claim.amount);
    const entryId = await this.#post(claim, { amount: -claim.amount, postings });
    this.#available -= payment.available;
    this.#owed += payment.receivable;
    for (const hold of payment.otherHolds) await this.#drawHold(hold);
    return entryId;
  }

  /** Remembers since when nothing is left once this much is taken: since now, unless there was nothing left before and nobody has looked yet. */
  async #markDepletion(amount: Micros): Promise<void> {
    const { now } = this.#tx;
    if (spendableAt(this.funds, now) > amount) return;
    const starts = this.funds.meters.flatMap(meter => (burnsAt(meter, now) ? [meter.startedAt ?? now] : []));
    const before = starts.length === 0 ? null : depletedSince(this.funds, { from: Math.min(...starts), to: now });
    await markClaimed(this.#tx, { organizationId: this.#customer.organizationId, at: before ?? now });
  }

  /** Money on its way to a card has arrived there. The customer's own accounts stay as they are. */
  async settleRefund(settlement: Movement<'refund_settlement'>): Promise<string> {
    const { amount } = settlement;
    return this.#post(settlement, { amount: 0n, postings: { refund_pending: -amount, processor_clearing: amount } });
  }

  /** A card sent back what had arrived there: it is with the provider again, and on its way to the balance. */
  async unsettleRefund(settlement: Movement<'refund_settlement'>): Promise<string> {
    const { amount } = settlement;
    return this.#post(settlement, { amount: 0n, postings: { refund_pending: amount, processor_clearing: -amount } });
  }

  async #post(
    movement: Movement<EntryKind>,
    { amount, postings }: { amount: Micros; postings: Postings },
  ): Promise<string> {
    const { kind, scope, reference, actor, correlationId, reason } = movement;
    // The direction is that of the kind: an amount below zero would be another movement than its entry says.
    if (movement.amount <= 0n) throw billing.fail('amount_invalid');
    const { currency } = this.#customer;
    return postEntry(this.#tx, {
      ...{ kind, scope, currency, amount, postings, actor, correlationId, reference },
      description: reason,
    });
  }

  async #drawHold({ allocationId, amount }: { allocationId: string; amount: Micros }): Promise<void> {
    if (amount === 0n) return;
    await changeHold(this.#tx, { allocationId, by: -amount });
    this.#changeMeter(allocationId, { heldBy: -amount });
    this.#held -= amount;
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
      postings: postingsOfPayment(payment, 'usage_revenue'),
      actor: BILLING,
      correlationId: this.#correlationId,
      reference: `usage:${meter.allocationId}:${usage.period.to}`,
      description: payment.receivable > 0n ? 'Usage, in part not covered' : 'Usage',
      period: usage.period,
    });
    const ownHold = { allocationId: meter.allocationId, amount: payment.ownHold };
    for (const hold of [ownHold, ...payment.otherHolds]) await this.#drawHold(hold);
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
