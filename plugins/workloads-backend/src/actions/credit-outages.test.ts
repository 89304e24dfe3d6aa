import { RuntimeError } from '@portico/plugin-fleet/port';
import { listLedger, listUsage } from '@portico/plugin-billing/contract';
import { eachDatabase, TestClock, waitFor } from '@portico/plugin-kit/testing';
import { assertBooksBalance } from '../../../billing-backend/src/testing/books';
import { FakeRuntime } from '../testing/fake-runtime';
import { type Portal, startPortal } from '../testing/portal';

const MINUTE = 60_000;
const permissions = ['billing.usage.read', 'billing.ledger.read'];

eachDatabase(db => {
  let portal: Portal;
  let clock: TestClock;
  beforeEach(async () => {
    clock = new TestClock();
    const runtime = new FakeRuntime(undefined, () => clock.now());
    portal = await startPortal({
      database: db.dialect,
      clock,
      runtime,
      settings: {
        fleet: {
          nodes: [{ name: 'node-3', gpuModel: 'H200', gpuCount: 4, numaDomains: 1 }],
          heartbeat: { intervalSeconds: 10 },
        },
      },
    });
  });
  afterEach(async () => {
    await assertBooksBalance(portal.services.database.read);
    await portal.stop();
  });

  const inTime = <Result>(condition: () => Promise<Result>, what: string) =>
    waitFor(async () => (await clock.advance(1_000), await condition()), what);
  const active = async (token: string) => {
    const { allocation } = await portal.launch(token);
    await inTime(
      async () => (await portal.allocation(token, allocation.allocation_id)).status === 'active',
      'it to be active',
    );
    return allocation.allocation_id;
  };
  const goSilent = async () => {
    const silent = () => {
      throw new RuntimeError('node_unreachable', 'nobody answers');
    };
    for (const call of ['probe', 'observe', 'release', 'metrics'] as const) portal.runtime.at(`${call}:before`, silent);
    await inTime(
      () => portal.services.database.read.first('SELECT name FROM fleet_nodes WHERE silent_since_at IS NOT NULL'),
      'the silence to be noticed',
    );
  };
  const adjustments = async (token: string) =>
    (await portal.call(listLedger, { token, query: { limit: 200 } })).items.filter(
      entry => entry.kind === 'adjustment',
    );

  it('who was on a node that could not be reached pays nothing for that time, whether they stayed or went', async () => {
    const [stays, goes, later] = [
      await portal.person({ permissions }),
      await portal.person({ permissions }),
      await portal.person({ permissions }),
    ];
    const [staying, going] = [await active(stays.token), await active(goes.token)];
    await clock.advance(30_000);
    await goSilent();
    // The loops of the portal turn a few times in these minutes, not thousands.
    clock.set(clock.now() + 20 * MINUTE);
    await portal.release(goes.token, going);
    clock.set(clock.now() + 9 * MINUTE);
    await clock.advance(20_000);
    expect(await adjustments(stays.token)).toEqual([]);
    portal.runtime.heal();
    await inTime(async () => (await adjustments(stays.token)).length > 0, 'the credit');
    await inTime(async () => (await adjustments(goes.token)).length > 0, 'the other credit');

    const [kept] = await adjustments(stays.token);
    expect(kept?.description).toMatch(/^node-3 could not be reached on .* UTC; that time is not charged$/);
    expect(kept?.allocation_id).toBe(staying);
    const hour = BigInt(portal.sku.price_per_gpu_hour!.amount);
    const minutes = (amount: string) => Number((BigInt(amount) * 60n) / hour);
    expect(minutes(kept!.amount.amount)).toBeGreaterThanOrEqual(29);
    expect(minutes(kept!.amount.amount)).toBeLessThanOrEqual(31);
    const [left] = await adjustments(goes.token);
    expect(minutes(left!.amount.amount)).toBeGreaterThanOrEqual(20);
    expect(minutes(left!.amount.amount)).toBeLessThanOrEqual(21);
    expect((await portal.call(listUsage, { token: goes.token })).items[0]?.credited).toEqual(left!.amount);

    // Whoever comes afterwards is not concerned, and a second outage is one of its own.
    const third = await active(later.token);
    await clock.advance(10_000);
    await goSilent();
    clock.set(clock.now() + 10 * MINUTE);
    await clock.advance(20_000);
    portal.runtime.heal();
    await inTime(async () => (await adjustments(later.token)).length > 0, 'the credit of the second outage');
    await inTime(async () => (await adjustments(stays.token)).length > 1, 'the second credit');
    expect(await adjustments(goes.token)).toHaveLength(1);
    for (const [token, id] of [
      [stays.token, staying],
      [later.token, third],
    ] as const) {
      await portal.release(token, id);
      await inTime(async () => (await portal.allocation(token, id)).status === 'released', 'its end');
    }
  });
});
