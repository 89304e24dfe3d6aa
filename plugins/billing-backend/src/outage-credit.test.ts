import { eachDatabase } from '@portico/plugin-kit/testing';
import type { LedgerScope } from '@portico/plugin-billing/port';
import fc from 'fast-check';
import { reverseEntry } from './actions/reverse-entry';
import { entryByReference } from './store/ledger';
import { usagePage } from './store/usage';
import { balanceOf, holdFor, openBilling, openOrganization, start, stop } from './testing/billing-fixture';
import type { TestBilling } from './testing/billing-fixture';
import { assertBooksBalance } from './testing/books';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** 0.2 a minute. */
const PRICE = 12_000_000n;
const MONEY = 500_000_000n;
const SEQUENCES = { sqlite: 60, postgres: 20 } as const;

eachDatabase(db => {
  let billing: TestBilling;
  beforeAll(async () => {
    billing = await openBilling(db);
  });
  afterEach(async () => {
    await assertBooksBalance(billing.database.read);
    expect(billing.errors).toEqual([]);
  });

  const outage = (allocationId: string, from: number, to: number) =>
    billing.database.transaction(tx =>
      billing.port.creditOutage(tx, { allocationId, nodeName: 'node-3', from, to, correlationId: 'corr_outage' }),
    );
  const running = async (scope: LedgerScope, price = PRICE) => {
    const id = await holdFor(billing, scope, price);
    await start(billing, id);
    return id;
  };
  const left = async (scope: LedgerScope) => {
    const { available, held } = await balanceOf(billing, scope.organizationId);
    return available + held;
  };
  const rows = async (scope: LedgerScope, period: { from?: number; to?: number } = {}) =>
    (
      await usagePage(billing.database.read, {
        filter: { organizationId: scope.organizationId, ...period },
        sort: 'started_at',
        limit: 10,
        cursor: undefined,
        now: billing.clock.now(),
      })
    ).rows;
  const entries = (scope: LedgerScope) =>
    billing.database.read.all<{ kind: string; amount_micros: bigint; description: string; allocation_id: string }>(
      "SELECT kind, amount_micros, description, allocation_id FROM billing_entries WHERE organization_id = ? AND reference LIKE 'outage%' ORDER BY amount_micros DESC",
      [scope.organizationId],
    );

  test('time out of reach is given back in full, in words, once, and told', async () => {
    const scope = await openOrganization(billing, MONEY);
    const begun = billing.clock.now();
    const id = await running(scope);
    await billing.clock.advance(HOUR);
    for (let told = 0; told < 3; told += 1) await outage(id, begun + 10 * MINUTE, begun + 40 * MINUTE);
    const given = await entries(scope);
    expect(given).toEqual([
      { kind: 'adjustment', amount_micros: 6_000_000n, allocation_id: id, description: expect.any(String) },
    ]);
    expect(given[0]?.description).toMatch(
      /^node-3 could not be reached on \d{4}-\d\d-\d\d from \d\d:\d\d to \d\d:\d\d UTC; that time is not charged$/,
    );
    expect(await left(scope)).toBe(MONEY - 6_000_000n);
    expect(billing.outbox.ofType(scope.organizationId, 'billing.credited').at(-1)?.payload).toMatchObject({
      kind: 'adjustment',
      allocation_id: id,
    });
    await stop(billing, id);
    expect(await left(scope)).toBe(MONEY - 6_000_000n);
    expect((await rows(scope))[0]).toMatchObject({ usage_micros: 12_000_000n, credited_micros: 6_000_000n });
    const before = await rows(scope, { to: begun + 30 * MINUTE });
    const after = await rows(scope, { from: begun + 30 * MINUTE });
    expect([before[0]?.credited_micros, after[0]?.credited_micros]).toEqual([4_000_000n, 2_000_000n]);
  });

  test('a short silence is charged, and so is what the node was never silent for', async () => {
    const scope = await openOrganization(billing, MONEY);
    const begun = billing.clock.now();
    const id = await running(scope);
    await billing.clock.advance(HOUR);
    await outage(id, begun, begun + 5 * MINUTE - 1);
    expect(await entries(scope)).toEqual([]);
    await outage(id, begun, begun + 5 * MINUTE);
    expect(await entries(scope)).toHaveLength(1);
    await outage('alloc_nobody', begun, begun + HOUR);
    await stop(billing, id);
  });

  test('only what was metered of it: from its start, to its stop, and not beyond the end of the money', async () => {
    const scope = await openOrganization(billing, MONEY);
    const begun = billing.clock.now();
    const [ended, never] = [await running(scope), await holdFor(billing, scope, PRICE)];
    await billing.clock.advance(20 * MINUTE);
    await stop(billing, ended);
    await stop(billing, never);
    await outage(ended, begun - HOUR, begun + HOUR);
    await outage(never, begun - HOUR, begun + HOUR);
    expect((await entries(scope)).map(entry => entry.amount_micros)).toEqual([4_000_000n]);
    expect(await left(scope)).toBe(MONEY);

    const poor = await openOrganization(billing, PRICE);
    const id = await running(poor);
    const since = billing.clock.now();
    await billing.clock.advance(5 * HOUR);
    await outage(id, since, billing.clock.now());
    // An hour was paid for, and a tick beyond it was not.
    expect((await entries(poor))[0]?.amount_micros).toBeLessThanOrEqual(12_000_000n + 16_667n);
    await billing.accrual.tick();
    await stop(billing, id);
  });

  test('a node that flaps is credited for each outage once, also where two are told of overlapping time', async () => {
    const scope = await openOrganization(billing, MONEY);
    const begun = billing.clock.now();
    const id = await running(scope);
    await billing.clock.advance(2 * HOUR);
    const spans = [
      [10, 20],
      [25, 40],
      [15, 30],
      [0, 60],
    ] as const;
    await Promise.all(spans.map(([from, to]) => outage(id, begun + from * MINUTE, begun + to * MINUTE)));
    expect((await entries(scope)).reduce((sum, entry) => sum + entry.amount_micros, 0n)).toBe(12_000_000n);
    await stop(billing, id);
    expect(await left(scope)).toBe(MONEY - 12_000_000n);
  });

  test('what is given back for an outage is not taken back by hand, to be taken again by itself', async () => {
    const scope = await openOrganization(billing, MONEY);
    const begun = billing.clock.now();
    const id = await running(scope);
    await billing.clock.advance(3 * HOUR);
    await outage(id, begun + HOUR, begun + 2 * HOUR);
    const reference = `outage:${id}:${begun + HOUR}`;
    const given = await entryByReference(billing.database.read, { organizationId: scope.organizationId, reference });
    const reversal = billing.database.transaction(tx =>
      reverseEntry(
        tx,
        { audit: { record: async () => undefined }, outbox: billing.outbox },
        {
          ...{ entryId: given?.entry_id ?? '', reason: 'a mistake', correlationId: 'corr_reversal' },
          actor: { type: 'system', id: 'test' },
        },
      ),
    );
    await expect(reversal).rejects.toMatchObject({ code: 'entry_not_reversible' });
    await stop(billing, id, begun + 90 * MINUTE);
    expect(await left(scope)).toBe(MONEY - 12_000_000n);
  });

  test('what turns out to have ended before the outage is not charged, so it is not credited either', async () => {
    const scope = await openOrganization(billing, MONEY);
    const begun = billing.clock.now();
    const id = await running(scope);
    await billing.clock.advance(3 * HOUR);
    await billing.accrual.tick();
    await outage(id, begun + HOUR, begun + 2 * HOUR);
    // The machine had gone down: its last sign of life was half an hour into it.
    await stop(billing, id, begun + 90 * MINUTE);
    expect(await left(scope)).toBe(MONEY - 12_000_000n);
    expect((await entries(scope)).map(entry => entry.amount_micros)).toEqual([12_000_000n, -6_000_000n]);
    const [row] = await rows(scope);
    expect(row).toMatchObject({ usage_micros: 18_000_000n, credited_micros: 6_000_000n });
  });

  test('whatever is told of outages in whatever order: what is left is the money less the time that counts', async () => {
    const span = fc.record({ from: fc.nat(300), length: fc.nat(120), at: fc.nat(400) });
    await fc.assert(
      fc.asyncProperty(
        fc.array(span, { maxLength: 6 }),
        fc.nat(400),
        fc.bigInt(1n, 50_000_000n),
        async (spans, stopMinute, price) => {
          const scope = await openOrganization(billing, MONEY * 100n);
          const begun = billing.clock.now();
          const id = await running(scope, price);
          await billing.clock.advance(400 * MINUTE);
          const told = spans.filter(one => one.length >= 5);
          for (const one of told) {
            await outage(id, begun + one.from * MINUTE, begun + (one.from + one.length) * MINUTE);
            if (one.at < 100) await billing.accrual.tick();
          }
          await stop(billing, id, begun + stopMinute * MINUTE);
          for (const one of told) await outage(id, begun + one.from * MINUTE, begun + (one.from + one.length) * MINUTE);
          const cost = (minute: number) => (price * BigInt(minute)) / 60n;
          let due = 0n;
          for (let minute = 0; minute < stopMinute; minute += 1)
            if (!told.some(one => minute >= one.from && minute < one.from + one.length))
              due += cost(minute + 1) - cost(minute);
          expect(MONEY * 100n - (await left(scope))).toBe(due);
        },
      ),
      { endOnFailure: true, numRuns: SEQUENCES[db.dialect] },
    );
  });
});
