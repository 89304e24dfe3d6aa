import createKnex from 'knex';
import type { Knex } from 'knex';
import pg from 'pg';
import type { PoolClient, QueryConfig } from 'pg';
import type {
  Clock,
  Database,
  Migration,
  Parameter,
  Queries,
  Query,
  Transaction,
  TransactionOptions,
} from '@portico/plugin-kit/backend';
import { common } from '@portico/plugin-kit/contract';
import { BoundedCache } from './bounded-cache';
import { assertOutsideTransaction, insideTransaction } from './current-transaction';
import { runMigrations, silent } from './migrate';
import { numberPlaceholders } from './placeholders';
import { readRows, rowTypes } from './postgres-rows';
import { storageError, throwStorageError } from './storage-errors';

/** Connections of one replica. PostgreSQL allows 100 by default, so four replicas fit beside an administrator. */
const CONNECTIONS_MAX = 20;
/** How long a request waits for a free connection, or for a server that restarts, before it is told so. */
const CONNECT_MILLISECONDS_MAX = 5_000;
/** Serialization failures and deadlocks are part of normal work; more than this many in a row is not. */
const ATTEMPTS_MAX = 5;
const RETRY_MILLISECONDS = 5;
/** Texts that get a name on the server, where each connection keeps its plan. Texts beyond that are sent unnamed. */
const NAMED_STATEMENTS_MAX = 500;
/** A transaction awaits nothing but the database; one that sits idle so long is a bug, and is ended so that its locks go. */
const IDLE_IN_TRANSACTION_SECONDS_MAX = 30;

/** Serialization failure, deadlock: the whole transaction runs again. */
const RETRIED = new Set(['40001', '40P01']);
/** A cached plan outlived a migration made by another replica: the same, on a fresh connection. */
const PLAN_OUTDATED = '0A000';

/** PostgreSQL through a pool. READ COMMITTED; queries with text of their own are prepared once per connection. */
export class PostgresDatabase implements Database {
  readonly dialect = 'postgres';
  readonly build: Knex = createKnex({ client: 'pg' });
  readonly read: Queries;
  readonly #url: string;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #pool: pg.Pool;
  readonly #statements = new BoundedCache<{ text: string; name: string | undefined }>(2 * NAMED_STATEMENTS_MAX);
  #named = 0;
  #closed = false;

  constructor(options: { url: string; clock: Clock; connectionsMax?: number; random?: () => number }) {
    this.#url = options.url;
    this.#clock = options.clock;
    this.#random = options.random ?? Math.random;
    this.#pool = new pg.Pool({
      connectionString: options.url,
      max: options.connectionsMax ?? CONNECTIONS_MAX,
      connectionTimeoutMillis: CONNECT_MILLISECONDS_MAX,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_SECONDS_MAX * 1000,
      application_name: 'portico',
      keepAlive: true,
      types: rowTypes,
      // BEGIN travels together with the first statement: one round trip less per transaction.
      pipeline: true,
    });
    // A connection that dies while idle leaves the pool by itself; unheard, the event would end the process.
    this.#pool.on('error', () => {});
    // The same for one that dies between two statements of a transaction; the next statement says so.
    this.#pool.on('connect', client => void client.on('error', () => {}));
    this.read = {
      dialect: 'postgres',
      all: (query, parameters) => this.#readAll(query, parameters),
      first: async <Row extends object>(query: Query, parameters?: readonly Parameter[]) =>
        (await this.#readAll<Row>(query, parameters)).at(0),
    };
  }

  async transaction<Result>(
    work: (tx: Transaction) => Promise<Result>,
    options: TransactionOptions = {},
  ): Promise<Result> {
    assertOutsideTransaction('transaction');
    for (let attempt = 1; ; attempt += 1) {
      const listeners: (() => void)[] = [];
      try {
        const result = await this.#transact(work, listeners, options);
        for (const listener of listeners) listener();
        return result;
      } catch (error) {
        const code = (error as { code?: unknown } | null)?.code;
        if (attempt === ATTEMPTS_MAX || typeof code !== 'string' || (!RETRIED.has(code) && code !== PLAN_OUTDATED))
          throwStorageError(error);
        await new Promise(resolve => setTimeout(resolve, RETRY_MILLISECONDS * 2 ** attempt * this.#random()));
      }
    }
  }

  async migrate(plugin: string, migrations: readonly Migration[]): Promise<void> {
    assertOutsideTransaction('transaction');
    const knex = createKnex({
      client: 'pg',
      connection: this.#url,
      pool: { min: 0, max: 1 },
      acquireConnectionTimeout: CONNECT_MILLISECONDS_MAX,
      log: silent,
    });
    try {
      await runMigrations(knex, { plugin, migrations, now: () => this.#clock.now() });
    } catch (error) {
      throwStorageError(error);
    } finally {
      await knex.destroy();
    }
  }

  /** Waits for open transactions; later calls are refused. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#pool.end();
  }

  async #transact<Result>(
    work: (tx: Transaction) => Promise<Result>,
    listeners: (() => void)[],
    options: TransactionOptions,
  ): Promise<Result> {
    const client = await this.#connect();
    const state = { open: true };
    let committing = false;
    try {
      const begun = [client.query('BEGIN')];
      if (options.lockTimeoutSeconds !== undefined) {
        begun.push(client.query(`SET LOCAL lock_timeout = ${Math.ceil(options.lockTimeoutSeconds * 1000)}`));
      }
      // Not awaited here but with the first statement; without a statement, by COMMIT.
      for (const query of begun) query.catch(() => {});
      const result = await insideTransaction(state, () => work(this.#open(client, state, listeners)));
      state.open = false;
      await Promise.all(begun);
      committing = true;
      const { command } = await client.query('COMMIT');
      // A transaction in which a statement failed and the failure was swallowed: COMMIT answers ROLLBACK without an error.
      if (command !== 'COMMIT')
        throw new Error('the transaction was rolled back: a statement in it failed and the error was not passed on');
      client.release();
      return result;
    } catch (error) {
      state.open = false;
      const lost = storageError(error)?.code === 'service_unavailable';
      await this.#abandon(client, lost || (error as { code?: unknown } | null)?.code === PLAN_OUTDATED);
      if (lost && committing) {
        throw common.fail('service_unavailable', {
          cause: error,
          message:
            'The connection to the database was lost at the last moment; look whether it took effect, or retry with the same Idempotency-Key.',
        });
      }
      throw error;
    }
  }

  async #abandon(client: PoolClient, broken: boolean): Promise<void> {
    if (broken) return client.release(true);
    try {
      await client.query('ROLLBACK');
      client.release();
    } catch {
      client.release(true);
    }
  }

  #open(client: PoolClient, state: { open: boolean }, listeners: (() => void)[]): Transaction {
    const ask = (query: Query, parameters: readonly Parameter[] | undefined) => {
      if (!state.open) throw new Error('the transaction is over; a query was made without awaiting it');
      return client.query(this.#compile(query, parameters));
    };
    return {
      dialect: 'postgres',
      now: this.#clock.now(),
      forUpdate: ' FOR UPDATE',
      all: async <Row extends object>(query: Query, parameters?: readonly Parameter[]) =>
        readRows<Row>(await ask(query, parameters)),
      first: async <Row extends object>(query: Query, parameters?: readonly Parameter[]) =>
        readRows<Row>(await ask(query, parameters)).at(0),
      run: async (query, parameters) => (await ask(query, parameters)).rowCount ?? 0,
      afterCommit: listener => {
        listeners.push(listener);
      },
    };
  }

  async #readAll<Row extends object>(query: Query, parameters?: readonly Parameter[]): Promise<Row[]> {
    assertOutsideTransaction('read');
    const client = await this.#connect();
    try {
      const rows = readRows<Row>(await client.query(this.#compile(query, parameters)));
      client.release();
      return rows;
    } catch (error) {
      client.release(storageError(error) !== undefined || (error as { code?: unknown }).code === PLAN_OUTDATED);
      throwStorageError(error);
    }
  }

  async #connect(): Promise<PoolClient> {
    if (this.#closed) throw common.fail('service_unavailable');
    try {
      return await this.#pool.connect();
    } catch (error) {
      throwStorageError(error);
    }
  }

  #compile(query: Query, parameters: readonly Parameter[] | undefined): QueryConfig {
    if (typeof query !== 'string') {
      const { sql, bindings } = (query as Knex.Raw).toSQL().toNative();
      return { text: sql, values: bindings as unknown[] };
    }
    let statement = this.#statements.get(query);
    if (statement === undefined) {
      this.#named += 1;
      statement = {
        text: numberPlaceholders(query),
        name: this.#named <= NAMED_STATEMENTS_MAX ? `p${this.#named}` : undefined,
      };
      this.#statements.set(query, statement);
    }
    return { text: statement.text, name: statement.name, values: parameters as unknown[] | undefined };
  }
}
