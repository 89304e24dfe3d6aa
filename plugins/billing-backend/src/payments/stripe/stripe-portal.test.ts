import {
  cancelPayment,
  createCustomerPortalSession,
  getPayment,
  listPaymentMethods,
  setAutoTopUp,
} from '@portico/plugin-billing/contract';
import { newId } from '@portico/plugin-kit/contract';
import { waitFor } from '@portico/plugin-kit/testing';
import { assertBooksBalance } from '../../testing/books';
import type { StripeEvent } from '../../testing/stripe-double/stripe-objects';
import { startStripePortal } from '../../testing/stripe-portal';
import type { Payer, StripePortal } from '../../testing/stripe-portal';
import { tellStripeStory } from '../../testing/stripe-story';

/** Stories told here: each takes a second or two, and the soak tells hundreds. */
const STORIES = { sqlite: 3, postgres: 2 } as const;
const STORIES_MILLISECONDS = 120_000;
const HOUR = 3_600_000;
const usd = (cents: number) => ({ amount: (cents * 10_000).toString(), currency: 'USD', scale: 6 }) as const;

describe.each(['sqlite', 'postgres'] as const)('a portal with Stripe on %s', database => {
  let portal: StripePortal;
  let payer: Payer;
  beforeAll(async () => {
    portal = await startStripePortal(database);
  });
  beforeEach(async () => {
    payer = await portal.payer();
  });
  afterEach(async () => {
    portal.stripe.faults = () => null;
    await portal.stripe.deliveries.deliverAll();
    await assertBooksBalance(portal.books);
  });
  afterAll(() => portal?.stop());

  const lastEvent = (type: string): StripeEvent => {
    const event = portal.stripe.account.events.findLast(one => one.type === type);
    if (event === undefined) throw new Error(`nothing was told of ${type}`);
    return event;
  };
  const post = async (body: string, signature?: string) =>
    portal.backend.request('POST', 'payments/webhook', {
      body,
      headers: signature === undefined ? {} : { 'stripe-signature': signature },
    });
  const paymentOf = (paymentId: string) =>
    portal.backend.call(getPayment, { token: payer.token, params: { payment_id: paymentId } });
  const attention = (kind: string) =>
    portal.books.all<{ message: string }>('SELECT message FROM platform_attention WHERE kind = ?', [kind]);

  test(
    'events shuffled, repeated, lost and told again give the balance that Stripe has',
    async () => {
      for (let seed = 0; seed < STORIES[database]; seed += 1) await tellStripeStory(portal, seed);
      // The stories had something in them.
      const types = new Set(portal.stripe.account.events.map(event => event.type));
      const everything = [
        'checkout.session.completed',
        'checkout.session.async_payment_succeeded',
        'payment_intent.payment_failed',
        'refund.updated',
        'charge.dispute.created',
        'charge.dispute.closed',
      ];
      expect(everything.filter(type => !types.has(type))).toEqual([]);
    },
    STORIES_MILLISECONDS,
  );

  test('a payment is opened at Stripe, paid there, and in the balance once it is told, however often', async () => {
    const { paymentId, sessionId } = await portal.begin(payer, 2_500);
    expect(await paymentOf(paymentId)).toMatchObject({
      status: 'open',
      provider: 'stripe',
      is_test_money: true,
      amount: usd(2_500),
      checkout_url: portal.stripe.account.session(sessionId).url,
    });
    portal.stripe.pay(sessionId);
    const events = portal.stripe.deliveries.pending;
    const statuses = await Promise.all(
      Array.from({ length: 4 }).flatMap(() => events.map(event => portal.stripe.deliveries.deliver(event))),
    );
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(await portal.position(payer)).toBe(2_500n);
    expect(await paymentOf(paymentId)).toMatchObject({ status: 'completed', checkout_url: null });
  });

  test('a message that nobody signed, or signed long ago, is 400 and changes nothing', async () => {
    const { paymentId, sessionId } = await portal.begin(payer, 2_500);
    portal.stripe.pay(sessionId);
    const { deliveries } = portal.stripe;
    const event = lastEvent('checkout.session.completed');
    const { body, signature } = deliveries.message(event);
    const old = deliveries.message(event, { at: portal.clock.now() - 301_000 });
    const forged = deliveries.message(event, { secret: 'whsec_of_somebody' });
    for (const [bytes, signed] of [
      [body, undefined],
      [body, 'nonsense'],
      [`${body} `, signature],
      [body.replaceAll('2500', '9900'), signature],
      [old.body, old.signature],
      [forged.body, forged.signature],
    ] as const) {
      const reply = await post(bytes, signed);
      expect({ status: reply.status, code: reply.body['code'] }).toEqual({
        status: 400,
        code: 'webhook_signature_invalid',
      });
    }
    expect(await portal.position(payer)).toBe(0n);
    expect(await paymentOf(paymentId)).toMatchObject({ status: 'open' });
  });

  test('of another account, another mode or another system, a message is taken and changes nothing', async () => {
    const { sessionId } = await portal.begin(payer, 2_500);
    portal.stripe.pay(sessionId);
    const event = lastEvent('checkout.session.completed');
    const session = event.data.object;
    const others = [
      { ...event, id: 'evt_1', account: 'acct_of_another' },
      { ...event, id: 'evt_2', livemode: true },
      { ...event, id: 'evt_3', data: { object: { ...session, metadata: { payment_id: newId('pay') } } } },
      { ...event, id: 'evt_4', data: { object: { ...session, metadata: {} } } },
      { ...event, id: 'evt_5', type: 'invoice.paid' },
    ] as StripeEvent[];
    for (const other of others) expect(await portal.stripe.deliveries.deliver(other)).toBe(200);
    expect(await portal.position(payer)).toBe(0n);
  });

  test.each([
    ['currency', { currency: 'eur' }],
    ['amount', { amount_total: 9_900 }],
  ])('paid in another %s than asked for, nothing is credited and somebody looks', async (_, wrong) => {
    const { paymentId, sessionId } = await portal.begin(payer, 2_500);
    portal.stripe.pay(sessionId);
    const event = lastEvent('checkout.session.completed');
    await portal.stripe.deliveries.deliver({
      ...event,
      data: { object: { ...event.data.object, ...wrong } },
    } as StripeEvent);
    expect(await portal.position(payer)).toBe(0n);
    expect(await paymentOf(paymentId)).toMatchObject({ status: 'failed', failure: { code: 'payment_mismatch' } });
    expect((await attention('payment_mismatch')).some(item => item.message.includes(paymentId))).toBe(true);
  });

  test('of a payment whose messages never came one learns by asking', async () => {
    const [paid, left] = [await portal.begin(payer, 2_500), await portal.begin(payer, 1_000)];
    portal.stripe.pay(paid.sessionId);
    await portal.stripe.deliveries.deliverAll({ random: () => 0, losses: 1 });
    expect(await portal.position(payer)).toBe(0n);
    await portal.settle();
    expect(await portal.statuses(payer)).toEqual({ [paid.paymentId]: 'completed', [left.paymentId]: 'expired' });
    expect(await portal.position(payer)).toBe(2_500n);
  });

  test('refunds and disputes of the dashboard whose messages never came are read up', async () => {
    const [first, second] = [await portal.begin(payer, 2_500), await portal.begin(payer, 4_000)];
    for (const { sessionId } of [first, second]) portal.stripe.pay(sessionId);
    await portal.stripe.deliveries.deliverAll();
    portal.stripe.refundByHand(portal.stripe.account.session(first.sessionId).payment_intent ?? '', 700);
    portal.stripe.dispute(portal.stripe.account.session(second.sessionId).payment_intent ?? '', { amount: 3_000 });
    await portal.stripe.deliveries.deliverAll({ random: () => 0, losses: 1 });
    // Stripe away meanwhile is no reason to forget them.
    portal.stripe.failNext('overloaded', /^GET .v1.events/);
    await waitFor(async () => {
      await portal.clock.advance(60_000);
      return (await portal.position(payer)) === 2_800n;
    }, 'the books to know');
    expect(portal.received(payer)).toBe(2_800n);
    // Told after all, it is known.
    await portal.stripe.deliveries.deliverAgain();
    expect(await portal.position(payer)).toBe(2_800n);
  });

  test('cards are changed on pages of Stripe, once these are switched on', async () => {
    const asked = { token: payer.token, body: { return_path: '/billing' } };
    portal.stripe.behaviour.portalConfigured = false;
    const missing = await portal.backend.refusal(createCustomerPortalSession, asked);
    portal.stripe.behaviour.portalConfigured = true;
    expect(missing).toMatchObject({ status: 409, code: 'payment_portal_missing' });
    const opened = await portal.backend.call(createCustomerPortalSession, asked);
    expect(opened.url).toContain('/p/session/');
  });

  test('while Stripe is away the portal says so, and what was begun is found again', async () => {
    portal.stripe.faults = ({ path }) => (path === '/v1/checkout/sessions' ? 'overloaded' : null);
    const body = { amount: usd(2_500) };
    const headers = { 'idempotency-key': newId('corr') };
    const begin = () =>
      portal.backend.request('POST', 'payments/checkout-session', { token: payer.token, headers, body });
    const away = await begin();
    expect({ status: away.status, code: away.body['code'] }).toEqual({ status: 503, code: 'payments_unavailable' });
    portal.stripe.failNext('reply_lost', /^POST .v1.checkout.sessions$/, 3);
    expect((await begin()).status).toBe(503);
    portal.stripe.faults = () => null;
    const reply = await begin();
    expect(reply.status).toBe(201);
    const { payment_id: paymentId } = reply.body['payment'] as { payment_id: string };
    const sessions = portal.stripe.account
      .all('checkout.session')
      .filter(session => session.metadata?.['payment_id'] === paymentId);
    expect(sessions).toHaveLength(1);
    portal.stripe.pay(sessions[0]?.id ?? '');
    await portal.stripe.deliveries.deliverAll();
    expect(await portal.position(payer)).toBe(2_500n);
  });

  test('cancelled while the customer paid, it is paid', async () => {
    const { paymentId, sessionId } = await portal.begin(payer, 2_500);
    portal.stripe.pay(sessionId);
    const cancelled = await portal.backend.call(cancelPayment, {
      token: payer.token,
      params: { payment_id: paymentId },
    });
    expect(cancelled).toMatchObject({ status: 'completed' });
    expect(await portal.position(payer)).toBe(2_500n);
  });

  test('two refunds at once of the same payment come to no more than it was', async () => {
    const { paymentId, sessionId } = await portal.begin(payer, 2_500);
    portal.stripe.pay(sessionId);
    await portal.stripe.deliveries.deliverAll();
    await Promise.all([1_500, 1_500, 1_500].map(cents => portal.refund(payer, paymentId, cents)));
    await portal.settle();
    await portal.stripe.deliveries.deliverAll();
    expect(await portal.position(payer)).toBe(1_000n);
    expect(portal.received(payer)).toBe(1_000n);
  });

  test('a saved card tops up by itself; one that wants its owner fails in words and is not tried for ever', async () => {
    const { sessionId } = await portal.begin(payer, 2_500, { saveMethod: true });
    portal.stripe.pay(sessionId, 'confirmed_only');
    await portal.stripe.deliveries.deliverAll();
    const methods = await portal.backend.call(listPaymentMethods, { token: payer.token });
    expect(methods.items).toMatchObject([{ brand: 'visa', last4: '3155' }]);
    const good = portal.stripe.saveCard(portal.stripe.account.session(sessionId).customer ?? '');
    const arrange = (methodId: string) =>
      portal.backend.call(setAutoTopUp, {
        token: payer.token,
        body: {
          enabled: true,
          threshold: usd(3_000),
          amount: usd(2_000),
          monthly_limit: usd(20_000),
          method_id: methodId,
        },
      });
    await arrange(methods.items[0]?.method_id ?? '');
    const failed = await waitFor(async () => {
      await portal.clock.advance(10_000);
      return portal.books.first<{ failure_code: string; failure_message: string }>(
        `SELECT failure_code, failure_message FROM billing_payments WHERE organization_id = ? AND kind = 'auto_top_up' AND status = 'failed'`,
        [payer.organizationId],
      );
    }, 'the charge to fail');
    expect(failed).toEqual({
      failure_code: 'authentication_required',
      failure_message: expect.stringContaining('confirmed by the cardholder'),
    });
    expect(await portal.position(payer)).toBe(2_500n);

    await arrange(good);
    await waitFor(async () => {
      await portal.clock.advance(HOUR);
      return (await portal.position(payer)) === 4_500n;
    }, 'the top-up to arrive');
    await portal.stripe.deliveries.deliverAll();
    expect(portal.received(payer)).toBe(4_500n);
  });
});
