import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import SqliteDriver from 'better-sqlite3';
import { openDatabase, systemClock } from '@portico/backend/services';
import type { OpenDatabase } from '@portico/backend/services';
import { startPostgresServer } from '@portico/plugin-kit/testing';
import { migrations } from '../plugins/billing-backend/migrations';
import { sealEntries } from '../plugins/billing-backend/src/actions/seal-entries';
import { ledgerKey } from '../plugins/billing-backend/src/ledger-key';
import { openCustomer } from '../plugins/billing-backend/src/store/customers';
import { postEntry, postgresPosting } from '../plugins/billing-backend/src/store/ledger';
import { assertBooksBalance } from '../plugins/billing-backend/src/testing/books';
import { PLAIN_SECRETS } from '../plugins/billing-backend/src/testing/plain-secrets';
import { alternate, median, printTable } from './report';

/**
 * P1 and P2: what a posting costs over the bare database. A posting is an entry with two postings in a transaction of its own: BEGIN, the posting, COMMIT.
 * pgbench sends the same three statements; SQLite is compared with one bare insert. Both sides alternate, medians are quoted.
 *
 * `PORTICO_BENCH_POSTGRES_URL` uses a server of yours (an empty database); otherwise one is started that waits for the disk.
 */
const ROUNDS = 5;
const SECONDS = 4;
const CLIENTS = 8;
const ORGANIZATIONS = 1_000;
const P1_BAR = 0.7;
const P2_BAR = 0.35;

const organization = (index: number) => `org_bench${index}`;

async function prepare(database: OpenDatabase): Promise<void> {
  await database.migrate('billing', migrations);
  await database.transaction(async tx => {
    for (let index = 1; index <= ORGANIZATIONS; index += 1)
      await openCustomer(tx, { organizationId: organization(index), currency: 'USD' });
  });
}

let sequence = 0;

/** Postings per second by so many clients, each waiting for its commit before it begins the next. */
async function postingsPerSecond(database: OpenDatabase, clients: number): Promise<number> {
  const end = Date.now() + SECONDS * 1000;
  const begun = performance.now();
  let count = 0;
  const client = async () => {
    while (Date.now() < end) {
      sequence += 1;
      const reference = `bench:${process.pid}:${sequence}`;
      const organizationId = organization(1 + Math.floor(Math.random() * ORGANIZATIONS));
      await database.transaction(tx =>
        postEntry(tx, {
          kind: 'adjustment',
          scope: {
            organizationId,
            departmentId: 'dept_bench',
            projectId: 'proj_bench',
            userId: 'usr_bench',
            allocationId: null,
          },
          currency: 'USD',
          amount: 1_000n,
          postings: { adjustment_expense: -1_000n, customer_available: 1_000n },
          actor: { type: 'user', id: 'usr_bench' },
          correlationId: 'corr_bench',
          reference,
          description: 'Benchmark',
        }),
      );
      count += 1;
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return count / ((performance.now() - begun) / 1000);
}

/** The statement of the product with pgbench's variables in the place of parameters. */
function pgbenchScript(): string {
  const values = [
    "'adjustment_expense'",
    '-1000',
    "'customer_available'",
    '1000',
    "'org_bench' || :org",
    "'led_' || :id",
    "'org_bench' || :org",
    "'adjustment'",
    "'USD'",
    '1000',
    "'dept_bench'",
    "'proj_bench'",
    "'usr_bench'",
    'NULL',
    "'user'",
    "'usr_bench'",
    "'corr_bench'",
    "'bench:' || :id",
    "'Benchmark'",
    'NULL',
    'NULL',
    '1700000000000',
  ];
  let place = 0;
  const statement = postgresPosting(2)
    .replace(/\?/g, () => `(${values[place++] ?? 'NULL'})`)
    .replace(/\s*\n\s*/g, ' ');
  return `\\set org random(1, ${ORGANIZATIONS})\n\\set id random(1, 9000000000000000000)\nBEGIN;\n${statement};\nCOMMIT;\n`;
}

/** Entries chained per second by one sealer, as many as were posted: it has to keep up with them on average, not at their peak. */
async function sealedPerSecond(database: OpenDatabase): Promise<number> {
  const key = await ledgerKey({ database, secrets: PLAIN_SECRETS });
  const sealed = async () =>
    (
      await database.read.first<{ n: number }>(
        'SELECT count(*) AS n FROM billing_entries WHERE seal_position IS NOT NULL',
      )
    )?.n ?? 0;
  const before = await sealed();
  const begun = performance.now();
  while ((await sealEntries(database, key)) && performance.now() - begun < SECONDS * 1000);
  const seconds = (performance.now() - begun) / 1000;
  return ((await sealed()) - before) / seconds;
}

async function findPgbench(): Promise<string | undefined> {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root) ? (await readdir(root)).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [
    ...versions.map(version => path.join(root, version, 'bin')),
    ...(process.env['PATH'] ?? '').split(':'),
  ];
  return folders.map(folder => path.join(folder, 'pgbench')).find(existsSync);
}

async function pgbenchPerSecond(options: { pgbench: string; script: string; url: string }): Promise<number> {
  const parameters = [
    '-n',
    '-M',
    'prepared',
    '-c',
    String(CLIENTS),
    '-j',
    '2',
    '-T',
    String(SECONDS),
    '-f',
    options.script,
    options.url,
  ];
  const { stdout } = await promisify(execFile)(options.pgbench, parameters);
  const found = /tps = ([0-9.]+)/.exec(stdout);
  if (found?.[1] === undefined) throw new Error(`pgbench said: ${stdout}`);
  return Number(found[1]);
}

function report(line: {
  what: string;
  ours: readonly number[];
  theirs: readonly number[];
  bar: number;
  note: string;
}): void {
  printTable(`Ledger postings, medians of ${ROUNDS} rounds of ${SECONDS} s; ${line.note}`, [
    {
      what: line.what,
      measured: median(line.ours),
      unit: '/s',
      anchor: median(line.theirs),
      bar: { ratioAtLeast: line.bar },
    },
  ]);
}

async function benchPostgres(folder: string): Promise<void> {
  const pgbench = await findPgbench();
  if (pgbench === undefined) {
    console.log(
      'P1 left out: pgbench is not installed. On Debian and Ubuntu: apt-get install postgresql-contrib (or postgresql).',
    );
    return;
  }
  const given = process.env['PORTICO_BENCH_POSTGRES_URL'];
  const server = given === undefined ? await startPostgresServer({ durable: true }) : undefined;
  const url = given ?? server?.url ?? '';
  try {
    const database = openDatabase({ dialect: 'postgres', url, connectionsMax: CLIENTS }, systemClock);
    try {
      await prepare(database);
      const script = path.join(folder, 'posting.sql');
      await writeFile(script, pgbenchScript());
      const { ours, theirs } = await alternate(ROUNDS, {
        ours: () => postingsPerSecond(database, CLIENTS),
        theirs: () => pgbenchPerSecond({ pgbench, script, url }),
      });
      report({
        what: `P1 PostgreSQL, ${CLIENTS} clients; anchor: pgbench, same SQL`,
        ours,
        theirs,
        bar: P1_BAR,
        note: 'one CTE statement reaches 0.97–1.14, statement by statement through a query builder 0.14–0.24',
      });
      const sealed = await sealedPerSecond(database);
      printTable('Sealing what was posted, after its commit', [
        { what: 'entries chained by one sealer', measured: sealed, unit: '/s', anchor: median(ours) },
      ]);
      // pgbench wrote into the same books: had its statement been another one, they would not balance.
      await assertBooksBalance(database.read);
    } finally {
      await database.close();
    }
  } finally {
    await server?.stop();
  }
}

function rawInsertsPerSecond(filename: string): number {
  const connection = new SqliteDriver(filename);
  try {
    connection.pragma('journal_mode = WAL');
    connection.pragma('synchronous = FULL');
    connection.exec(
      'CREATE TABLE IF NOT EXISTS raw_rows (id INTEGER PRIMARY KEY, text TEXT NOT NULL, amount INTEGER NOT NULL)',
    );
    const insert = connection.prepare('INSERT INTO raw_rows (text, amount) VALUES (?, ?)');
    const begun = performance.now();
    let count = 0;
    while (performance.now() - begun < SECONDS * 1000) {
      insert.run('Benchmark', 1_000);
      count += 1;
    }
    return count / ((performance.now() - begun) / 1000);
  } finally {
    connection.close();
  }
}

async function benchSqlite(folder: string): Promise<void> {
  const database = openDatabase({ dialect: 'sqlite', filename: path.join(folder, 'ledger.sqlite') }, systemClock);
  try {
    await prepare(database);
    const raw = path.join(folder, 'raw.sqlite');
    const { ours, theirs } = await alternate(ROUNDS, {
      ours: () => postingsPerSecond(database, 1),
      theirs: async () => rawInsertsPerSecond(raw),
    });
    report({
      what: 'P2 SQLite, WAL, synchronous FULL; anchor: raw one-row insert',
      ours,
      theirs,
      bar: P2_BAR,
      note: 'by driver 1.3–3.5 k/s of 3–5 k/s, through a query builder 0.8 k/s',
    });
  } finally {
    await database.close();
  }
}

async function main(): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'portico-bench-ledger-'));
  try {
    await benchSqlite(folder);
    await benchPostgres(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
