import {
  createCustomerPortalSession,
  getBalance,
  getPaymentSession,
  receivePaymentEvent,
} from '@portico/plugin-billing/contract';
import type { DisputeFacts, PaymentFacts } from '../payments/payment-provider';
import { writeTestEvent } from '../payments/test/test-events';
import { assertBooksBalance } from '../testing/books';
import { money, startPaying } from '../testing/paying-people';
import type { Paying } from '../testing/paying-people';

const MINUTE = 60_000;

describe.each(['sqlite', 'postgres'] as const)('messages of the provider, on %s', database => {
  let portal: Paying;
  let operator: string;
  beforeAll(async () => {
    portal = await startPaying(database);
    operator = portal.operator();
  });
  afterEach(() => assertBooksBalance(portal.services.database.read));
  afterAll(() => portal?.stop());

  const facts = (paymentId: string, given: Partial<PaymentFacts> = {}): PaymentFacts => ({
    paymentId,
    providerSessionId: null,
    providerPaymentId: `tpi_${paymentId.slice(4)}`,
    state: 'paid',
    amount: 20_000_000n,
    currency: 'USD',
    failure: null,
    method: null,
    ...given,
  });
  const written = (news: PaymentFacts, at = portal.clock.now()) =>
    writeTestEvent(portal.services.secrets, { kind: 'payment', type: 'checkout.paid', facts: news }, at);
  const send = (message: { body: Uint8Array | string; signature?: string }) =>
    portal.request('POST', 'payments/webhook', {
      body: message.body,
      headers: message.signature === undefined ? {} : { 'portico-signature': message.signature },
    });
  const session = (paymentId: string) =>
    portal.call(getPaymentSession, { token: operator, params: { payment_id: paymentId } });
  const begun = async () => {
    const who = await portal.someone();
    return { who, paymentId: (await portal.begin(who)).payment.payment_id };
  };

  test('that are signed are believed, without anybody signed in, and once', async () => {
    const { who, paymentId } = await begun();
    const message = written(facts(paymentId));
    const replies = await Promise.all(Array.from({ length: 8 }, () => send(message)));
    for (const reply of replies) expect([reply.status, reply.body]).toEqual([200, { received: true }]);
    expect(await portal.available(who)).toBe(20_000_000n);
    expect((await session(paymentId)).provider_events).toMatchObject([{ type: 'checkout.paid', outcome: 'applied' }]);
    portal.clock.set(portal.clock.now() + 1);
    expect((await send(written(facts(paymentId)))).status).toBe(200);
    expect((await session(paymentId)).provider_events.map(event => event.outcome)).toEqual(['applied', 'unchanged']);
    expect(await portal.available(who)).toBe(20_000_000n);
  });

  test('that are not signed, signed by others, altered or old are refused', async () => {
    const { who, paymentId } = await begun();
    const good = written(facts(paymentId));
    const other = written(facts(paymentId, { amount: 20_000_001n }));
    const text = Buffer.from(good.body).toString();
    const bad = [
      { body: good.body },
      { body: good.body, signature: '' },
      { body: good.body, signature: other.signature },
      { body: good.body, signature: good.signature.replace(/v1=.*/, 'v1=') },
      { body: text.replace('"20000000"', '"90000000"'), signature: good.signature },
      { body: `${text} `, signature: good.signature },
      written(facts(paymentId), portal.clock.now() - 6 * MINUTE),
      written(facts(paymentId), portal.clock.now() + 6 * MINUTE),
      { body: '{}', signature: 't=1,v1=x' },
    ];
    for (const message of bad) {
      const reply = await send(message);
      expect([reply.status, reply.body.code]).toEqual([400, 'webhook_signature_invalid']);
    }
    expect((await portal.payment(who, paymentId)).status).toBe('open');
    expect((await session(paymentId)).provider_events).toEqual([]);
    expect(await portal.available(who)).toBe(0n);
  });

  test.each([
    ['less', { amount: 10_000_000n }],
    ['more', { amount: 20_010_000n }],
    ['another currency', { currency: 'EUR' }],
  ])('that say %s was paid credit nothing and ask for a person', async (_what, given) => {
    const { who, paymentId } = await begun();
    expect((await send(written(facts(paymentId, given)))).status).toBe(200);
    expect(await portal.payment(who, paymentId)).toMatchObject({
      status: 'failed',
      failure: { code: 'payment_mismatch' },
      entry_id: null,
    });
    expect(await portal.available(who)).toBe(0n);
    const raised = await portal.services.database.read.all<{ kind: string }>(
      'SELECT kind FROM platform_attention WHERE resource_id = ?',
      [paymentId],
    );
    expect(raised).toEqual([{ kind: 'payment_mismatch' }]);
    expect((await session(paymentId)).provider_events).toMatchObject([{ outcome: 'mismatch' }]);
  });

  test('of payments nobody here knows are kept and change nothing', async () => {
    expect((await send(written(facts('pay_0000000000unknown')))).status).toBe(200);
    const kept = await portal.services.database.read.all<{ outcome: string }>(
      'SELECT outcome FROM billing_payment_events WHERE payment_id = ?',
      ['pay_0000000000unknown'],
    );
    expect(kept).toEqual([{ outcome: 'unknown' }]);
  });

  test('of a dispute that come before its payment is known are told again afterwards', async () => {
    const { who, paymentId } = await begun();
    const dispute: DisputeFacts = {
      providerDisputeId: `tdp_${paymentId.slice(4)}`,
      providerPaymentId: `tpi_${paymentId.slice(4)}`,
      state: 'open',
      amount: 20_000_000n,
      currency: 'USD',
      reason: 'fraudulent',
      respondBy: null,
    };
    const news = { kind: 'dispute', type: 'dispute.created', facts: dispute } as const;
    const early = writeTestEvent(portal.services.secrets, news, portal.clock.now());
    expect((await send(early)).status).toBe(200);
    await portal.decide(who, paymentId, { outcome: 'paid' });
    expect(await session(paymentId)).toMatchObject({
      status: 'completed',
      disputes: [{ status: 'open', amount: money(20) }],
      entries: [{ kind: 'top_up' }, { kind: 'dispute' }],
    });
    expect(await portal.available(who)).toBe(0n);
    expect((await send(early)).status).toBe(200);
    expect((await session(paymentId)).disputes).toHaveLength(1);
  });

  test('of a card whose owner disputes everything take the money back', async () => {
    const who = await portal.someone();
    const payment = await portal.paid(who, { amount: money(20) }, '0259');
    expect(payment.status).toBe('completed');
    expect(await portal.available(who)).toBe(0n);
    expect((await session(payment.payment_id)).disputes).toMatchObject([{ status: 'open', reason: 'fraudulent' }]);
  });

  test('may have fields nobody knows and must be JSON', async () => {
    const reply = await portal.request('POST', 'payments/webhook', { body: { anything: [1, { at: 'all' }] } });
    expect([reply.status, reply.body.code]).toEqual([400, 'webhook_signature_invalid']);
    expect((await send({ body: '[' })).status).toBe(400);
  });
});

describe('a portal that takes no payments', () => {
  let portal: Paying;
  beforeAll(async () => {
    portal = await startPaying('postgres', { payments: { provider: 'auto' } });
  });
  afterAll(() => portal?.stop());

  test('says so, and works otherwise', async () => {
    const who = await portal.someone();
    const { token } = who;
    const off = { status: 409, code: 'payments_off' };
    const checkout = await portal.request('POST', 'payments/checkout-session', { token, body: { amount: money(20) } });
    expect([checkout.status, checkout.body.code]).toEqual([off.status, off.code]);
    expect(
      await portal.refusal(createCustomerPortalSession, { token, body: { return_path: '/billing' } }),
    ).toMatchObject(off);
    expect(await portal.refusal(receivePaymentEvent, { body: {} })).toMatchObject(off);
    expect((await portal.request('GET', 'payments/methods', { token })).body.code).toBe('payments_off');
    expect((await portal.request('GET', 'payments/settings', { token })).body).toMatchObject({
      provider: null,
      is_test_money: false,
    });
    expect(await portal.all(who)).toEqual([]);
    expect((await portal.call(getBalance, { token })).available).toEqual(money(0));
  });
});
