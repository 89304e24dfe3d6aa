import { TestClock } from '@portico/plugin-kit/testing';
import type { CheckoutRequest, SavedCharge } from '../payments/payment-provider';
import { StripeProvider } from '../payments/stripe/stripe-provider';
import { StripeDouble } from './stripe-double/stripe-double';

const HOUR = 3_600_000;
export const STRIPE_CUSTOMER = { organizationId: 'org_a', name: 'Ada Analytics', email: 'ada@example.com' };

/** The provider before a fresh stand-in for Stripe that has one customer. Whoever opens it closes `stripe`. */
export async function openStripeCustomer() {
  const clock = new TestClock();
  const stripe = await StripeDouble.start({ now: () => clock.now() });
  const provider = new StripeProvider(stripe.settings);
  const { providerCustomerId } = await provider.openCustomer(STRIPE_CUSTOMER);

  const checkoutOf = (about: Partial<CheckoutRequest> = {}): CheckoutRequest => ({
    paymentId: 'pay_1',
    providerCustomerId,
    amount: 25_000_000n,
    currency: 'USD',
    description: 'Funds for Ada Analytics',
    savesMethod: false,
    expiresAt: clock.now() + HOUR,
    successUrl: 'https://portal.example/billing/return?payment_id=pay_1',
    cancelUrl: 'https://portal.example/billing/return?payment_id=pay_1&cancelled=1',
    ...about,
  });

  return {
    clock,
    stripe,
    provider,
    providerCustomerId,
    checkoutOf,

    async paid(about: Partial<CheckoutRequest> = {}) {
      const { providerSessionId } = await provider.openCheckout(checkoutOf(about));
      stripe.pay(providerSessionId);
      const facts = await provider.checkout(providerSessionId);
      if (facts?.providerPaymentId == null) throw new Error('not paid');
      return { providerSessionId, providerPaymentId: facts.providerPaymentId };
    },

    chargeOf: (methodId: string, paymentId = 'pay_auto'): SavedCharge => ({
      paymentId,
      providerCustomerId,
      methodId,
      amount: 10_000_000n,
      currency: 'USD',
      description: 'Automatic top-up',
    }),
  };
}
export type StripeCustomer = Awaited<ReturnType<typeof openStripeCustomer>>;
