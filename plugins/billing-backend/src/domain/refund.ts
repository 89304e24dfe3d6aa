import type { Micros } from '@portico/plugin-kit/contract';
import type { refundOutcomeSchema, refundStatusSchema } from '@portico/plugin-billing/contract';
import { payablePartOf } from './currency';

/**
 * Money that goes back. Prepaid money belongs to the card it came from: a refund takes unspent money out of the balance and sends it there, at most what is left of one payment
 * and no longer than the window. Where that is not possible nothing can be sent, and a person may give a credit instead, which is new money: so nobody gets one by asking
 * for it themselves. All refunds of a payment that went to its card, or are on the way, together never exceed it.
 */
export type RefundStatus = (typeof refundStatusSchema.enum)[number];
export type RefundOutcome = (typeof refundOutcomeSchema.enum)[number];

export const REFUND_TRANSITIONS = {
  requested: ['provider_refund', 'internal_credit', 'rejected'],
  // The card did not take it: the money is back in the balance.
  provider_refund: ['internal_credit'],
  internal_credit: [],
  rejected: [],
} as const satisfies Record<RefundStatus, readonly RefundStatus[]>;

/** How the way to the card stands. A bank may send back what it had accepted, so `succeeded` is not quite the end. */
export const SETTLEMENT_TRANSITIONS = {
  pending: ['succeeded', 'failed'],
  succeeded: ['failed'],
  failed: [],
} as const satisfies Record<string, readonly ('pending' | 'succeeded' | 'failed')[]>;
export type Settlement = keyof typeof SETTLEMENT_TRANSITIONS;

/** Whether the provider tells something new: messages come in any order and more than once, and what is further along stays. */
export function isNewSettlement(from: Settlement, to: Settlement): boolean {
  const next: readonly Settlement[] = SETTLEMENT_TRANSITIONS[from];
  return next.includes(to);
}

export function assertRefundTransition(from: RefundStatus, to: RefundStatus): void {
  const allowed: readonly RefundStatus[] = REFUND_TRANSITIONS[from];
  if (!allowed.includes(to)) throw new Error(`a refund does not go from ${from} to ${to}`);
}

/** A completed payment, and what has become of it. */
export interface RefundablePayment {
  readonly amount: Micros;
  readonly completedAt: number;
  /** At its card again, or on the way. */
  readonly refunded: Micros;
  /** Taken back by its bank for good. */
  readonly disputed: Micros;
}

export interface RefundCase {
  readonly amount: Micros;
  readonly currency: string;
  /** The one it is about; null when there is none that could be. */
  readonly payment: RefundablePayment | null;
  /** Paid in, and neither spent, nor set aside, nor given. */
  readonly unspent: Micros;
  readonly at: number;
  readonly windowDays: number;
}

/** Why money cannot go back to the card. */
export type Obstacle = 'no_payment' | 'window_over' | 'payment_exceeded' | 'spent';

const DAY_MILLISECONDS = 86_400_000;

/** The instant at which the window is over. */
export function windowEnd(payment: Pick<RefundablePayment, 'completedAt'>, windowDays: number): number {
  return payment.completedAt + windowDays * DAY_MILLISECONDS;
}

export function leftOf(payment: RefundablePayment): Micros {
  const left = payment.amount - payment.refunded - payment.disputed;
  return left < 0n ? 0n : left;
}

/** What keeps this amount from the card, or null. */
export function obstacleTo(refund: RefundCase): Obstacle | null {
  const { payment, amount } = refund;
  if (payment === null) return 'no_payment';
  if (refund.at >= windowEnd(payment, refund.windowDays)) return 'window_over';
  if (amount > leftOf(payment)) return 'payment_exceeded';
  return amount > refund.unspent ? 'spent' : null;
}

/** The most that could go back to the card, in whole coins, rounded down. */
export function refundableOf(refund: Omit<RefundCase, 'amount'>): Micros {
  const { payment, unspent, currency } = refund;
  if (payment === null || refund.at >= windowEnd(payment, refund.windowDays)) return 0n;
  const left = leftOf(payment);
  return payablePartOf(left < unspent ? left : unspent, currency);
}
