import type { Micros } from '@portico/plugin-kit/contract';
import type { PaymentFacts } from '../payments/payment-provider';

/**
 * A payment goes `created → open → completed | expired | cancelled | failed`. What decides is what the provider says, and it may say it in any order, twice or late. So:
 * paid wins over everything we believed (money that was taken is credited), nothing leaves `completed`, and of the ends without money the first one told stays.
 * What was paid must be what was asked for, to the micro-unit and in its currency; else nothing is credited and a person looks.
 */
export const PAYMENT_STATUSES = ['created', 'open', 'completed', 'expired', 'cancelled', 'failed'] as const;
export type PaymentStatus = (typeof PAYMENT_STATUSES)[number];

export const PAYMENT_TRANSITIONS = {
  created: ['open', 'completed', 'expired', 'cancelled', 'failed'],
  open: ['completed', 'expired', 'cancelled', 'failed'],
  completed: [],
  expired: ['completed'],
  cancelled: ['completed'],
  failed: ['completed'],
} as const satisfies Record<PaymentStatus, readonly PaymentStatus[]>;

/** What became of it: whoever looks into a payment reads where each state came from. */
export type PaymentSource = 'request' | 'provider_call' | 'webhook' | 'check' | 'auto_top_up';

/** What was paid is not what was asked for. */
export const MISMATCH = {
  code: 'payment_mismatch',
  message: 'What was paid is not what was asked for. Nothing was credited; somebody looks into it.',
} as const;

export interface PaymentState {
  readonly status: PaymentStatus;
  readonly isPending: boolean;
  readonly amount: Micros;
  readonly currency: string;
  readonly providerPaymentId: string | null;
  readonly failureCode: string | null;
  readonly cancelRequested: boolean;
}

export type Verdict =
  /** Told before, or older than what is known. */
  | { readonly kind: 'unchanged' }
  /** Paid, and not what was asked for. */
  | { readonly kind: 'mismatch'; readonly to: PaymentStatus }
  /** Paid a second time, by another charge than the one that was credited. */
  | { readonly kind: 'paid_twice' }
  | {
      readonly kind: 'change';
      readonly to: PaymentStatus;
      readonly isPending: boolean;
      readonly failure: { readonly code: string; readonly message: string } | null;
    };

/** Why a payment ended that the provider calls failed without saying why. */
const NO_REASON = { code: 'failed', message: 'The payment did not go through.' } as const;

/** What the facts make of a payment. Pure, so that every order of facts can be tried. */
export function judge(payment: PaymentState, facts: PaymentFacts): Verdict {
  if (facts.state === 'paid') return judgePaid(payment, facts);
  if (payment.status === 'completed') return { kind: 'unchanged' };
  const hasEnded = payment.status !== 'created' && payment.status !== 'open';
  switch (facts.state) {
    case 'pending':
      // Also of one that has ended here: somebody did hand it in, so it is asked about until the bank has answered.
      if (payment.isPending || payment.failureCode === MISMATCH.code) return { kind: 'unchanged' };
      return { kind: 'change', to: hasEnded ? payment.status : 'open', isPending: true, failure: null };
    case 'open':
      if (hasEnded) return { kind: 'unchanged' };
      if (payment.status === 'open' && payment.failureCode === (facts.failure?.code ?? null))
        return { kind: 'unchanged' };
      return { kind: 'change', to: 'open', isPending: payment.isPending, failure: facts.failure };
    case 'expired':
      return ended(payment, payment.cancelRequested ? 'cancelled' : 'expired', null);
    case 'failed':
      return ended(payment, 'failed', facts.failure ?? NO_REASON);
  }
}

function judgePaid(payment: PaymentState, facts: PaymentFacts): Verdict {
  if (payment.status === 'completed') {
    const another = facts.providerPaymentId !== null && facts.providerPaymentId !== payment.providerPaymentId;
    return another && payment.providerPaymentId !== null ? { kind: 'paid_twice' } : { kind: 'unchanged' };
  }
  if (facts.amount !== payment.amount || facts.currency !== payment.currency) {
    if (payment.failureCode === MISMATCH.code) return { kind: 'unchanged' };
    const hasEnded = payment.status !== 'created' && payment.status !== 'open';
    return { kind: 'mismatch', to: hasEnded ? payment.status : 'failed' };
  }
  return { kind: 'change', to: 'completed', isPending: false, failure: null };
}

function ended(
  payment: PaymentState,
  to: 'expired' | 'cancelled' | 'failed',
  failure: { readonly code: string; readonly message: string } | null,
): Verdict {
  const hasEnded = payment.status !== 'created' && payment.status !== 'open';
  if (!hasEnded) return { kind: 'change', to, isPending: false, failure };
  if (!payment.isPending) return { kind: 'unchanged' };
  return { kind: 'change', to: payment.status, isPending: false, failure };
}

/** Refuses what the table does not know: a mistake in the program, not of the provider. */
export function assertTransition(from: PaymentStatus, to: PaymentStatus): void {
  const allowed: readonly PaymentStatus[] = PAYMENT_TRANSITIONS[from];
  if (from !== to && !allowed.includes(to)) throw new Error(`a payment does not go from ${from} to ${to}`);
}
