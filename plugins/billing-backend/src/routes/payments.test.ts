import {
  cancelPayment,
  createCheckoutSession,
  getPayment,
  getPaymentSettings,
  listLedger,
  listPayments,
} from '@portico/plugin-billing/contract';
import { assertBooksBalance } from '../testing/books';
import { money, startPaying } from '../testing/paying-people';
import type { Paying } from '../testing/paying-people';

describe.each(['sqlite', 'postgres'] as const)('funds, on %s', database => {
  let portal: Paying;
  beforeAll(async () => {
    portal = await startPaying(database, { currencies: { BHD: {}, JPY: {} } });
  });
  afterEach(() => assertBooksBalance(portal.services.database.read));
  afterAll(() => portal?.stop());

  test('are added by paying at the checkout', async () => {
    const who = await portal.someone();
    const { payment, checkout_url } = await portal.begin(who, { amount: money(20), return_path: '/launch' });
    expect(payment).toMatchObject({
      kind: 'checkout',
      status: 'open',
      is_pending: false,
      amount: money(20),
      provider: 'test',
      is_test_money: true,
      return_path: '/launch',
      entry_id: null,
      created_by: who.userId,
    });
    expect(new URL(checkout_url).pathname).toBe(`/billing/test-checkout/${payment.payment_id}`);
    expect(await portal.available(who)).toBe(0n);

    await portal.decide(who, payment.payment_id, { outcome: 'paid' });
    const done = await portal.payment(who, payment.payment_id);
    expect(done).toMatchObject({
      status: 'completed',
      method: { brand: 'visa', last4: '4242' },
      refunded: money(0),
      checkout_url: null,
    });
    expect(await portal.available(who)).toBe(20_000_000n);
    const { items } = await portal.call(listLedger, { token: who.token });
    expect(items).toMatchObject([{ entry_id: done.entry_id, kind: 'top_up', amount: money(20), user_id: who.userId }]);
  });

  test.each([
    ['declined', 'card_declined'],
    ['insufficient_funds', 'insufficient_funds'],
  ] as const)('a card that is %s adds nothing, and another may be tried', async (outcome, code) => {
    const who = await portal.someone();
    const { payment } = await portal.begin(who);
    await portal.decide(who, payment.payment_id, { outcome });
    expect(await portal.payment(who, payment.payment_id)).toMatchObject({ status: 'open', failure: { code } });
    await portal.decide(who, payment.payment_id, { outcome: 'paid' });
    expect(await portal.payment(who, payment.payment_id)).toMatchObject({ status: 'completed', failure: null });
    expect(await portal.available(who)).toBe(20_000_000n);
  });

  test('a bank that takes days is waited for', async () => {
    const who = await portal.someone();
    const [settled, bounced] = [await portal.begin(who), await portal.begin(who)].map(one => one.payment.payment_id);
    for (const id of [settled, bounced]) {
      await portal.decide(who, id as string, { outcome: 'pending' });
      expect(await portal.payment(who, id as string)).toMatchObject({ status: 'open', is_pending: true });
    }
    const params = { payment_id: settled as string };
    expect((await portal.refusal(cancelPayment, { token: who.token, params })).code).toBe('payment_not_cancellable');
    await portal.decide(who, settled as string, { outcome: 'settled' });
    await portal.decide(who, bounced as string, { outcome: 'bounced' });
    expect(await portal.payment(who, settled as string)).toMatchObject({ status: 'completed', is_pending: false });
    expect(await portal.payment(who, bounced as string)).toMatchObject({
      status: 'failed',
      is_pending: false,
      failure: { code: 'bounced' },
    });
    expect(await portal.available(who)).toBe(20_000_000n);
  });

  test.each([
    ['0', 'USD', 'amount_invalid'],
    ['-5000000', 'USD', 'amount_invalid'],
    ['20000001', 'USD', 'amount_not_payable'],
    ['20005000', 'USD', 'amount_not_payable'],
    ['1000000', 'USD', 'amount_out_of_range'],
    ['10000010000', 'USD', 'amount_out_of_range'],
    ['900000000000000001', 'USD', 'amount_invalid'],
    ['9999999999999999999', 'USD', 'amount_invalid'],
    ['20000000', 'EUR', 'currency_mismatch'],
  ])('%s micro-units of %s are refused: %s', async (amount, currency, code) => {
    const who = await portal.someone();
    const refusal = await portal.refusal(createCheckoutSession, {
      token: who.token,
      body: { amount: { amount, currency, scale: 6 } },
    });
    expect([refusal.status, refusal.code]).toEqual([422, code]);
    expect(await portal.all(who)).toEqual([]);
  });

  test.each(['20.5', '1e7', '', '00', '1,000', 'NaN'])('an amount written %j is malformed', async amount => {
    const who = await portal.someone();
    const body = { amount: { amount, currency: 'USD', scale: 6 } };
    const reply = await portal.request('POST', 'payments/checkout-session', { token: who.token, body });
    expect(reply.status).toBe(400);
  });

  test.each(['//evil.example', '/\\evil.example', 'https://evil.example', '/a b', ''])(
    'nobody is led to %j',
    async return_path => {
      const who = await portal.someone();
      const body = { amount: money(20), return_path };
      const reply = await portal.request('POST', 'payments/checkout-session', { token: who.token, body });
      expect(reply.status).toBe(400);
    },
  );

  test('sent fifty times with one key is one payment, with one address', async () => {
    const who = await portal.someone();
    const replies = await Promise.all(
      Array.from({ length: 50 }, () => portal.begin(who, { amount: money(20) }, 'twice')),
    );
    for (const reply of replies) expect(reply).toEqual(replies[0]);
    expect(await portal.all(who)).toHaveLength(1);
    const other = { token: who.token, idempotencyKey: 'twice', body: { amount: money(30) } };
    expect((await portal.refusal(createCheckoutSession, other)).code).toBe('idempotency_key_reused');
  });

  test('are limited within a day', async () => {
    const who = await portal.someone();
    for (let times = 0; times < 3; times += 1) await portal.begin(who, { amount: money(1_000) });
    const body = { amount: money(20) };
    expect(await portal.refusal(createCheckoutSession, { token: who.token, body })).toMatchObject({
      status: 422,
      code: 'deposit_limit_reached',
      details: { limit: money(3_000), left: money(0) },
    });
    portal.clock.set(portal.clock.now() + 24 * 3_600_000 + 1);
    await portal.begin(who, body);
  });

  test('what was given up cannot be paid any more', async () => {
    const who = await portal.someone();
    const { payment } = await portal.begin(who);
    const params = { payment_id: payment.payment_id };
    const cancelled = await portal.call(cancelPayment, { token: who.token, params });
    expect(cancelled).toMatchObject({ status: 'cancelled', entry_id: null });
    expect(await portal.call(cancelPayment, { token: who.token, params })).toEqual(cancelled);
    const late = await portal.request('POST', `payments/test-checkout/${payment.payment_id}`, {
      token: who.token,
      body: { outcome: 'paid' },
    });
    expect([late.status, late.body.code]).toEqual([409, 'test_checkout_ended']);
    expect(await portal.available(who)).toBe(0n);
  });

  test('given up and paid at the same time, it is one of the two', async () => {
    const who = await portal.someone();
    for (let round = 0; round < 5; round += 1) {
      const before = await portal.available(who);
      const { payment } = await portal.begin(who);
      const path = `payments/${payment.payment_id}/cancel`;
      const [pay] = await Promise.all([
        portal.request('POST', `payments/test-checkout/${payment.payment_id}`, {
          token: who.token,
          body: { outcome: 'paid' },
        }),
        portal.request('POST', path, { token: who.token }),
      ]);
      const { status } = await portal.payment(who, payment.payment_id);
      expect(status).toBe(pay.status === 200 ? 'completed' : 'cancelled');
      expect((await portal.available(who)) - before).toBe(pay.status === 200 ? 20_000_000n : 0n);
    }
  });

  test('lists go page by page, newest first, by status', async () => {
    const who = await portal.someone();
    const ids: string[] = [];
    for (let count = 0; count < 5; count += 1) {
      portal.clock.set(portal.clock.now() + 1_000);
      ids.unshift((await portal.begin(who)).payment.payment_id);
    }
    await portal.decide(who, ids[2] as string, { outcome: 'paid' });
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await portal.call(listPayments, {
        token: who.token,
        query: { limit: 2, ...(cursor ? { cursor } : {}) },
      });
      seen.push(...page.items.map(item => item.payment_id));
      cursor = page.next_cursor ?? undefined;
    } while (cursor !== undefined);
    expect(seen).toEqual(ids);
    const { items } = await portal.call(listPayments, { token: who.token, query: { status: 'completed' } });
    expect(items.map(item => item.payment_id)).toEqual([ids[2]]);
  });

  test('of another organization are not there', async () => {
    const [mine, theirs] = [await portal.someone(), await portal.someone()];
    const { payment } = await portal.begin(theirs);
    const call = { token: mine.token, params: { payment_id: payment.payment_id } };
    expect((await portal.refusal(getPayment, call)).status).toBe(404);
    expect((await portal.refusal(cancelPayment, call)).status).toBe(404);
    const decision = { token: mine.token, body: { outcome: 'paid' } };
    expect((await portal.request('POST', `payments/test-checkout/${payment.payment_id}`, decision)).status).toBe(404);
    expect((await portal.payment(theirs, payment.payment_id)).status).toBe('open');
  });

  test('a form knows beforehand what may be paid', async () => {
    const who = await portal.someone();
    expect(await portal.call(getPaymentSettings, { token: who.token })).toMatchObject({
      provider: 'test',
      is_test_money: true,
      currency: 'USD',
      decimals: 2,
      deposit_min: money(10),
      deposit_max: money(1_000),
    });
  });
});
