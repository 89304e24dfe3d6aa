import {
  cancelPayment,
  createCustomerPortalSession,
  getPaymentSession,
  listPaymentSessions,
  reconcilePaymentSession,
} from '@portico/plugin-billing/contract';
import type { QuerySentTo } from '@portico/plugin-kit/contract';
import { waitFor } from '@portico/plugin-kit/testing';
import { assertBooksBalance } from '../testing/books';
import { money, PAYER, startPaying } from '../testing/paying-people';
import type { Paying } from '../testing/paying-people';

const MINUTE = 60_000;

describe.each(['sqlite', 'postgres'] as const)('payment sessions, on %s', database => {
  let portal: Paying;
  let operator: string;
  beforeAll(async () => {
    portal = await startPaying(database);
    operator = portal.operator();
  });
  afterEach(() => assertBooksBalance(portal.services.database.read));
  afterAll(() => portal?.stop());

  const session = (paymentId: string) =>
    portal.call(getPaymentSession, { token: operator, params: { payment_id: paymentId } });
  const list = (query: QuerySentTo<typeof listPaymentSessions>) =>
    portal.call(listPaymentSessions, { token: operator, query });
  /** As if the message of the provider had been lost. */
  const payQuietly = (paymentId: string) =>
    portal.services.database.transaction(tx =>
      tx.run(`UPDATE billing_test_payments SET state = 'paid', card = '4242' WHERE payment_id = ?`, [paymentId]),
    );

  test('show whose they are and all that is known of one', async () => {
    const who = await portal.someone();
    portal.access.named.set(who.organizationId, 'Rockets');
    portal.access.named.set(who.userId, 'wernher');
    const payment = await portal.paid(who);
    expect(await session(payment.payment_id)).toMatchObject({
      payment_id: payment.payment_id,
      organization_id: who.organizationId,
      organization_name: 'Rockets',
      username: 'wernher',
      status: 'completed',
      states: [
        { status: 'created', source: 'request' },
        { status: 'open', source: 'provider_call' },
        { status: 'completed', source: 'webhook' },
      ],
      provider_events: [{ outcome: 'applied' }],
      entries: [{ entry_id: payment.entry_id, kind: 'top_up', amount: money(20) }],
      refunds: [],
      disputes: [],
      next_check_at: null,
    });
  });

  test('are filtered and paged, newest first', async () => {
    const [one, other] = [await portal.someone(), await portal.someone()];
    const from = portal.clock.now() + 1_000;
    portal.clock.set(from);
    const first = (await portal.begin(one)).payment.payment_id;
    portal.clock.set(from + 2_000);
    const second = (await portal.paid(one)).payment_id;
    const third = (await portal.begin(other)).payment.payment_id;
    const ids = async (query: QuerySentTo<typeof listPaymentSessions>) =>
      (await list(query)).items.map(item => item.payment_id);
    const instant = (at: number) => new Date(at).toISOString();

    expect(await ids({ organization_id: one.organizationId })).toEqual([second, first]);
    expect(await ids({ organization_id: one.organizationId, status: 'completed' })).toEqual([second]);
    expect(await ids({ user_id: other.userId })).toEqual([third]);
    expect(await ids({ organization_id: one.organizationId, provider: 'stripe' })).toEqual([]);
    expect(await ids({ organization_id: one.organizationId, kind: 'auto_top_up' })).toEqual([]);
    expect(await ids({ organization_id: one.organizationId, from: instant(from + 1) })).toEqual([second]);
    expect(await ids({ organization_id: one.organizationId, to: instant(from + 1) })).toEqual([first]);
    const page = await list({ organization_id: one.organizationId, limit: 1 });
    const next = await list({ organization_id: one.organizationId, limit: 1, cursor: page.next_cursor ?? '' });
    expect([page, next].flatMap(({ items }) => items.map(item => item.payment_id))).toEqual([second, first]);
    expect(next.next_cursor).toBeNull();
    const backward = { from: instant(from + 1), to: instant(from) };
    expect((await portal.refusal(listPaymentSessions, { token: operator, query: backward })).code).toBe(
      'period_invalid',
    );
    const foreign = { token: operator, query: { cursor: Buffer.from('["payments",1,"x"]').toString('base64url') } };
    expect((await portal.refusal(listPaymentSessions, foreign)).code).toBe('cursor_invalid');
  });

  test('are asked about on request, when the message was lost', async () => {
    const who = await portal.someone();
    const { payment } = await portal.begin(who);
    await payQuietly(payment.payment_id);
    const asked = { token: operator, params: { payment_id: payment.payment_id } };
    expect(await portal.call(reconcilePaymentSession, asked)).toMatchObject({
      status: 'completed',
      checks: 1,
      states: [{}, {}, { status: 'completed', source: 'check' }],
    });
    expect(await portal.call(reconcilePaymentSession, asked)).toMatchObject({ status: 'completed', checks: 2 });
    expect(await portal.available(who)).toBe(20_000_000n);
    const audited = await portal.services.database.read.all(
      `SELECT audit_id FROM platform_audit_log WHERE action = 'billing.payment.reconcile' AND target_id = ?`,
      [payment.payment_id],
    );
    expect(audited).toHaveLength(2);
  });

  test('that somebody looks at are asked about within seconds', async () => {
    const who = await portal.someone();
    const { payment } = await portal.begin(who);
    await payQuietly(payment.payment_id);
    await portal.clock.advance(5_000);
    await waitFor(async () => {
      if ((await portal.payment(who, payment.payment_id)).status === 'completed') return true;
      await portal.clock.advance(1_000);
      return false;
    });
    expect(portal.clock.now() - Date.parse(payment.created_at)).toBeLessThan(MINUTE);
  });

  test('that nobody looks at are asked about by themselves', async () => {
    const who = await portal.someone();
    const { payment } = await portal.begin(who);
    await payQuietly(payment.payment_id);
    portal.clock.set(portal.clock.now() + MINUTE);
    await waitFor(async () => {
      await portal.clock.advance(5_000);
      return (await portal.available(who)) === 20_000_000n;
    });
  });

  test('paid although they had been given up, are credited, and the log says so', async () => {
    const who = await portal.someone();
    const { payment } = await portal.begin(who);
    const params = { payment_id: payment.payment_id };
    await portal.call(cancelPayment, { token: who.token, params });
    await payQuietly(payment.payment_id);
    const detail = await portal.call(reconcilePaymentSession, { token: operator, params });
    expect(detail.states.at(-1)).toMatchObject({
      status: 'completed',
      note: 'It was taken to be cancelled, and was paid after all.',
    });
    expect(await portal.available(who)).toBe(20_000_000n);
  });

  test('are for those who look after everybody’s money', async () => {
    const who = await portal.someone(PAYER);
    const { payment } = await portal.begin(who);
    const params = { payment_id: payment.payment_id };
    expect((await portal.refusal(listPaymentSessions, { token: who.token })).status).toBe(403);
    expect((await portal.refusal(getPaymentSession, { token: who.token, params })).status).toBe(403);
    expect((await portal.refusal(reconcilePaymentSession, { token: who.token, params })).status).toBe(403);
    const gone = { token: operator, params: { payment_id: 'pay_0000000000000000000000000' } };
    expect((await portal.refusal(getPaymentSession, gone)).status).toBe(404);
    expect((await portal.refusal(reconcilePaymentSession, gone)).status).toBe(404);
  });

  test('the provider’s pages lead back to this portal', async () => {
    const who = await portal.someone();
    const body = { return_path: '/billing' };
    const { url } = await portal.call(createCustomerPortalSession, { token: who.token, body });
    expect(new URL(url).pathname).toBe('/billing');
  });
});
