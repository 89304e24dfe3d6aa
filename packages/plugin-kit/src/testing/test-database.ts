import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openDatabase } from '@portico/backend/services';
import type { DatabaseLocation, OpenDatabase } from '@portico/backend/services';
import pg from 'pg';
import type { Clock, Dialect } from '../backend';
import { postgresUrl } from './postgres-request';
import { TestClock } from './test-clock';

/** An empty database with a folder beside it. Several may open it, other processes too. */
export interface TestDatabase {
  readonly location: DatabaseLocation;
  readonly dataDirectory: string;
  /** Another connection to the same database, as a second replica would have. The caller closes it. */
  connect(clock: Clock): OpenDatabase;
  drop(): Promise<void>;
}

export async function createTestDatabase(dialect: Dialect, options: { durable?: boolean } = {}): Promise<TestDatabase> {
  const dataDirectory = await mkdtemp(path.join(tmpdir(), 'portico-data-'));
  const removeFolder = () => rm(dataDirectory, { recursive: true, force: true });
  if (dialect === 'sqlite') {
    const location = {
      dialect,
      filename: path.join(dataDirectory, 'portico.sqlite'),
      synchronous: options.durable ? 'FULL' : 'OFF',
    } as const;
    return { location, dataDirectory, connect: clock => openDatabase(location, clock), drop: removeFolder };
  }
  const server = await postgresUrl();
  const name = `test_${randomBytes(8).toString('hex')}`;
  await administer(server, `CREATE DATABASE ${name} TEMPLATE template0`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  const location = { dialect, url: url.toString(), connectionsMax: 10 } as const;
  return {
    location,
    dataDirectory,
    connect: clock => openDatabase(location, clock),
    async drop() {
      await administer(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      await removeFolder();
    },
  };
}

async function administer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

export interface OpenTestDatabase {
  readonly database: OpenDatabase;
  readonly clock: TestClock;
  readonly store: TestDatabase;
  /** Closes and drops it. Done by itself at the end of the describe block when the test does not. */
  close(): Promise<void>;
}

export interface DatabaseUnderTest {
  readonly name: string;
  readonly dialect: Dialect;
  /** A fresh, empty database. */
  open(options?: { clock?: TestClock; durable?: boolean }): Promise<OpenTestDatabase>;
}

const DIALECTS = { sqlite: 'SQLite', postgres: 'PostgreSQL' } as const;

/** A describe block for SQLite and one for PostgreSQL, real both. */
export function eachDatabase(run: (db: DatabaseUnderTest) => void): void {
  for (const dialect of ['sqlite', 'postgres'] as const) {
    describe(DIALECTS[dialect], () => {
      const opened = new Set<() => Promise<void>>();
      afterAll(async () => {
        for (const close of opened) await close();
      });
      run({
        name: DIALECTS[dialect],
        dialect,
        async open(options = {}) {
          const clock = options.clock ?? new TestClock();
          const store = await createTestDatabase(dialect, options);
          const database = store.connect(clock);
          const close = async () => {
            if (!opened.delete(close)) return;
            await database.close();
            await store.drop();
          };
          opened.add(close);
          return { database, clock, store, close };
        },
      });
    });
  }
}
