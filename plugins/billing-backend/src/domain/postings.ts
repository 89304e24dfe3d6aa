import type { Micros } from '@portico/plugin-kit/contract';

/**
 * The chart of accounts, each kept per organization. Amounts are signed as in a trial balance with credits positive: what we owe customers and what we
 * earned is positive, what was given away and what is owed to us is negative, and the sum over all accounts is always zero.
 */
export const ACCOUNTS = [
  /** Liability: prepaid money the customer may spend. Never negative. */
  'customer_available',
  /** Liability: prepaid money set aside for what runs. Never negative; the sum of the open holds. */
  'customer_held',
  /** Asset: usage the customer could not pay when the money ran out; the next credit pays it first. Never positive. */
  'customer_receivable',
  /** Income: usage. */
  'usage_revenue',
  /** Expense: credits given without a payment: on sign-up, by voucher, by an administrator. */
  'promotional_expense',
  /** Expense: what is made good without usage being wrong, such as time a node was out of reach. */
  'adjustment_expense',
  /** Income: credits given without a payment that ran out unspent. */
  'expired_credit',
  /** Asset: what the payment provider took from customers' cards and has not given back. */
  'processor_clearing',
  /** Liability: money on its way back to a card. Never negative; the sum of the provider refunds under way. */
  'refund_pending',
] as const;
export type Account = (typeof ACCOUNTS)[number];

export type Postings = Readonly<Partial<Record<Account, Micros>>>;

/** Where usage is paid from. */
export interface UsageSources {
  readonly available: Micros;
  readonly ownHold: Micros;
  /** Open holds of the organization's other allocations: the money of an organization is one pool when it runs out. */
  readonly otherHolds: readonly { readonly allocationId: string; readonly amount: Micros }[];
}

export interface UsagePayment {
  readonly available: Micros;
  readonly ownHold: Micros;
  readonly otherHolds: readonly { readonly allocationId: string; readonly amount: Micros }[];
  /** What nothing was left for. */
  readonly receivable: Micros;
}

/**
 * Splits an amount over its sources. While an allocation runs, available money pays and the hold stays whole (`available`); at its end the hold
 * pays and its rest is given back (`hold`). Then the other source, then the other holds, then it is owed.
 */
export function payUsage(amount: Micros, sources: UsageSources, first: 'available' | 'hold'): UsagePayment {
  let left = amount;
  const take = (from: Micros): Micros => {
    const taken = from < left ? from : left;
    left -= taken;
    return taken;
  };
  let available = first === 'available' ? take(sources.available) : 0n;
  const ownHold = take(sources.ownHold);
  if (first === 'hold') available = take(sources.available);
  const otherHolds = sources.otherHolds
    .map(hold => ({ allocationId: hold.allocationId, amount: take(hold.amount) }))
    .filter(hold => hold.amount > 0n);
  return { available, ownHold, otherHolds, receivable: left };
}

export function postingsOfPayment(payment: UsagePayment, to: Account): Postings {
  const held = payment.otherHolds.reduce((sum, hold) => sum + hold.amount, payment.ownHold);
  return withoutZeros({
    customer_available: -payment.available,
    customer_held: -held,
    customer_receivable: -payment.receivable,
    [to]: payment.available + held + payment.receivable,
  });
}

/** Money that comes to a customer from `source` pays what is owed before it becomes available. */
export function postingsToCustomer(options: { amount: Micros; owed: Micros; source: Account }): Postings {
  const settled = options.amount < options.owed ? options.amount : options.owed;
  return withoutZeros({
    [options.source]: -options.amount,
    customer_receivable: settled,
    customer_available: options.amount - settled,
  });
}

export function withoutZeros(postings: Postings): Postings {
  return Object.fromEntries(Object.entries(postings).filter(([, amount]) => amount !== 0n));
}
