import { openDatabase } from '@portico/backend/services';
import type { OpenDatabase } from '@portico/backend/services';
import type { Clock } from '@portico/plugin-kit/backend';
import { startPostgresServer, TestClock } from '@portico/plugin-kit/testing';
import type { DatabaseUnderTest } from '@portico/plugin-kit/testing';
import { seedUsage } from '../plugins/billing-backend/src/testing/usage-seed';
import { openBilling, openOrganization } from '../plugins/billing-backend/src/testing/billing-fixture';
import { costByGroup, costOverTime } from '../plugins/billing-backend/src/store/rollups';
import { beginOf } from '../plugins/billing-backend/src/domain/rollup-periods';
import { median, printTable } from './report';
import type { Row } from './report';

/**
 * What metering costs: a review of a customer, a tick over ten thousand running meters, the rollup of a million meter hours, and the timeline of a month over few and many
 * allocations, which must not tell the difference (P7).
 *
 * `PORTICO_BENCH_POSTGRES_URL` uses a server of yours (an empty database); otherwise one is started.
 */
const ORGANIZATIONS = 100;
const METERS_EACH = 100;
const FEW = 10_000;
const MANY = 1_000_000;
const QUERIES = 9;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const PRICE = 2_490_000n;
const RICH = 10n ** 15n;
const DEPTH_RATIO_MAX = 2;

const seconds = async (work: () => Promise<unknown>) => {
  const begun = performance.now();
  await work();
  return (performance.now() - begun) / 1000;
};

type Bench = Awaited<ReturnType<typeof openBilling>>;

/** So many organizations with so many running meters each, begun within the last minute. */
async function launchMany(billing: Bench): Promise<void> {
  for (let index = 0; index < ORGANIZATIONS; index += 1) {
    const scope = await openOrganization(billing, RICH);
    await billing.database.transaction(async tx => {
      for (let meter = 0; meter < METERS_EACH; meter += 1) {
        const allocationId = `alloc_run${index}x${meter}`;
        await billing.port.hold(tx, {
          scope: { ...scope, allocationId },
          pricePerHour: PRICE,
          skuId: 'sku_bench',
          gpuCount: 1,
        });
        await billing.port.startMeter(tx, { allocationId, at: billing.clock.now() - meter * 100 });
      }
    });
  }
}

async function benchMetering(billing: Bench): Promise<Row[]> {
  const { clock, accrual, rollups, database } = billing;
  await launchMany(billing);
  await accrual.tick();
  clock.set(clock.now() + 1_000);
  await database.transaction(tx => tx.run('UPDATE billing_customers SET review_at = ?', [clock.now()]));
  const review = await seconds(() => accrual.tick());
  clock.set(clock.now() + 5_000);
  const idle = await seconds(() => accrual.tick());
  clock.set(clock.now() + HOUR);
  const posting = await seconds(() => accrual.tick());
  clock.set(clock.now() + (MANY / (ORGANIZATIONS * METERS_EACH)) * HOUR);
  const rolling = await seconds(() => rollups.tick());

  const many = await openOrganization(billing, 0n);
  const few = await openOrganization(billing, 0n);
  for (const [scope, rows] of [
    [few, FEW],
    [many, MANY],
  ] as const) {
    const startedAt = clock.now() - (rows + 10) * 1_800_000;
    await seedUsage(database, { scope, rows, startedAt });
    await database.transaction(tx =>
      tx.run('UPDATE billing_customers SET rollup_from_at = ? WHERE organization_id = ?', [
        beginOf('hour', clock.now() - 90 * DAY),
        scope.organizationId,
      ]),
    );
  }
  if (database.dialect === 'postgres') await database.transaction(tx => tx.run('ANALYZE'));
  const later = await seconds(() => rollups.tick());
  const month = async (organizationId: string) => {
    const query = {
      filter: { organizationId },
      period: { from: beginOf('day', clock.now() - 30 * DAY), to: clock.now() },
      groupBy: 'project',
    } as const;
    const times: number[] = [];
    for (let turn = 0; turn < QUERIES; turn += 1) {
      times.push(
        await seconds(async () => {
          const groups = (await costByGroup(database.read, query)).map(row => row.group_key);
          await costOverTime(database.read, { ...query, grain: 'day', groups });
        }),
      );
    }
    return median(times) * 1000;
  };
  const on = database.dialect === 'postgres' ? 'PostgreSQL' : 'SQLite';
  return [
    {
      what: `${on}: reviews of customers with ${METERS_EACH} meters each`,
      measured: ORGANIZATIONS / review,
      unit: '/s',
    },
    {
      what: `${on}: a tick over ${ORGANIZATIONS * METERS_EACH} running meters when nobody is due`,
      measured: idle * 1000,
      unit: 'ms',
    },
    { what: `${on}: the tick that posts an hour of all of them`, measured: posting * 1000, unit: 'ms' },
    { what: `${on}: rollup of ${MANY} meter hours`, measured: rolling, unit: 's' },
    { what: `${on}: rollup of 90 days of an organization with ${MANY} allocations`, measured: later, unit: 's' },
    {
      what: `${on}: a month by day and project, ${MANY} allocations; anchor: ${FEW}`,
      measured: await month(many.organizationId),
      unit: 'ms',
      anchor: await month(few.organizationId),
      bar: { ratioAtMost: DEPTH_RATIO_MAX },
    },
  ];
}

async function main(): Promise<void> {
  const given = process.env['PORTICO_BENCH_POSTGRES_URL'];
  const server = given === undefined ? await startPostgresServer() : undefined;
  const url = given ?? server?.url ?? '';
  const rows: Row[] = [];
  try {
    const clock = new TestClock(Date.UTC(2026, 5, 1));
    const database: OpenDatabase = openDatabase({ dialect: 'postgres', url, connectionsMax: 4 }, clock as Clock);
    try {
      const under = { dialect: 'postgres', open: async () => ({ database, clock, close: async () => {} }) };
      rows.push(...(await benchMetering(await openBilling(under as unknown as DatabaseUnderTest))));
    } finally {
      await database.close();
    }
  } finally {
    await server?.stop();
  }
  printTable('Metering', rows);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
