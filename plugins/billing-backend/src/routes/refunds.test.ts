import { disableUser } from '@portico/plugin-access/contract';
import {
  approveRefund,
  createCheckoutSession,
  decideRefund,
  decideTestCheckout,
  getAnyRefund,
  getRefund,
  listAllRefunds,
  listDisputes,
  listLedger,
  listPaymentMethods,
  listRefunds,
  previewRefund,
  previewUserRefund,
  refundUser,
  requestRefund,
  setAutoTopUp,
} from '@portico/plugin-billing/contract';
import { billingPortRef } from '@portico/plugin-billing/port';
import { newId } from '@portico/plugin-kit/contract';
import { startTestBackend, waitFor } from '@portico/plugin-kit/testing';
import { assertBooksBalance } from '../testing/books';
import { money, PAYER, startPaying } from '../testing/paying-people';
import type { Paying } from '../testing/paying-people';

const CUSTOMER = [...PAYER, 'billing.refund.read', 'billing.refund.request'] as const;
const OPERATOR = [
  'billing.payment.read_any',
  'billing.refund.read_any',
  'billing.refund.manage_any',
  'billing.refund.approve_any',
] as const;
const DAY = 86_400_000;

describe.each(['sqlite', 'postgres'] as const)('refunds, on %s', database => {
  let portal: Paying;
  beforeAll(async () => {
    portal = await startPaying(database);
  });
  afterEach(() => assertBooksBalance(portal.services.database.read));
  afterAll(() => portal?.stop());

  const customer = async () => {
    const who = await portal.someone(CUSTOMER);
    const { departmentId, projectId } = who.caller;
    portal.access.homes.set(`${who.organizationId} ${who.userId}`, { departmentId, projectId });
    return who;
  };
  const operator = () => portal.signInAs({ permissions: OPERATOR, sessionId: newId('sess') });
  type Who = Awaited<ReturnType<typeof customer>>;

  const ask = (who: Who, paymentId: string, units: number | string, idempotencyKey?: string) =>
    portal.call(requestRefund, {
      token: who.token,
      body: { payment_id: paymentId, amount: money(units), reason: 'not needed after all' },
      ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    });
  const settled = (who: Who, refundId: string) =>
    waitFor(async () => {
      const refund = await portal.call(getRefund, { token: who.token, params: { refund_id: refundId } });
      return refund.settlement === 'pending' ? undefined : refund;
    });

  test('are previewed, asked for, sent to the card and told of', async () => {
    const who = await customer();
    const { payment_id: paymentId } = await portal.paid(who, { amount: money(50) });
    expect(await portal.call(previewRefund, { token: who.token, body: { payment_id: paymentId } })).toMatchObject({
      amount: money(50),
      outcome: 'provider_refund',
      waits_for: null,
      refundable: money(50),
      left_of_payment: money(50),
      unspent: money(50),
      window_ends_at: new Date(portal.clock.now() + 30 * DAY).toISOString(),
      card: { brand: 'visa', last4: '4242' },
    });
    const asked = await ask(who, paymentId, 20);
    expect(asked).toMatchObject({
      payment_id: paymentId,
      amount: money(20),
      status: 'provider_refund',
      settlement: 'pending',
      waits_for: null,
      made_by: 'customer',
      outcome_text: '$20.00 goes back to Visa •••• 4242; banks take 5 to 10 days to show it.',
    });
    expect(await portal.available(who)).toBe(30_000_000n);
    expect(await settled(who, asked.refund_id)).toMatchObject({ status: 'provider_refund', settlement: 'succeeded' });
    expect((await portal.payment(who, paymentId)).refunded).toEqual(money(20));
    const { items } = await portal.call(listRefunds, { token: who.token, query: { payment_id: paymentId } });
    expect(items.map(one => one.refund_id)).toEqual([asked.refund_id]);
    const kinds = (await portal.call(listLedger, { token: who.token })).items.map(entry => entry.kind);
    expect(kinds.sort()).toEqual(['refund', 'refund_settlement', 'top_up']);
  });

  test('submitted twice with one key are one, and in parallel with two keys no more than was paid', async () => {
    const who = await customer();
    const { payment_id: paymentId } = await portal.paid(who, { amount: money(50) });
    const key = newId('corr');
    const [first, second] = await Promise.all([ask(who, paymentId, 10, key), ask(who, paymentId, 10, key)]);
    expect(second).toEqual(first);
    const another = { payment_id: paymentId, amount: money(11), reason: 'more' };
    expect(await portal.refusal(requestRefund, { token: who.token, body: another, idempotencyKey: key })).toMatchObject(
      { status: 422, code: 'idempotency_key_reused' },
    );
    const outcomes = await Promise.allSettled([ask(who, paymentId, 40), ask(who, paymentId, 40)]);
    expect(outcomes.map(one => one.status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await portal.available(who)).toBe(0n);
  });

  test.each([
    ['0', 'USD', 'amount_out_of_range'],
    ['-1000000', 'USD', 'amount_out_of_range'],
    ['1000001', 'USD', 'amount_not_payable'],
    ['9223372036854775808', 'USD', 'amount_out_of_range'],
    ['1000000', 'EUR', 'currency_mismatch'],
    ['50010000', 'USD', 'refund_exceeds_payment'],
  ])('of %s %s are refused as %s, in the preview too', async (amount, currency, code) => {
    const who = await customer();
    const { payment_id } = await portal.paid(who, { amount: money(50) });
    const body = { payment_id, amount: { amount, currency, scale: 6 as const } };
    const refusals = [
      await portal.refusal(requestRefund, { token: who.token, body: { ...body, reason: 'no' } }),
      await portal.refusal(previewRefund, { token: who.token, body }),
    ];
    for (const refusal of refusals) expect(refusal).toMatchObject({ status: 422, code });
    expect(await portal.available(who)).toBe(50_000_000n);
  });

  test('that a card does not take come back to the balance', async () => {
    const who = await customer();
    const { payment_id: paymentId } = await portal.paid(who, { amount: money(50) }, '5126');
    const { refund_id: refundId } = await ask(who, paymentId, 50);
    expect(await settled(who, refundId)).toMatchObject({
      status: 'internal_credit',
      settlement: 'failed',
      outcome_text: '$50.00 could not be sent to Visa •••• 5126; it is in the balance again.',
    });
    expect(await portal.available(who)).toBe(50_000_000n);
    expect((await portal.payment(who, paymentId)).refunded).toEqual(money(0));
  });

  test('of others are not there', async () => {
    const [who, other] = [await customer(), await customer()];
    const { payment_id: paymentId } = await portal.paid(who, { amount: money(50) });
    const { refund_id } = await ask(who, paymentId, 5);
    const body = { payment_id: paymentId, amount: money(5), reason: 'mine' };
    expect(await portal.refusal(requestRefund, { token: other.token, body })).toMatchObject({ status: 404 });
    expect(await portal.refusal(getRefund, { token: other.token, params: { refund_id } })).toMatchObject({
      status: 404,
    });
    expect((await portal.call(listRefunds, { token: other.token })).items).toEqual([]);
    const { token } = operator();
    const unknown = { params: { user_id: newId('usr') }, body: { amount: money(5), reason: 'no such user' } };
    expect(await portal.refusal(refundUser, { token, ...unknown })).toMatchObject({ status: 404 });
    const elsewhere = { params: { user_id: other.userId }, body };
    expect(await portal.refusal(refundUser, { token, ...elsewhere })).toMatchObject({ status: 404 });
  });

  test('by the platform say what they become, and become it', async () => {
    const who = await customer();
    await portal.paid(who, { amount: money(50) });
    const { token } = operator();
    const params = { user_id: who.userId };
    const preview = await portal.call(previewUserRefund, { token, params, body: { amount: money(60) } });
    expect(preview).toMatchObject({ outcome: 'internal_credit', waits_for: null, payment_id: null });
    const body = { amount: money(60), reason: 'the node was slow', expected_outcome: 'provider_refund' } as const;
    expect(await portal.refusal(refundUser, { token, params, body })).toMatchObject({
      status: 409,
      code: 'refund_outcome_changed',
      details: { outcome: 'internal_credit' },
    });
    const given = await portal.call(refundUser, {
      token,
      params,
      body: { ...body, expected_outcome: 'internal_credit' },
    });
    expect(given).toMatchObject({
      status: 'internal_credit',
      settlement: null,
      made_by: 'platform',
      organization_id: who.organizationId,
      user_id: who.userId,
      outcome_text: expect.stringContaining('was added to the balance as a credit'),
    });
    expect(await portal.available(who)).toBe(110_000_000n);
    // What one person gives within a day counts together.
    const all = { params, body: { amount: money(50), reason: 'all of it' } };
    expect(await portal.call(previewUserRefund, { token, params, body: { amount: money(50) } })).toMatchObject({
      outcome: 'provider_refund',
      waits_for: 'approval',
    });
    const back = await portal.call(refundUser, { token: operator().token, ...all });
    expect(back).toMatchObject({ status: 'provider_refund', settlement: 'pending' });
    await settled(who, back.refund_id);
  });

  test('above the limit wait for a second person, who is told which', async () => {
    const who = await customer();
    const { payment_id: paymentId } = await portal.paid(who, { amount: money(500) });
    const [one, two] = [operator(), operator()];
    const params = { user_id: who.userId };
    const body = { amount: money(200), reason: 'agreed by telephone', payment_id: paymentId };
    const made = await portal.call(refundUser, { token: one.token, params, body });
    expect(made).toMatchObject({
      status: 'requested',
      waits_for: 'approval',
      proposed_outcome: 'provider_refund',
      requested_by: { user_id: one.caller.userId },
    });
    expect(await portal.available(who)).toBe(500_000_000n);
    const refund = { refund_id: made.refund_id };
    expect(await portal.refusal(approveRefund, { token: one.token, params: refund })).toMatchObject({
      status: 403,
      code: 'refund_needs_another_person',
    });
    const waiting = await portal.call(listAllRefunds, {
      token: two.token,
      query: { status: 'requested', organization_id: who.organizationId },
    });
    expect(waiting.items.map(item => item.refund_id)).toEqual([made.refund_id]);
    expect(await portal.call(approveRefund, { token: two.token, params: refund })).toMatchObject({
      status: 'provider_refund',
      approved_by: { user_id: two.caller.userId },
    });
    await settled(who, made.refund_id);
    expect(await portal.available(who)).toBe(300_000_000n);
    expect(await portal.refusal(approveRefund, { token: two.token, params: refund })).toMatchObject({
      status: 409,
      code: 'refund_waits_not',
    });
  });

  test('after the window are decided by a person, who may refuse', async () => {
    const who = await customer();
    const { payment_id: paymentId } = await portal.paid(who, { amount: money(50) });
    await portal.services.database.transaction(tx =>
      tx.run('UPDATE billing_payments SET completed_at = completed_at - ? WHERE payment_id = ?', [30 * DAY, paymentId]),
    );
    const asked = await ask(who, paymentId, 50);
    expect(asked).toMatchObject({ status: 'requested', waits_for: 'decision', settlement: null });
    const { token } = operator();
    const params = { refund_id: asked.refund_id };
    const decide = (outcome: 'provider_refund' | 'rejected') =>
      ({ token, params, body: { outcome, reason: 'the terms say thirty days' } }) as const;
    expect(await portal.refusal(decideRefund, decide('provider_refund'))).toMatchObject({
      status: 409,
      code: 'refund_not_possible',
    });
    expect(await portal.call(decideRefund, decide('rejected'))).toMatchObject({ status: 'rejected', waits_for: null });
    expect(await portal.call(getRefund, { token: who.token, params })).toMatchObject({
      decision_reason: 'the terms say thirty days',
      outcome_text: 'It was declined. Nothing goes back, and nothing was taken from the balance.',
    });
    expect(await portal.available(who)).toBe(50_000_000n);
  });

  test('are listed page by page, newest first', async () => {
    const who = await customer();
    const { payment_id: paymentId } = await portal.paid(who, { amount: money(50) });
    const made: string[] = [];
    for (const units of [1, 2, 3]) made.unshift((await ask(who, paymentId, units)).refund_id);
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const query = { limit: 2, ...(cursor === undefined ? {} : { cursor }) };
      const page = await portal.call(listRefunds, { token: who.token, query });
      seen.push(...page.items.map(item => item.refund_id));
      cursor = page.next_cursor ?? undefined;
    } while (cursor !== undefined);
    expect([...seen].sort()).toEqual([...made].sort());
    expect(
      await portal.refusal(listRefunds, { token: who.token, query: { status: 'rejected', cursor: 'nonsense' } }),
    ).toMatchObject({ status: 400, code: 'cursor_invalid' });
    for (const id of made) await settled(who, id);
  });

  test('of a disputed payment wait for its bank, and so do launches', async () => {
    const who = await customer();
    const { payment_id: paymentId } = await portal.paid(who, { amount: money(50) }, '0259');
    await portal.paid(who, { amount: money(50) });
    const { token } = operator();
    const [dispute] = await waitFor(async () => {
      const { items } = await portal.call(listDisputes, { token, query: { organization_id: who.organizationId } });
      return items.length > 0 ? items : undefined;
    });
    expect(dispute).toMatchObject({ payment_id: paymentId, status: 'open', amount: money(50), closed_at: null });
    expect(await portal.available(who)).toBe(50_000_000n);
    const body = { payment_id: paymentId, amount: money(5), reason: 'me too' };
    expect(await portal.refusal(requestRefund, { token: who.token, body })).toMatchObject({
      status: 409,
      code: 'refund_payment_disputed',
    });
    const { departmentId, projectId } = who.caller;
    const { organizationId, userId } = who;
    const scope = { organizationId, departmentId, projectId, userId, allocationId: newId('alloc') };
    const launch = portal.services.database.transaction(tx =>
      portal.services.port.hold(tx, { scope, pricePerHour: 1n, skuId: 'sku_h200', gpuCount: 1 }),
    );
    await expect(launch).rejects.toMatchObject({ code: 'payments_disputed', status: 403 });
    const about = { organizationId, pricePerHour: 1n };
    const forecast = await portal.services.port.forecast(portal.services.database.read, about);
    expect(forecast).toMatchObject({ sufficient: true, paymentsDisputed: true });
  });

  test('tell of automatic top-up, which charges nobody whose payment is disputed', async () => {
    const who = await customer();
    const { payment_id: paymentId } = await portal.paid(who, { amount: money(20), save_method: true });
    const { items: methods } = await portal.call(listPaymentMethods, { token: who.token });
    await portal.call(setAutoTopUp, {
      token: who.token,
      body: {
        ...{ enabled: true, threshold: money(10), amount: money(15), monthly_limit: money(100) },
        method_id: methods[0]?.method_id ?? '',
      },
    });
    const preview = await portal.call(previewRefund, { token: who.token, body: { payment_id: paymentId } });
    expect(preview.outcome_text).toMatch(
      /Automatic top-up is on and charges the card again once the balance is below \$10.00\.$/,
    );
    await portal.paid(who, { amount: money(50) }, '0259');
    await waitFor(async () => ((await portal.available(who)) === 20_000_000n ? true : undefined));
    const { refund_id: refundId } = await ask(who, paymentId, 20);
    await settled(who, refundId);
    await waitFor(async () => {
      await portal.clock.advance(5_000);
      const due = 'SELECT review_at FROM billing_customers WHERE organization_id = ? AND review_at IS NULL';
      return portal.services.database.read.first(due, [who.organizationId]);
    });
    expect(await portal.available(who)).toBe(0n);
    expect((await portal.all(who)).filter(payment => payment.kind === 'auto_top_up')).toEqual([]);
  });

  test.each([
    listRefunds,
    getRefund,
    requestRefund,
    previewRefund,
    refundUser,
    previewUserRefund,
    listAllRefunds,
    getAnyRefund,
    approveRefund,
    decideRefund,
    listDisputes,
  ])('$id is refused without its permission', async operation => {
    const permissions = [...CUSTOMER, ...OPERATOR].filter(name => name !== operation.permission);
    const { token } = portal.signInAs({ permissions });
    const path = operation.path.replace('{refund_id}', newId('refund')).replace('{user_id}', newId('usr'));
    const fields = { payment_id: newId('pay'), amount: money(1), reason: 'none', outcome: 'rejected' };
    const known = Object.keys((operation as { body?: { properties: object } }).body?.properties ?? {});
    const body = Object.fromEntries(Object.entries(fields).filter(([name]) => known.includes(name)));
    const reply = await portal.request(operation.method, path, {
      token,
      ...(known.length === 0 ? {} : { body }),
    });
    expect([reply.status, reply.body.code]).toEqual([403, 'permission_denied']);
  });
});

describe.each(['sqlite', 'postgres'] as const)('with people, on %s', database => {
  const start = () =>
    startTestBackend({
      database,
      plugins: ['access', 'billing'],
      settings: { billing: { trialCredit: { enabled: 'off' }, payments: { provider: 'test' } } },
      expose: { port: billingPortRef },
    });
  let backend: Awaited<ReturnType<typeof start>>;
  beforeAll(async () => {
    backend = await start();
  });
  afterAll(() => backend?.stop());

  test('the money of somebody who was shut out goes back to their card', async () => {
    const gone = await backend.signUp();
    const { payment } = await backend.call(createCheckoutSession, { token: gone.token, body: { amount: money(50) } });
    const params = { payment_id: payment.payment_id };
    await backend.call(decideTestCheckout, { token: gone.token, params, body: { outcome: 'paid' } });
    const login = { username: 'admin', password: gone.password };
    const signedIn = await backend.request('POST', 'auth/personal/login', { body: login });
    const token = String(signedIn.body.access_token);
    const user = { user_id: gone.userId };
    await backend.call(disableUser, { token, params: user, body: { reason: 'asked for it' } });
    const preview = await backend.call(previewUserRefund, { token, params: user, body: { amount: money(50) } });
    expect(preview).toMatchObject({ outcome: 'provider_refund', payment_id: payment.payment_id });
    const refund = await backend.call(refundUser, {
      token,
      params: user,
      body: { amount: money(50), reason: 'the account was closed' },
    });
    expect(refund).toMatchObject({
      status: 'provider_refund',
      organization_id: gone.organizationId,
      requested_by: { username: 'admin' },
    });
    const done = await waitFor(async () => {
      const found = await backend.call(getAnyRefund, { token, params: { refund_id: refund.refund_id } });
      return found.settlement === 'pending' ? undefined : found;
    });
    expect(done).toMatchObject({ settlement: 'succeeded', user_id: gone.userId });
    const balances = await backend.services.port.balances(backend.services.database.read, [gone.organizationId]);
    expect(balances.get(gone.organizationId)?.available).toBe(0n);
    await assertBooksBalance(backend.services.database.read);
  });
});
