import { openStripeCustomer } from '../../testing/stripe-customer';
import type { StripeCustomer } from '../../testing/stripe-customer';
import { StripeProvider } from './stripe-provider';

/** When Stripe is not well, or the way there: what was asked is done once or not at all, and one finds out which. */
const HOUR = 3_600_000;

let world: StripeCustomer;
let clock: StripeCustomer['clock'];
let stripe: StripeCustomer['stripe'];
let provider: StripeCustomer['provider'];
let providerCustomerId: string;

beforeEach(async () => {
  world = await openStripeCustomer();
  ({ clock, stripe, provider, providerCustomerId } = world);
});
afterEach(() => stripe.close());

const paid: StripeCustomer['paid'] = about => world.paid(about);
const chargeOf: StripeCustomer['chargeOf'] = (methodId, paymentId) => world.chargeOf(methodId, paymentId);
const impatient = () => new StripeProvider(stripe.settings, { networkRetries: 0, timeoutMilliseconds: 300 });

test.each(['request_lost', 'reply_lost', 'overloaded'] as const)(
  'the SDK asks again under the same key after %s, and there is one effect',
  async fault => {
    const charge = chargeOf(stripe.saveCard(providerCustomerId));
    stripe.failNext(fault, /^POST \/v1\/payment_intents/, 1);
    const outcome = provider.chargeSaved(charge);
    if (fault === 'overloaded') {
      // 429 is not repeated by the SDK; we say that it may be.
      await expect(outcome).rejects.toMatchObject({ retryable: true });
      await provider.chargeSaved(charge);
    } else {
      expect(await outcome).toMatchObject({ state: 'paid' });
    }
    expect(stripe.receivedFrom(providerCustomerId)).toBe(1_000);
  },
);

test('nobody knows what an answer that never came would have said, until one asks again', async () => {
  const charge = chargeOf(stripe.saveCard(providerCustomerId));
  stripe.failNext('silence', /^POST \/v1\/payment_intents/);
  await expect(impatient().chargeSaved(charge)).rejects.toMatchObject({
    code: 'provider_unreachable',
    retryable: true,
  });
  expect(await provider.savedCharge(charge)).toMatchObject({ state: 'paid' });
  expect(await provider.chargeSaved(charge)).toMatchObject({ state: 'paid' });
  expect(stripe.receivedFrom(providerCustomerId)).toBe(1_000);
});

test('an error of its own is repeated under the key for a day, and not for ever', async () => {
  const charge = chargeOf(stripe.saveCard(providerCustomerId));
  stripe.failNext('internal_error', /^POST \/v1\/payment_intents/);
  await expect(impatient().chargeSaved(charge)).rejects.toMatchObject({ retryable: true });
  await expect(impatient().chargeSaved(charge)).rejects.toMatchObject({ retryable: true });
  await clock.advance(24 * HOUR);
  expect(await impatient().chargeSaved(charge)).toMatchObject({ state: 'paid' });
  expect(stripe.receivedFrom(providerCustomerId)).toBe(1_000);
});

test('a call that another replica is making with the same key is one to repeat', async () => {
  const { providerPaymentId } = await paid();
  const release = stripe.hold('POST /v1/refunds');
  const refund = { refundId: 'refund_1', providerPaymentId, amount: 5_000_000n, currency: 'USD' };
  const first = provider.refund(refund);
  await release.reached;
  await expect(impatient().refund(refund)).rejects.toMatchObject({ code: 'idempotency_key_in_use', retryable: true });
  release.now();
  expect(await first).toMatchObject({ state: 'succeeded' });
  expect(stripe.receivedFrom(providerCustomerId)).toBe(2_000);
});

test('what a revoked key was asked for may have been done, so it is asked again; the key is not told whole', async () => {
  const wrong = new StripeProvider({ ...stripe.settings, secretKey: 'sk_test_of_somebody_else' });
  const refusal = await wrong.methods(providerCustomerId).catch((error: Error) => error);
  expect(refusal).toMatchObject({ code: 'provider_key_refused', retryable: true });
  expect(String(refusal)).not.toContain('somebody_else');
});

test('a key that was used for something else leaves open what became of it', async () => {
  const { providerPaymentId } = await paid();
  const refund = { refundId: 'refund_1', providerPaymentId, amount: 5_000_000n, currency: 'USD' };
  stripe.failNext('internal_error', /^POST \/v1\/refunds/);
  await expect(impatient().refund(refund)).rejects.toMatchObject({ retryable: true });
  await expect(impatient().refund({ ...refund, amount: 6_000_000n })).rejects.toMatchObject({
    code: 'idempotency_conflict',
    retryable: true,
  });
});

test('a server that is not there is a passing trouble', async () => {
  const nowhere = new StripeProvider({ ...stripe.settings, apiBase: 'http://127.0.0.1:1' }, { networkRetries: 0 });
  await expect(nowhere.methods(providerCustomerId)).rejects.toMatchObject({
    code: 'provider_unreachable',
    retryable: true,
  });
});
