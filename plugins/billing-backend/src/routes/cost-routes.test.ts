import {
  exportUsage,
  getBurn,
  getCosts,
  getUsageTimeline,
  listUsage,
  TIMELINE_GROUPS_MAX,
} from '@portico/plugin-billing/contract';
import { billingPortRef } from '@portico/plugin-billing/port';
import type { LedgerScope } from '@portico/plugin-billing/port';
import { newId } from '@portico/plugin-kit/contract';
import type { ReplyOf } from '@portico/plugin-kit/contract';
import { startTestBackend, TestClock } from '@portico/plugin-kit/testing';
import { assertBooksBalance } from '../testing/books';
import { StandInAccess } from '../testing/stand-in-access';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const permissions = ['billing.usage.read'];
const usd = (amount: bigint | number) => ({ amount: amount.toString(), currency: 'USD', scale: 6 });
/** The first hour of a day, so that the days of a test are easy to name. */
const BEGIN = Date.parse('2026-03-30T00:00:00Z');
const instant = (at: number) => new Date(at).toISOString();
type Timeline = ReplyOf<typeof getUsageTimeline>;

const begin = async (database: 'sqlite' | 'postgres') => {
  const clock = new TestClock();
  clock.set(BEGIN);
  const access = new StandInAccess();
  const backend = await startTestBackend({
    database,
    plugins: ['billing'],
    instead: [access.factory],
    clock,
    expose: { port: billingPortRef },
  });
  return { clock, access, ...backend };
};

describe.each(['sqlite', 'postgres'] as const)('on %s', database => {
  let backend: Awaited<ReturnType<typeof begin>>;
  beforeAll(async () => {
    backend = await begin(database);
  });
  beforeEach(() => backend.clock.set(BEGIN));
  afterEach(() => assertBooksBalance(backend.services.database.read));
  afterAll(() => backend?.stop());

  /** Someone with plenty. */
  const someone = async (options: { onlyProjectId?: string } = {}) => {
    const { token, caller } = backend.signInAs({ permissions, ...options });
    const { organizationId, departmentId, projectId, userId } = caller;
    const scope = { organizationId, departmentId, projectId, userId, allocationId: null };
    const { port } = backend.services;
    await backend.services.database.transaction(async tx => {
      await port.openAccount(tx, scope);
      await port.credit(tx, {
        kind: 'internal_credit',
        scope,
        amount: 10_000_000_000n,
        reason: 'for a test',
        reference: 'test',
        actor: { type: 'system', id: 'test' },
        correlationId: newId('corr'),
      });
    });
    const launch = async (launched: {
      price: bigint;
      at?: number;
      scope?: Partial<LedgerScope>;
      skuId?: string;
      tags?: Record<string, string>;
    }) => {
      const allocationId = newId('alloc');
      await backend.services.database.transaction(async tx => {
        await port.hold(tx, {
          scope: { ...scope, ...launched.scope, allocationId },
          pricePerHour: launched.price,
          skuId: launched.skuId ?? 'sku_h200',
          gpuCount: 2,
          ...(launched.tags ? { tags: launched.tags } : {}),
        });
        await port.startMeter(tx, { allocationId, at: launched.at ?? backend.clock.now() });
      });
      return allocationId;
    };
    const stop = (allocationId: string, at = backend.clock.now()) =>
      backend.services.database.transaction(tx => port.stopMeter(tx, { allocationId, at }));
    return { token, scope, launch, stop };
  };

  const amountsOf = (timeline: Timeline) => timeline.buckets.map(bucket => Number(bucket.total.amount));
  const sumOfUsage = async (token: string) =>
    (await backend.call(listUsage, { token, query: { limit: 200 } })).items.reduce(
      (sum, row) => sum + BigInt(row.cost.amount),
      0n,
    );

  test('a day by the hour, a week by the day, a year by the month: the same money', async () => {
    const { token, launch, stop } = await someone();
    const id = await launch({ price: 1_000_000n });
    backend.clock.set(BEGIN + 2 * DAY + 90 * MINUTE);
    const hours = await backend.call(getUsageTimeline, {
      token,
      query: { from: instant(BEGIN + DAY + 30 * MINUTE), to: instant(BEGIN + DAY + 3 * HOUR), interval: 'hour' },
    });
    expect(hours.from).toBe(instant(BEGIN + DAY));
    expect(amountsOf(hours)).toEqual([1_000_000, 1_000_000, 1_000_000]);
    const days = await backend.call(getUsageTimeline, {
      token,
      query: { from: instant(BEGIN - DAY), to: instant(BEGIN + 4 * DAY) },
    });
    expect(days.buckets.map(bucket => bucket.begins_at.slice(0, 10))).toEqual([
      '2026-03-29',
      '2026-03-30',
      '2026-03-31',
      '2026-04-01',
      '2026-04-02',
    ]);
    expect(amountsOf(days)).toEqual([0, 24_000_000, 24_000_000, 1_500_000, 0]);
    expect(days.series).toEqual([
      {
        kind: 'none',
        key: null,
        label: null,
        total: usd(49_500_000),
        amounts: ['0', '24000000', '24000000', '1500000', '0'],
      },
    ]);
    const months = await backend.call(getUsageTimeline, {
      token,
      query: { from: instant(BEGIN), to: instant(BEGIN + 2 * DAY + 1), interval: 'month' },
    });
    expect(months).toMatchObject({ from: '2026-03-01T00:00:00.000Z', to: '2026-05-01T00:00:00.000Z' });
    expect(amountsOf(months)).toEqual([48_000_000, 1_500_000]);
    expect(months.total).toEqual(usd(await sumOfUsage(token)));
    await stop(id);
  });

  test('costs are told apart by project, person, hardware, department and tag, and each way comes to the same', async () => {
    const { token, scope, launch, stop } = await someone();
    const other = { projectId: newId('proj'), departmentId: newId('dept'), userId: newId('usr') };
    backend.access.named.set(scope.projectId, 'Vision').set(other.departmentId, 'Research').set(other.userId, 'mo');
    const ids = [
      await launch({ price: 3_000_000n, tags: { team: 'vision', run: '1' } }),
      await launch({ price: 2_000_000n, scope: other, skuId: 'sku_l4', tags: { team: 'speech' } }),
      await launch({ price: 1_000_000n, scope: { ...other, userId: null } }),
    ];
    await backend.clock.advance(2 * HOUR);
    const ask = (group_by: string, more = {}) =>
      backend.call(getCosts, {
        token,
        query: { from: instant(BEGIN), to: instant(BEGIN + DAY), group_by, ...more },
      });
    const lines = async (group_by: string, more = {}) => {
      const table = await ask(group_by, more);
      const sum = table.items.reduce((all, item) => all + BigInt(item.cost.amount), 0n);
      expect(table.total).toEqual(usd(sum));
      return table.items.map(item => [item.kind, item.key, item.label, Number(item.cost.amount), item.share]);
    };
    expect(await lines('project')).toEqual(
      [
        ['group', scope.projectId, 'Vision', 6_000_000, 0.5],
        ['group', other.projectId, null, 6_000_000, 0.5],
      ].sort((a, b) => (String(a[1]) < String(b[1]) ? -1 : 1)),
    );
    expect(await lines('user')).toEqual([
      ['group', scope.userId, null, 6_000_000, 0.5],
      ['group', other.userId, 'mo', 4_000_000, 0.333333],
      ['none', null, null, 2_000_000, 0.166666],
    ]);
    expect(await lines('sku')).toEqual([
      ['group', 'sku_h200', null, 8_000_000, 0.666666],
      ['group', 'sku_l4', null, 4_000_000, 0.333333],
    ]);
    expect((await lines('department')).find(([, key]) => key === other.departmentId)?.[2]).toBe('Research');
    expect(await lines('tag:team')).toEqual([
      ['group', 'vision', 'vision', 6_000_000, 0.5],
      ['group', 'speech', 'speech', 4_000_000, 0.333333],
      ['none', null, null, 2_000_000, 0.166666],
    ]);
    expect(await lines('none', { tag: 'team:vision' })).toEqual([['none', null, null, 6_000_000, 1]]);
    expect(await lines('none', { tag: 'team:nobody' })).toEqual([]);
    expect(await lines('project', { user_id: other.userId, sku_id: 'sku_l4' })).toHaveLength(1);
    expect((await ask('none')).gpu_seconds).toBe(3 * 2 * 2 * 3_600);
    for (const id of ids) await stop(id);
  });

  test('groups beyond ten share one series, and nothing is lost in it', async () => {
    const { token, launch, stop } = await someone();
    const ids: string[] = [];
    for (let index = 1; index <= TIMELINE_GROUPS_MAX + 3; index += 1)
      ids.push(await launch({ price: BigInt(index) * 6_000_000n, tags: { run: `r${index}` } }));
    await backend.clock.advance(HOUR + MINUTE);
    const timeline = await backend.call(getUsageTimeline, {
      token,
      query: { from: instant(BEGIN), to: instant(BEGIN + 2 * HOUR), interval: 'hour', group_by: 'tag:run' },
    });
    expect(timeline.series.map(one => one.key)).toEqual([
      ...Array.from({ length: TIMELINE_GROUPS_MAX }, (_none, place) => `r${TIMELINE_GROUPS_MAX + 3 - place}`),
      null,
    ]);
    expect(timeline.series.at(-1)).toMatchObject({ kind: 'other', amounts: ['36000000', '600000'] });
    const sum = timeline.series.flatMap(one => one.amounts).reduce((all, amount) => all + BigInt(amount), 0n);
    expect(timeline.total).toEqual(usd(sum));
    expect(sum).toBe(await sumOfUsage(token));
    for (const id of ids) await stop(id);
  });

  test('what burns now, since when, and when the money would be gone', async () => {
    const { token, launch, stop } = await someone();
    expect(await backend.call(getBurn, { token })).toMatchObject({ drains_at: null, runway_seconds: null, items: [] });
    const [small, large] = [await launch({ price: 1_000_000n }), await launch({ price: 3_000_000n })];
    await backend.clock.advance(HOUR);
    const burn = await backend.call(getBurn, { token });
    expect(burn).toMatchObject({ burn_rate_per_hour: usd(4_000_000), running_count: 2 });
    expect(burn.items).toMatchObject([
      {
        allocation_id: large,
        price_per_hour: usd(3_000_000),
        started_at: instant(BEGIN),
        cost: usd(3_000_000),
        share: 0.75,
      },
      { allocation_id: small, cost: usd(1_000_000), share: 0.25 },
    ]);
    // 9,996 units are left, at 4 an hour.
    expect(burn.drains_at).toBe(instant(BEGIN + HOUR + 2_499 * HOUR));
    for (const id of [small, large]) await stop(id);
    expect((await backend.call(getBurn, { token })).items).toEqual([]);
  });

  test('whoever holds the permission in one project only sees that project', async () => {
    const { scope, launch, stop } = await someone();
    const theirs = newId('proj');
    const ids = [
      await launch({ price: 1_000_000n }),
      await launch({ price: 2_000_000n, scope: { projectId: theirs } }),
    ];
    await backend.clock.advance(HOUR);
    const { token } = backend.signInAs({
      permissions,
      organizationId: scope.organizationId,
      projectId: theirs,
      onlyProjectId: theirs,
    });
    const period = { from: instant(BEGIN), to: instant(BEGIN + DAY) };
    expect((await backend.call(getCosts, { token, query: period })).total).toEqual(usd(2_000_000));
    expect((await backend.call(getUsageTimeline, { token, query: period })).total).toEqual(usd(2_000_000));
    expect((await backend.call(getBurn, { token })).items).toHaveLength(1);
    const query = { ...period, project_id: scope.projectId };
    expect((await backend.refusal(getCosts, { token, query })).status).toBe(404);
    expect((await backend.refusal(getUsageTimeline, { token, query })).status).toBe(404);
    for (const id of ids) await stop(id);
  });

  test('usage is narrowed to a person, hardware, a tag, and to what runs or has stopped', async () => {
    const { token, scope, launch, stop } = await someone();
    const userId = newId('usr');
    const ended = await launch({ price: 1_000_000n, tags: { team: 'vision', 'cost-center': 'a:b' } });
    const running = await launch({ price: 1_000_000n, skuId: 'sku_l4', scope: { userId } });
    await backend.clock.advance(HOUR);
    await stop(ended);
    for (const [query, expected] of [
      [{ user_id: userId }, [running]],
      [{ user_id: scope.userId }, [ended]],
      [{ sku_id: 'sku_l4' }, [running]],
      [{ tag: 'team:vision' }, [ended]],
      [{ tag: 'cost-center:a:b' }, [ended]],
      [{ tag: 'team:speech' }, []],
      [{ status: 'running' }, [running]],
      [{ status: 'stopped' }, [ended]],
    ] as const) {
      for (const sort of ['started_at', '-cost'] as const)
        for (const period of [{}, { from: instant(BEGIN) }]) {
          const { items } = await backend.call(listUsage, { token, query: { ...query, ...period, sort } });
          expect(items.map(item => item.allocation_id)).toEqual(expected);
        }
      const csv = await backend.call(exportUsage, { token, query });
      expect(
        csv
          .trimEnd()
          .split('\r\n')
          .slice(1)
          .map(line => line.split(',')[0]),
      ).toEqual(expected);
    }
    expect((await backend.call(listUsage, { token, query: { tag: 'team:vision' } })).items[0]?.tags).toEqual({
      'cost-center': 'a:b',
      team: 'vision',
    });
    await stop(running);
  });

  test.each([
    ['a period that ends before it begins', { from: instant(BEGIN), to: instant(BEGIN - 1) }, 'period_invalid'],
    [
      'more buckets than a chart shows',
      { from: '2020-01-01T00:00:00Z', to: instant(BEGIN), interval: 'day' },
      'period_too_long',
    ],
    ['a year of hours', { from: '2025-03-01T00:00:00Z', to: instant(BEGIN), interval: 'hour' }, 'period_too_long'],
  ] as const)('%s is refused', async (_what, query, code) => {
    const { token } = await someone();
    expect(await backend.refusal(getUsageTimeline, { token, query })).toMatchObject({ status: 422, code });
  });

  test('a period that lies ahead is empty, not wrong', async () => {
    const { token } = await someone();
    const query = { from: instant(BEGIN + DAY), to: instant(BEGIN + 3 * DAY) };
    expect(amountsOf(await backend.call(getUsageTimeline, { token, query }))).toEqual([0, 0]);
    expect((await backend.call(getCosts, { token, query })).items).toEqual([]);
  });

  test('what is no group is refused as malformed', async () => {
    const { token } = await someone();
    for (const group_by of ['allocation', 'tag:', 'tag:A', "tag:a';--"]) {
      const reply = await backend.request('GET', 'billing/costs', {
        token,
        query: { from: instant(BEGIN), to: instant(BEGIN), group_by },
      });
      expect(reply.status).toBe(400);
    }
  });

  test.each([getUsageTimeline, getCosts, getBurn])(
    '$id is refused without its permission and without a caller',
    async operation => {
      const query = operation === getBurn ? {} : { from: instant(BEGIN), to: instant(BEGIN) };
      const { token } = backend.signInAs({ permissions: [] });
      expect((await backend.request('GET', operation.path, { token, query })).status).toBe(403);
      expect((await backend.request('GET', operation.path, { query })).status).toBe(401);
    },
  );
});
