import { fromMinorUnits } from '../domain/currency';
import { PaymentProviderError } from '../payments/payment-provider';
import type { PaymentProvider, RefundFacts } from '../payments/payment-provider';

/**
 * What the next refund meets: `succeeded`, `pending`, `failed` answer so; `answer_lost`: it is made, and nobody hears of it; `away`: nothing is made, and nobody knows;
 * `refused`: it says no.
 */
export type RefundMood = 'succeeded' | 'pending' | 'failed' | 'answer_lost' | 'away' | 'refused';

/** A provider that gives money back in memory, once per refund, as its mood is. Nothing else is asked of it. */
export class MemoryProvider implements PaymentProvider {
  readonly name = 'test';
  readonly isTestMoney = true;
  mood: RefundMood = 'succeeded';
  /** By our id, as the provider sees them. */
  readonly refunds = new Map<string, RefundFacts>();
  /** How often it was asked to make one. */
  calls = 0;
  /** Runs while a refund is on its way back to whoever asked. */
  meanwhile: (() => Promise<void>) | undefined;
  limits?: PaymentProvider['limits'];

  refund: PaymentProvider['refund'] = async ({ refundId, providerPaymentId, amount, currency }) => {
    this.calls += 1;
    if (this.mood === 'away') throw new PaymentProviderError('away', 'nobody answers', true);
    if (this.mood === 'refused') throw new PaymentProviderError('refused', 'the charge is too old', false);
    const made = this.refunds.get(refundId) ?? {
      refundId,
      providerRefundId: `re_${refundId}`,
      providerPaymentId,
      state: this.mood === 'failed' ? 'failed' : this.mood === 'succeeded' ? 'succeeded' : 'pending',
      amount,
      currency,
      failure: this.mood === 'failed' ? 'expired_or_canceled_card' : null,
    };
    this.refunds.set(refundId, made);
    await this.meanwhile?.();
    if (this.mood === 'answer_lost') throw new PaymentProviderError('timeout', 'no answer came', true);
    return made;
  };

  refundOf: PaymentProvider['refundOf'] = async ({ refundId }) => {
    if (this.mood === 'away') throw new PaymentProviderError('away', 'nobody answers', true);
    return this.refunds.get(refundId) ?? null;
  };

  /** The provider comes to another opinion of a refund. */
  turn(refundId: string, state: RefundFacts['state']): RefundFacts {
    const known = this.refunds.get(refundId);
    if (known === undefined) throw new Error(`refund ${refundId} never came to the provider`);
    const turned = { ...known, state, failure: state === 'failed' ? 'expired_or_canceled_card' : null };
    this.refunds.set(refundId, turned);
    return turned;
  }

  openCustomer: PaymentProvider['openCustomer'] = () => notAsked();
  openCheckout: PaymentProvider['openCheckout'] = () => notAsked();
  checkout: PaymentProvider['checkout'] = () => notAsked();
  closeCheckout: PaymentProvider['closeCheckout'] = () => notAsked();
  chargeSaved: PaymentProvider['chargeSaved'] = () => notAsked();
  savedCharge: PaymentProvider['savedCharge'] = () => notAsked();
  openPortal: PaymentProvider['openPortal'] = () => notAsked();
  methods: PaymentProvider['methods'] = () => notAsked();
  removeMethod: PaymentProvider['removeMethod'] = () => notAsked();
  readEvent: PaymentProvider['readEvent'] = () => {
    throw new Error('no event is read here');
  };
}

async function notAsked(): Promise<never> {
  throw new Error('nothing but refunds is asked of this provider');
}

/** So many coins of the currency, as its ledger has them. */
export const coins = (amount: number, currency = 'USD'): bigint => fromMinorUnits(BigInt(amount), currency);
