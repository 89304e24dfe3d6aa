import { getAutoTopUp, listPaymentMethods, removePaymentMethod, setAutoTopUp } from '@portico/plugin-billing/contract';
import { newId } from '@portico/plugin-kit/contract';
import type { BodySentTo } from '@portico/plugin-kit/contract';
import { waitFor } from '@portico/plugin-kit/testing';
import { assertBooksBalance } from '../testing/books';
import { money, startPaying } from '../testing/paying-people';
import type { Paying } from '../testing/paying-people';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

describe.each(['sqlite', 'postgres'] as const)('automatic top-up, on %s', database => {
  let portal: Paying;
  beforeAll(async () => {
    portal = await startPaying(database);
  });
  afterEach(() => assertBooksBalance(portal.services.database.read));
  afterAll(() => portal?.stop());

  type Wish = Partial<BodySentTo<typeof setAutoTopUp>>;

  /** Somebody with $20 and a saved card. */
  const cardholder = async (card: '4242' | '0341' = '4242') => {
    const who = await portal.someone();
    await portal.paid(who, { amount: money(20), save_method: true }, card);
    const { items } = await portal.call(listPaymentMethods, { token: who.token });
    const methodId = items[0]?.method_id ?? '';
    const set = (wish: Wish = {}) =>
      portal.call(setAutoTopUp, {
        token: who.token,
        body: {
          enabled: true,
          threshold: money(10),
          amount: money(15),
          monthly_limit: money(100),
          method_id: methodId,
          ...wish,
        },
      });
    const state = () => portal.call(getAutoTopUp, { token: who.token });
    const charges = async () => (await portal.all(who)).filter(item => item.kind === 'auto_top_up');
    return { ...who, methodId, set, state, charges };
  };
  type Cardholder = Awaited<ReturnType<typeof cardholder>>;

  /** Uses up money at that price from now on. */
  const run = async (who: Cardholder, pricePerHour: bigint) => {
    const { port } = portal.services;
    const allocationId = newId('alloc');
    const { organizationId, departmentId, projectId, userId } = who.caller;
    const scope = { organizationId, departmentId, projectId, userId, allocationId };
    await portal.services.database.transaction(async tx => {
      await port.hold(tx, { scope, pricePerHour, skuId: 'sku_h200', gpuCount: 1 });
      await port.startMeter(tx, { allocationId, at: tx.now });
    });
    return () =>
      portal.services.database.transaction(tx => port.stopMeter(tx, { allocationId, at: portal.clock.now() }));
  };

  /** Time goes on in small steps until it is so. */
  const until = (condition: () => Promise<unknown>) =>
    waitFor(async () => {
      if (await condition()) return true;
      await portal.clock.advance(6_000);
      return false;
    }, condition.toString());

  const eventsOf = (who: Cardholder, type: string) =>
    portal.services.database.read.all<{ event_type: string }>(
      'SELECT event_type FROM platform_outbox WHERE organization_id = ? AND event_type = ?',
      [who.organizationId, type],
    );

  test('charges the saved card when the money falls below the threshold, and once', async () => {
    const who = await cardholder();
    await who.set();
    expect(await who.charges()).toEqual([]);
    const stop = await run(who, 1_000_000n);
    portal.clock.set(portal.clock.now() + 10 * HOUR);
    await until(async () => (await who.charges()).some(item => item.status === 'completed'));
    for (let turns = 0; turns < 5; turns += 1) await portal.clock.advance(6_000);
    expect(await who.charges()).toMatchObject([{ amount: money(15), method: { last4: '4242' }, expires_at: null }]);
    expect(await who.state()).toMatchObject({ enabled: true, spent_this_month: money(15), failures_in_row: 0 });
    await stop();
    expect(await eventsOf(who, 'payments.session_completed')).toHaveLength(2);
  });

  test('waits until the instant the threshold is crossed', async () => {
    const who = await cardholder();
    await who.set();
    const stop = await run(who, 1_000_000n);
    await until(async () => {
      const row = await portal.services.database.read.first<{ review_at: number }>(
        'SELECT review_at FROM billing_customers WHERE organization_id = ?',
        [who.organizationId],
      );
      return (row?.review_at ?? 0) > portal.clock.now();
    });
    // $20 fall to $10 at a dollar an hour.
    portal.clock.set(portal.clock.now() + 9 * HOUR);
    await until(async () => portal.clock.sleepers > 0);
    expect(await who.charges()).toEqual([]);
    portal.clock.set(portal.clock.now() + HOUR);
    await until(async () => (await who.charges()).length === 1);
    await until(async () => (await who.charges())[0]?.status === 'completed');
    await stop();
  });

  test('is turned off after three charges in a row that fail', async () => {
    const who = await cardholder('0341');
    await who.set({ threshold: money(30) });
    for (const failures of [1, 2, 3]) {
      await until(async () => (await who.state()).failures_in_row === failures);
      expect(await who.charges()).toHaveLength(failures);
      const { waits_until, enabled } = await who.state();
      expect(enabled).toBe(failures < 3);
      if (waits_until !== null) portal.clock.set(Date.parse(waits_until));
    }
    expect(await who.state()).toMatchObject({ enabled: false, disabled_reason: 'failures' });
    expect((await who.charges()).map(item => [item.status, item.failure?.code])).toEqual(
      Array.from({ length: 3 }, () => ['failed', 'card_declined']),
    );
    expect(await eventsOf(who, 'payments.auto_top_up_failed')).toHaveLength(3);
    expect(await eventsOf(who, 'payments.auto_top_up_disabled')).toHaveLength(1);
    portal.clock.set(portal.clock.now() + DAY);
    for (let turns = 0; turns < 5; turns += 1) await portal.clock.advance(6_000);
    expect(await who.charges()).toHaveLength(3);
    expect(await portal.available(who)).toBe(20_000_000n);
  });

  test('stops at its limit of a month and goes on in the next', async () => {
    const who = await cardholder();
    await who.set({ threshold: money(100), monthly_limit: money(30) });
    await until(async () => (await who.state()).waits_until !== null);
    expect(await who.charges()).toHaveLength(2);
    expect(await portal.available(who)).toBe(50_000_000n);
    expect(await eventsOf(who, 'payments.auto_top_up_limit_reached')).toHaveLength(1);
    const next = new Date((await who.state()).waits_until ?? 0);
    expect([next.getUTCDate(), next.getUTCHours()]).toEqual([1, 0]);
    portal.clock.set(next.getTime());
    await until(async () => (await who.charges()).length === 4);
    await until(async () => (await portal.available(who)) === 80_000_000n);
    expect((await who.state()).spent_this_month).toEqual(money(30));
  });

  test('is turned off with the card it charges', async () => {
    const who = await cardholder();
    await who.set();
    const params = { method_id: who.methodId };
    await portal.call(removePaymentMethod, { token: who.token, params });
    expect(await who.state()).toMatchObject({ enabled: false, disabled_reason: 'method_removed' });
    expect((await portal.call(listPaymentMethods, { token: who.token })).items).toEqual([]);
    expect((await portal.refusal(removePaymentMethod, { token: who.token, params })).status).toBe(404);
  });

  test('is turned off and on again without saying everything twice', async () => {
    const who = await cardholder();
    await who.set();
    const body = (enabled: boolean) => ({ token: who.token, body: { enabled } });
    expect(await portal.call(setAutoTopUp, body(false))).toMatchObject({ enabled: false, amount: money(15) });
    expect(await portal.call(setAutoTopUp, body(true))).toMatchObject({ enabled: true, threshold: money(10) });
  });

  test.each<[string, Wish, string]>([
    ['an amount below the least', { amount: money(1) }, 'amount_out_of_range'],
    ['a fraction of a cent', { amount: money('15.001') }, 'amount_not_payable'],
    ['another currency', { threshold: money(10, 'EUR') }, 'currency_mismatch'],
    ['a negative threshold', { threshold: { ...money(1), amount: '-1' } }, 'amount_invalid'],
    ['a limit below the amount', { monthly_limit: money(14) }, 'auto_top_up_incomplete'],
    ['a card that is not there', { method_id: 'tpm_nobodys' }, 'payment_method_unknown'],
  ])('is not set up with %s', async (_what, wish, code) => {
    const who = await cardholder();
    const body = {
      enabled: true,
      threshold: money(10),
      amount: money(15),
      monthly_limit: money(100),
      method_id: who.methodId,
      ...wish,
    };
    const refusal = await portal.refusal(setAutoTopUp, { token: who.token, body });
    expect([refusal.status, refusal.code]).toEqual([422, code]);
    expect(await who.state()).toMatchObject({ enabled: false, amount: null });
  });

  test('says what is missing; another organization’s card is none', async () => {
    const [mine, theirs] = [await cardholder(), await cardholder()];
    const bare = { token: mine.token, body: { enabled: true } };
    expect((await portal.refusal(setAutoTopUp, bare)).details).toEqual({
      missing: ['threshold', 'amount', 'monthly_limit', 'method_id'],
    });
    const stolen = { token: mine.token, body: { enabled: true, method_id: theirs.methodId } };
    expect((await portal.refusal(setAutoTopUp, stolen)).code).toBe('payment_method_unknown');
    expect(
      (await portal.refusal(removePaymentMethod, { token: mine.token, params: { method_id: theirs.methodId } })).status,
    ).toBe(404);
  });
});
