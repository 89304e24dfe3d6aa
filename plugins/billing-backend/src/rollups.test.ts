import { eachDatabase } from '@portico/plugin-kit/testing';
import type { LedgerScope } from '@portico/plugin-billing/port';
import fc from 'fast-check';
import { beginOf } from './domain/rollup-periods';
import { costByGroup, costOverTime } from './store/rollups';
import { creditOf, holdFor, openBilling, openOrganization, start, stop } from './testing/billing-fixture';
import type { TestBilling } from './testing/billing-fixture';
import { assertBooksBalance } from './testing/books';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const RICH = 1_000_000_000_000n;
const SEQUENCES = { sqlite: 60, postgres: 20 } as const;
const SEQUENCES_MILLISECONDS = 60_000;

eachDatabase(db => {
  let billing: TestBilling;
  beforeAll(async () => {
    billing = await openBilling(db);
  });
  afterEach(async () => {
    await assertBooksBalance(billing.database.read);
    expect(billing.errors).toEqual([]);
  });

  const total = async (scope: LedgerScope, to = billing.clock.now()) => {
    const query = {
      filter: { organizationId: scope.organizationId },
      period: { from: beginOf('hour', to - 400 * DAY), to },
      groupBy: 'none',
    } as const;
    const [all] = await costByGroup(billing.database.read, query);
    const timed = await costOverTime(billing.database.read, { ...query, grain: 'month', groups: [''] });
    const sum = timed.reduce((cost, row) => cost + row.cost_micros, 0n);
    expect(sum).toBe(all?.cost_micros ?? 0n);
    return sum;
  };
  const costs = async (ids: readonly string[]) =>
    [...(await billing.port.costOf(billing.database.read, ids)).values()].reduce((sum, cost) => sum + cost, 0n);
  const rows = async (scope: LedgerScope, grain: string) =>
    (
      await billing.database.read.first<{ rows: number }>(
        'SELECT count(*) AS rows FROM billing_rollups WHERE organization_id = ? AND grain = ?',
        [scope.organizationId, grain],
      )
    )?.rows;

  test('whole hours are kept, days and months are made of them, and all of it is exact before and after', async () => {
    const scope = await openOrganization(billing, RICH);
    const id = await holdFor(billing, scope, 7_777_777n);
    await start(billing, id);
    await billing.clock.advance(40 * DAY + 1_234);
    expect(await total(scope)).toBe(await costs([id]));
    expect(await rows(scope, 'hour')).toBe(0);
    await billing.rollups.tick();
    expect(await rows(scope, 'hour')).toBeGreaterThanOrEqual(40 * 24);
    expect(await rows(scope, 'day')).toBeGreaterThanOrEqual(39);
    expect(await rows(scope, 'month')).toBeGreaterThanOrEqual(1);
    expect(await total(scope)).toBe(await costs([id]));
    await stop(billing, id);
    expect(await total(scope)).toBe(await costs([id]));
    await billing.clock.advance(HOUR);
    await billing.rollups.tick();
    await billing.clock.advance(DAY);
    expect(await total(scope)).toBe(await costs([id]));
  });

  test('a stop before what was rolled up, a late start and a cap are made good', async () => {
    const scope = await openOrganization(billing, RICH);
    const poor = await openOrganization(billing, 12_000_000n);
    const [early, late, capped] = [
      await holdFor(billing, scope, 3_000_001n),
      await holdFor(billing, scope, 5_000_003n),
      await holdFor(billing, poor, 12_000_000n),
    ];
    const begun = billing.clock.now();
    await start(billing, early);
    await start(billing, capped);
    await billing.clock.advance(3 * DAY);
    await billing.rollups.tick();
    await start(billing, late, begun + 30_000);
    await stop(billing, early, begun + DAY);
    expect(await total(scope)).toBe(await costs([early, late]));
    await billing.accrual.tick();
    expect(await total(poor)).toBe(await costs([capped]));
    await billing.rollups.tick();
    expect(await total(scope)).toBe(await costs([early, late]));
    expect(await total(poor)).toBe(await costs([capped]));
    expect(await costs([capped])).toBeLessThan(13_000_000n);
    for (const id of [late, capped]) await stop(billing, id);
  });

  test('two replicas share the customers, and doing it again changes nothing', async () => {
    const scopes = await Promise.all([1, 2, 3].map(() => openOrganization(billing, RICH)));
    const ids = [];
    for (const scope of scopes) {
      ids.push(await holdFor(billing, scope, 1_000_000n));
      await start(billing, ids.at(-1) as string);
    }
    await billing.clock.advance(30 * HOUR);
    await Promise.all([billing.rollups.tick(), billing.rollups.tick(), billing.rollups.tick()]);
    await assertBooksBalance(billing.database.read);
    await billing.rollups.tick();
    for (const id of ids) await stop(billing, id);
  });

  test(
    'whatever is started, stopped, capped and rolled up when, with a clock that is set back: groups and buckets come to what the allocations cost',
    async () => {
      const action = fc.oneof(
        fc.record({ do: fc.constant('launch' as const), price: fc.bigInt(1n, 9_999_999n), lag: fc.nat(30 * HOUR) }),
        fc.record({ do: fc.constant('stop' as const), which: fc.nat(5), lag: fc.nat(30 * HOUR) }),
        fc.record({ do: fc.constant('wait' as const), milliseconds: fc.oneof(fc.nat(2 * HOUR), fc.nat(20 * DAY)) }),
        fc.record({ do: fc.constant('set back' as const), milliseconds: fc.nat(2 * HOUR) }),
        fc.record({ do: fc.constant('roll up' as const) }),
      );
      await fc.assert(
        fc.asyncProperty(fc.array(action, { maxLength: 16 }), fc.boolean(), async (actions, rich) => {
          const scope = await openOrganization(billing, rich ? RICH : 40_000_000n);
          const ids: string[] = [];
          let latest = billing.clock.now();
          for (const one of actions) {
            const now = billing.clock.now();
            latest = Math.max(latest, now);
            if (one.do === 'wait') await billing.clock.advance(one.milliseconds);
            if (one.do === 'set back') billing.clock.set(now - one.milliseconds);
            if (one.do === 'roll up') await billing.rollups.tick();
            if (one.do === 'launch') {
              const id = await holdFor(billing, scope, one.price).catch(() => null);
              if (id === null) continue;
              ids.push(id);
              await start(billing, id, now - one.lag);
            }
            const chosen = one.do === 'stop' ? ids[one.which] : undefined;
            if (one.do === 'stop' && chosen !== undefined) await stop(billing, chosen, now - one.lag);
            await billing.accrual.tick();
          }
          billing.clock.set(Math.max(latest, billing.clock.now()) + 1);
          expect(await total(scope)).toBe(await costs(ids));
          await billing.rollups.tick();
          expect(await total(scope)).toBe(await costs(ids));
          for (const id of ids) await stop(billing, id);
        }),
        { endOnFailure: true, numRuns: SEQUENCES[db.dialect] },
      );
    },
    SEQUENCES_MILLISECONDS,
  );

  test('a credit does not change what was used', async () => {
    const scope = await openOrganization(billing, RICH);
    const id = await holdFor(billing, scope, 1_000_000n);
    await start(billing, id);
    await billing.clock.advance(90 * 60_000);
    await billing.database.transaction(tx => billing.port.credit(tx, creditOf(scope, 5n)));
    expect(await total(scope)).toBe(1_500_000n);
    await stop(billing, id);
  });
});
