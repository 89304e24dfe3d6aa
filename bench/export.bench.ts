import pg from 'pg';
import type { Connection } from 'pg';
import { openDatabase, systemClock } from '@portico/backend/services';
import type { OpenDatabase } from '@portico/backend/services';
import { startPostgresServer } from '@portico/plugin-kit/testing';
import { migrations } from '../plugins/billing-backend/migrations';
import { openCustomer } from '../plugins/billing-backend/src/store/customers';
import { seedUsage } from '../plugins/billing-backend/src/testing/usage-seed';
import { usageCsv } from '../plugins/billing-backend/src/usage-csv';
import { alternate, median, printTable } from './report';

/**
 * P8: the usage export as CSV over PostgreSQL's own COPY of the same columns in the same order, and what a million rows take of memory more than a hundred thousand.
 * Both sides alternate, medians are quoted. The export reckons each row's time and cost and protects spreadsheets; COPY does neither.
 *
 * `PORTICO_BENCH_POSTGRES_URL` uses a server of yours (an empty database); otherwise one is started.
 */
const ROUNDS = 3;
const FEW = 100_000;
const MANY = 1_000_000;
const RATE_BAR = 0.15;
const GROWTH_MB_MAX = 40;

const MB = 1024 * 1024;
const scopeOf = (organizationId: string) => ({
  organizationId,
  departmentId: 'dept_bench',
  projectId: 'proj_bench',
  userId: 'usr_bench',
  allocationId: null,
});
const few = scopeOf('org_few');
const many = scopeOf('org_many');

interface Exported {
  readonly rowsPerSecond: number;
  readonly memoryPeak: number;
}

async function exported(database: OpenDatabase, organizationId: string, rows: number): Promise<Exported> {
  const begun = performance.now();
  let memoryPeak = 0;
  let lines = -1;
  for await (const chunk of usageCsv(database.read, {
    filter: { organizationId },
    sort: '-started_at',
    now: Date.now(),
    signal: new AbortController().signal,
  })) {
    for (let at = chunk.indexOf('\n'); at !== -1; at = chunk.indexOf('\n', at + 1)) lines += 1;
    memoryPeak = Math.max(memoryPeak, process.memoryUsage.rss());
  }
  if (lines !== rows) throw new Error(`the export has ${lines} rows, not ${rows}`);
  return { rowsPerSecond: rows / ((performance.now() - begun) / 1000), memoryPeak };
}

/** What the driver calls while a query of its own kind runs. */
class CopyOut {
  rows = 0;
  readonly done: Promise<void>;
  #settle: { resolve: () => void; reject: (error: Error) => void } = { resolve: () => {}, reject: () => {} };

  constructor(readonly text: string) {
    this.done = new Promise((resolve, reject) => (this.#settle = { resolve, reject }));
  }

  submit(connection: Connection): void {
    connection.query(this.text);
  }

  handleCopyData(): void {
    this.rows += 1;
  }

  handleCommandComplete(): void {}
  handleReadyForQuery(): void {
    this.#settle.resolve();
  }

  handleError(error: Error): void {
    this.#settle.reject(error);
  }
}

const COPY = `COPY (
  SELECT allocation_id, allocation_name, project_id, department_id, user_id, sku_id, gpu_count, started_at, stopped_at, (stopped_at - started_at) / 1000,
    price_per_hour_micros, cost_micros, 0, 'USD', tags_json
  FROM billing_meters WHERE organization_id = 'org_many' ORDER BY started_at DESC, allocation_id DESC
) TO STDOUT WITH CSV`;

async function copied(url: string): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const begun = performance.now();
    const copy = new CopyOut(COPY);
    client.query(copy);
    await copy.done;
    if (copy.rows < MANY) throw new Error(`COPY sent ${copy.rows} rows`);
    return MANY / ((performance.now() - begun) / 1000);
  } finally {
    await client.end();
  }
}

async function prepare(database: OpenDatabase): Promise<void> {
  await database.migrate('billing', migrations);
  for (const [scope, rows] of [
    [few, FEW],
    [many, MANY],
  ] as const) {
    await database.transaction(tx =>
      openCustomer(tx, { organizationId: scope.organizationId, currency: 'USD' } as Parameters<typeof openCustomer>[1]),
    );
    await seedUsage(database, { scope, rows, startedAt: Date.now() - (rows + 10) * 1_800_000 });
  }
  await database.transaction(tx => tx.run('ANALYZE billing_meters'));
}

async function main(): Promise<void> {
  const given = process.env['PORTICO_BENCH_POSTGRES_URL'];
  const server = given === undefined ? await startPostgresServer() : undefined;
  const url = given ?? server?.url ?? '';
  try {
    const database = openDatabase({ dialect: 'postgres', url, connectionsMax: 4 }, systemClock);
    try {
      await prepare(database);
      // Once unmeasured: the code is compiled and the pages are read.
      await exported(database, few.organizationId, FEW);
      const small: Exported[] = [];
      for (let round = 0; round < ROUNDS; round += 1) small.push(await exported(database, few.organizationId, FEW));
      const large: Exported[] = [];
      const { ours, theirs } = await alternate(ROUNDS, {
        ours: async () => {
          large.push(await exported(database, many.organizationId, MANY));
          return large.at(-1)?.rowsPerSecond ?? 0;
        },
        theirs: () => copied(url),
      });
      const peak = (all: readonly Exported[]) => Math.max(...all.map(one => one.memoryPeak));
      printTable(`Usage as CSV, ${MANY} rows, medians of ${ROUNDS} rounds`, [
        {
          what: 'P8 rows; anchor: COPY of the same columns',
          measured: median(ours),
          unit: '/s',
          anchor: median(theirs),
          bar: { ratioAtLeast: RATE_BAR },
        },
        {
          what: `P8 memory for ${MANY} rows beyond that for ${FEW}`,
          measured: Math.max(0, peak(large) - peak(small)) / MB,
          unit: 'MB',
          bar: { atMost: GROWTH_MB_MAX },
        },
      ]);
    } finally {
      await database.close();
    }
  } finally {
    await server?.stop();
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
