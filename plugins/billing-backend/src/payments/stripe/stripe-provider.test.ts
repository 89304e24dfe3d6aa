import { openStripeCustomer, STRIPE_CUSTOMER } from '../../testing/stripe-customer';
import type { StripeCustomer } from '../../testing/stripe-customer';
import { StripeProvider } from './stripe-provider';

const HOUR = 3_600_000;
const CUSTOMER = STRIPE_CUSTOMER;

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

const checkoutOf: StripeCustomer['checkoutOf'] = about => world.checkoutOf(about);
const paid: StripeCustomer['paid'] = about => world.paid(about);
const chargeOf: StripeCustomer['chargeOf'] = (methodId, paymentId) => world.chargeOf(methodId, paymentId);

describe('customers', () => {
  test('an organization is one customer, whatever it is called by then', async () => {
    const again = await provider.openCustomer({ ...CUSTOMER, name: 'Ada & Friends' });
    expect(again).toEqual({ providerCustomerId });
    // Found by the search by now, when the key is long forgotten.
    await clock.advance(48 * HOUR);
    expect(await provider.openCustomer(CUSTOMER)).toEqual({ providerCustomerId });
    expect(stripe.account.all('customer')).toMatchObject([{ name: CUSTOMER.name, email: CUSTOMER.email }]);
    expect(await provider.openCustomer({ ...CUSTOMER, organizationId: 'org_b', email: null })).not.toEqual({
      providerCustomerId,
    });
  });

  test('asked for many times at once, it is still one', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => provider.openCustomer({ ...CUSTOMER, organizationId: 'org_c' })),
    );
    expect(new Set(answers.map(answer => answer.providerCustomerId)).size).toBe(1);
    expect(stripe.account.all('customer')).toHaveLength(2);
  });

  test('has a page of its own at Stripe', async () => {
    const { url } = await provider.openPortal({ providerCustomerId, returnUrl: 'https://portal.example/billing' });
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/p\/session\//);
    await expect(
      provider.openPortal({ providerCustomerId: 'cus_gone', returnUrl: 'https://portal.example' }),
    ).rejects.toMatchObject({ code: 'resource_missing', retryable: false });
  });
});

describe('a checkout', () => {
  test('is opened, paid, and known by our own id', async () => {
    const opened = await provider.openCheckout(checkoutOf());
    expect(opened).toEqual({
      providerSessionId: expect.stringMatching(/^cs_test_/),
      url: expect.stringContaining('/c/pay/cs_test_'),
      expiresAt: clock.now() + HOUR,
    });
    const facts = {
      paymentId: 'pay_1',
      providerSessionId: opened.providerSessionId,
      amount: 25_000_000n,
      currency: 'USD',
    };
    expect(await provider.checkout(opened.providerSessionId)).toEqual({
      ...facts,
      providerPaymentId: null,
      state: 'open',
      failure: null,
      method: null,
    });
    stripe.pay(opened.providerSessionId);
    expect(await provider.checkout(opened.providerSessionId)).toEqual({
      ...facts,
      providerPaymentId: expect.stringMatching(/^pi_/),
      state: 'paid',
      failure: null,
      method: {
        methodId: expect.stringMatching(/^pm_/),
        brand: 'visa',
        last4: '4242',
        expiresMonth: 12,
        expiresYear: 2034,
      },
    });
    expect(await provider.methods(providerCustomerId)).toEqual([]);
  });

  test('asked for twice at once and again after a crash is one', async () => {
    const request = checkoutOf();
    const opened = await Promise.all([provider.openCheckout(request), provider.openCheckout(request)]);
    await clock.advance(HOUR / 4);
    opened.push(await provider.openCheckout(request));
    expect(new Set(opened.map(one => one.providerSessionId)).size).toBe(1);
    expect(stripe.account.all('checkout.session')).toHaveLength(1);
    await expect(provider.openCheckout({ ...request, amount: 26_000_000n })).rejects.toMatchObject({
      code: 'idempotency_conflict',
      retryable: false,
    });
  });

  test('stays open when a card is declined, and says why', async () => {
    const { providerSessionId } = await provider.openCheckout(checkoutOf());
    expect(stripe.pay(providerSessionId, 'insufficient_funds')).toBe(false);
    expect(await provider.checkout(providerSessionId)).toMatchObject({
      state: 'open',
      failure: { code: 'insufficient_funds', message: 'The card does not have enough money for this payment.' },
    });
    stripe.pay(providerSessionId);
    expect(await provider.checkout(providerSessionId)).toMatchObject({ state: 'paid', failure: null });
  });

  test('paid by a debit is pending for days, and ends either way', async () => {
    const [first, second] = await Promise.all([
      provider.openCheckout(checkoutOf()),
      provider.openCheckout(checkoutOf({ paymentId: 'pay_2' })),
    ]);
    for (const { providerSessionId } of [first, second]) {
      stripe.pay(providerSessionId, 'sepa_debit');
      expect(await provider.checkout(providerSessionId)).toMatchObject({ state: 'pending' });
    }
    stripe.settle(first.providerSessionId, 'paid');
    stripe.settle(second.providerSessionId, 'failed');
    expect(await provider.checkout(first.providerSessionId)).toMatchObject({
      state: 'paid',
      method: { brand: 'sepa_debit', last4: '3000', expiresMonth: null },
    });
    expect(await provider.checkout(second.providerSessionId)).toMatchObject({
      state: 'failed',
      failure: { code: 'insufficient_funds' },
    });
  });

  test('expires by itself, or is closed; one that was paid stays paid', async () => {
    const first = await provider.openCheckout(checkoutOf());
    const second = await provider.openCheckout(checkoutOf({ paymentId: 'pay_2' }));
    expect(await provider.closeCheckout(first.providerSessionId)).toMatchObject({ state: 'expired' });
    expect(await provider.closeCheckout(first.providerSessionId)).toMatchObject({ state: 'expired' });
    stripe.pay(second.providerSessionId);
    expect(await provider.closeCheckout(second.providerSessionId)).toMatchObject({ state: 'paid' });
    const third = await provider.openCheckout(checkoutOf({ paymentId: 'pay_3' }));
    await clock.advance(HOUR);
    expect(await provider.checkout(third.providerSessionId)).toMatchObject({ state: 'expired' });
    expect(await provider.checkout('cs_test_of_another')).toBeNull();
    await expect(provider.closeCheckout('cs_test_of_another')).rejects.toMatchObject({ retryable: false });
  });

  test('of a thing that is not ours is nobody’s', async () => {
    const { providerSessionId } = await provider.openCheckout(checkoutOf());
    stripe.account.session(providerSessionId).metadata = {};
    expect(await provider.checkout(providerSessionId)).toBeNull();
  });

  test('that cannot be is refused before it is asked for', async () => {
    const asked = stripe.requests.length;
    await expect(provider.openCheckout(checkoutOf({ amount: 25_005_000n }))).rejects.toMatchObject({
      code: 'amount_not_payable',
    });
    await expect(provider.openCheckout(checkoutOf({ amount: 100_000n }))).rejects.toMatchObject({
      code: 'amount_out_of_range',
    });
    expect(stripe.requests).toHaveLength(asked);
    // Stripe's own clock decides about this one; nothing is kept under the key.
    await expect(provider.openCheckout(checkoutOf({ expiresAt: clock.now() + HOUR / 4 }))).rejects.toMatchObject({
      code: 'provider_refused',
      retryable: false,
    });
    await provider.openCheckout(checkoutOf());
  });

  test('of other currencies has their own units', async () => {
    for (const [currency, amount, unitAmount] of [
      ['JPY', 3_000_000_000n, 3_000],
      ['BHD', 12_340_000n, 12_340],
      ['ISK', 5_000_000_000n, 500_000],
    ] as const) {
      const { providerSessionId } = await provider.openCheckout(
        checkoutOf({ paymentId: `pay_${currency}`, amount, currency }),
      );
      expect(stripe.account.session(providerSessionId)).toMatchObject({
        amount_total: unitAmount,
        currency: currency.toLowerCase(),
      });
      stripe.pay(providerSessionId);
      expect(await provider.checkout(providerSessionId)).toMatchObject({ state: 'paid', amount, currency });
    }
  });
});

describe('a saved card', () => {
  test('is kept by a checkout that says so, listed, and removed by its owner alone', async () => {
    await paid({ savesMethod: true });
    const [method] = await provider.methods(providerCustomerId);
    expect(method).toMatchObject({ brand: 'visa', last4: '4242' });
    const methodId = method?.methodId ?? '';
    const other = await provider.openCustomer({ ...CUSTOMER, organizationId: 'org_b' });
    await provider.removeMethod({ ...other, methodId });
    expect(await provider.methods(providerCustomerId)).toHaveLength(1);
    await provider.removeMethod({ providerCustomerId, methodId });
    await provider.removeMethod({ providerCustomerId, methodId });
    expect(await provider.methods(providerCustomerId)).toEqual([]);
  });

  test('is charged once, however often and however late it is asked for', async () => {
    const charge = chargeOf(stripe.saveCard(providerCustomerId));
    const facts = await provider.chargeSaved(charge);
    expect(facts).toMatchObject({
      paymentId: 'pay_auto',
      providerSessionId: null,
      providerPaymentId: expect.stringMatching(/^pi_/),
      state: 'paid',
      amount: 10_000_000n,
      method: { last4: '4242' },
    });
    expect(await provider.chargeSaved(charge)).toEqual(facts);
    // Stripe has forgotten the key.
    await clock.advance(48 * HOUR);
    expect(await provider.chargeSaved(charge)).toEqual(facts);
    expect(await provider.savedCharge(charge)).toEqual(facts);
    expect(stripe.receivedFrom(providerCustomerId)).toBe(1_000);
  });

  test('charged by several at once is charged once', async () => {
    const charge = chargeOf(stripe.saveCard(providerCustomerId));
    const outcomes = await Promise.all(Array.from({ length: 5 }, () => provider.chargeSaved(charge)));
    expect(new Set(outcomes.map(one => one.providerPaymentId)).size).toBe(1);
    expect(stripe.receivedFrom(providerCustomerId)).toBe(1_000);
  });

  test.each([
    ['confirmed_only', 'authentication_required', /confirmed by the cardholder/],
    ['emptied', 'insufficient_funds', /not have enough money/],
    ['declined', 'card_declined', /declined/],
  ] as const)('that is %s fails in words', async (card, code, message) => {
    const charge = chargeOf(stripe.saveCard(providerCustomerId, card));
    const facts = await provider.chargeSaved(charge);
    expect(facts).toMatchObject({ state: 'failed', failure: { code, message: expect.stringMatching(message) } });
    expect(await provider.chargeSaved(charge)).toMatchObject({ state: 'failed', failure: { code } });
    expect(await provider.savedCharge(charge)).toMatchObject({ state: 'failed', failure: { code } });
    expect(stripe.receivedFrom(providerCustomerId)).toBe(0);
  });

  test('of another customer cannot be charged', async () => {
    const other = await provider.openCustomer({ ...CUSTOMER, organizationId: 'org_b' });
    const charge = chargeOf(stripe.saveCard(other.providerCustomerId));
    await expect(provider.chargeSaved(charge)).rejects.toMatchObject({ retryable: false });
    expect(await provider.savedCharge(charge)).toBeNull();
  });

  test('is found among many payments', async () => {
    const methodId = stripe.saveCard(providerCustomerId);
    for (let index = 0; index < 130; index += 1) {
      await stripePayment(methodId, `pay_${index}`);
    }
    expect(await provider.savedCharge({ providerCustomerId, paymentId: 'pay_0' })).toMatchObject({
      paymentId: 'pay_0',
    });
    expect(await provider.savedCharge({ providerCustomerId, paymentId: 'pay_none' })).toBeNull();
  });

  const stripePayment = async (methodId: string, paymentId: string) => {
    const first = stripe.account.all('payment_intent')[0];
    if (first === undefined) return void (await provider.chargeSaved(chargeOf(methodId, paymentId)));
    stripe.account.keep({
      ...structuredClone(first),
      id: stripe.account.id('pi'),
      metadata: { payment_id: paymentId },
    });
  };
});

describe('a refund', () => {
  const refundOf = (providerPaymentId: string, amount = 5_000_000n, refundId = 'refund_1') => ({
    refundId,
    providerPaymentId,
    amount,
    currency: 'USD',
  });

  test('is made once, however often and however late it is asked for', async () => {
    const { providerPaymentId } = await paid();
    const refund = refundOf(providerPaymentId);
    const facts = await provider.refund(refund);
    expect(facts).toEqual({
      refundId: 'refund_1',
      providerRefundId: expect.stringMatching(/^re_/),
      providerPaymentId,
      state: 'succeeded',
      amount: 5_000_000n,
      currency: 'USD',
      failure: null,
    });
    await Promise.all([provider.refund(refund), provider.refund(refund)]);
    await clock.advance(48 * HOUR);
    expect(await provider.refund(refund)).toEqual(facts);
    expect(await provider.refundOf(refund)).toEqual(facts);
    expect(await provider.refundOf({ ...refund, refundId: 'refund_2' })).toBeNull();
    expect(stripe.receivedFrom(providerCustomerId)).toBe(2_000);
  });

  test('is pending, then ends, and may come back from the bank', async () => {
    const { providerPaymentId } = await paid();
    stripe.behaviour.refundsBegin = 'pending';
    const refund = refundOf(providerPaymentId);
    const { providerRefundId, state } = await provider.refund(refund);
    expect(state).toBe('pending');
    stripe.endRefund(providerRefundId, 'succeeded');
    expect(await provider.refundOf(refund)).toMatchObject({ state: 'succeeded' });
    stripe.endRefund(providerRefundId, 'failed');
    expect(await provider.refundOf(refund)).toMatchObject({
      state: 'failed',
      failure: 'The card is not in use any more, so the bank sent the money back.',
    });
    expect(stripe.receivedFrom(providerCustomerId)).toBe(2_500);
  });

  test('larger than what is left, or of a payment that is disputed, is refused', async () => {
    const { providerPaymentId } = await paid();
    await expect(provider.refund(refundOf(providerPaymentId, 25_010_000n))).rejects.toMatchObject({
      retryable: false,
      message: expect.stringContaining('greater than unrefunded amount'),
    });
    await provider.refund(refundOf(providerPaymentId, 25_000_000n, 'refund_2'));
    await expect(provider.refund(refundOf(providerPaymentId, 10_000n, 'refund_3'))).rejects.toMatchObject({
      code: 'charge_already_refunded',
      retryable: false,
    });
    const second = await paid({ paymentId: 'pay_2' });
    stripe.dispute(second.providerPaymentId);
    await expect(provider.refund(refundOf(second.providerPaymentId, 10_000n, 'refund_4'))).rejects.toMatchObject({
      code: 'charge_disputed',
      retryable: false,
    });
    await expect(provider.refund(refundOf('pi_unknown'))).rejects.toMatchObject({ code: 'resource_missing' });
    await expect(provider.refund(refundOf(providerPaymentId, 5_000n))).rejects.toMatchObject({
      code: 'amount_not_payable',
    });
  });
});

test('every POST of ours that makes something carries a key of our own id and the version we were written against', async () => {
  const { providerSessionId, providerPaymentId } = await paid();
  await provider.chargeSaved(chargeOf(stripe.saveCard(providerCustomerId)));
  await provider.refund({ refundId: 'refund_1', providerPaymentId, amount: 10_000n, currency: 'USD' });
  await provider.closeCheckout(providerSessionId);
  const making = stripe.requests.filter(
    ({ method, path }) => method === 'POST' && !/customers\/|detach|portal/.test(path),
  );
  expect(making.map(({ path, key }) => [path, key])).toEqual([
    ['/v1/customers', 'portico:customer:org_a'],
    ['/v1/checkout/sessions', 'portico:checkout:pay_1'],
    ['/v1/payment_intents', 'portico:charge:pay_auto'],
    ['/v1/refunds', 'portico:refund:refund_1'],
    [`/v1/checkout/sessions/${providerSessionId}/expire`, `portico:close:${providerSessionId}`],
  ]);
  expect(new Set(stripe.requests.map(({ version }) => version))).toEqual(new Set(['2026-10-28.endive']));
});

test('money is test money with a test key', () => {
  expect(provider.isTestMoney).toBe(true);
  expect(new StripeProvider({ secretKey: 'rk_test_x', webhookSecret: 'whsec_x' }).isTestMoney).toBe(true);
  expect(new StripeProvider({ secretKey: 'sk_live_x', webhookSecret: 'whsec_x' }).isTestMoney).toBe(false);
});
