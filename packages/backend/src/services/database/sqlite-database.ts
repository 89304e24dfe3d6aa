import createKnex from 'knex';
import type { Knex } from 'knex';
import type { Clock, Database, Migration, Parameter, Queries, Query, Transaction } from '@portico/plugin-kit/backend';
import { common } from '@portico/plugin-kit/contract';
import { assertOutsideTransaction, insideTransaction } from './current-transaction';
import { runMigrations, silent } from './migrate';
import { SqliteConnection } from './sqlite-connection';
import { throwStorageError } from './storage-errors';
import { TransactionQueue } from './transaction-queue';

/**
 * Longest a transaction may stay open. Its work awaits nothing but the database, so only a bug (an await on the network, on
 * another transaction) reaches this; it is rolled back so that all others go on.
 */
const TRANSACTION_SECONDS_MAX = 30;

/**
 * SQLite: one write connection whose users take turns, one read-only connection beside it (WAL, so readers and the writer never wait
 * for each other). The driver is synchronous; promises are there because the interface is the same on PostgreSQL.
 */
export class SqliteDatabase implements Database {
  readonly dialect = 'sqlite';
  readonly build: Knex = createKnex({ client: 'better-sqlite3', useNullAsDefault: true });
  readonly read: Queries;
  readonly #filename: string;
  readonly #clock: Clock;
  readonly #writer: SqliteConnection;
  readonly #reader: SqliteConnection;
  readonly #queue = new TransactionQueue();
  #closed = false;

  constructor(options: { filename: string; clock: Clock; synchronous?: 'FULL' | 'OFF' }) {
    this.#filename = options.filename;
    this.#clock = options.clock;
    const synchronous = options.synchronous ?? 'FULL';
    this.#writer = new SqliteConnection({ filename: options.filename, readonly: false, synchronous });
    this.#reader = new SqliteConnection({ filename: options.filename, readonly: true, synchronous });
    const reader = this.#reader;
    this.read = {
      dialect: 'sqlite',
      all: async (query, parameters) => (this.#assertReadable(), reader.all(query, parameters)),
      first: async (query, parameters) => (this.#assertReadable(), reader.first(query, parameters)),
    };
  }

  async transaction<Result>(work: (tx: Transaction) => Promise<Result>): Promise<Result> {
    assertOutsideTransaction('transaction');
    await this.#queue.take();
    const listeners: (() => void)[] = [];
    let result: Result;
    try {
      result = await this.#transact(work, listeners);
    } finally {
      this.#queue.give();
    }
    for (const listener of listeners) listener();
    return result;
  }

  async migrate(plugin: string, migrations: readonly Migration[]): Promise<void> {
    assertOutsideTransaction('transaction');
    // Two connections of one process must not wait for each other's lock (waiting blocks the process), so migrating is a turn like any other.
    await this.#queue.take();
    const knex = createKnex({
      client: 'better-sqlite3',
      connection: { filename: this.#filename },
      useNullAsDefault: true,
      pool: { min: 1, max: 1 },
      log: silent,
    });
    try {
      await knex.raw('PRAGMA foreign_keys = OFF');
      await runMigrations(knex, { plugin, migrations, now: () => this.#clock.now() });
    } catch (error) {
      throwStorageError(error);
    } finally {
      await knex.destroy();
      this.#queue.give();
    }
  }

  /** Waits for the open transaction; those behind it are refused. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#queue.take();
    this.#reader.close();
    this.#writer.close();
    this.#queue.give();
  }

  async #transact<Result>(work: (tx: Transaction) => Promise<Result>, listeners: (() => void)[]): Promise<Result> {
    if (this.#closed) throw common.fail('service_unavailable');
    const writer = this.#writer;
    const state = { open: true };
    writer.run('BEGIN IMMEDIATE', undefined);
    let expired: NodeJS.Timeout | undefined;
    try {
      const tx = this.#open(state, listeners);
      const overdue = new Promise<never>((_resolve, reject) => {
        expired = setTimeout(
          () =>
            reject(
              new Error(
                `a transaction was open for ${TRANSACTION_SECONDS_MAX} s and was rolled back; its work may await nothing but the database`,
              ),
            ),
          TRANSACTION_SECONDS_MAX * 1000,
        );
      });
      const result = await Promise.race([insideTransaction(state, () => work(tx)), overdue]);
      state.open = false;
      writer.run('COMMIT', undefined);
      return result;
    } catch (error) {
      state.open = false;
      // A full disk makes SQLite roll back by itself.
      if (writer.inTransaction) writer.run('ROLLBACK', undefined);
      throw error;
    } finally {
      clearTimeout(expired);
    }
  }

  #open(state: { open: boolean }, listeners: (() => void)[]): Transaction {
    const writer = this.#writer;
    const assertOpen = () => {
      if (!state.open) throw new Error('the transaction is over; a query was made without awaiting it');
    };
    return {
      dialect: 'sqlite',
      now: this.#clock.now(),
      forUpdate: '',
      all: async <Row extends object>(query: Query, parameters?: readonly Parameter[]) => (
        assertOpen(),
        writer.all<Row>(query, parameters)
      ),
      first: async <Row extends object>(query: Query, parameters?: readonly Parameter[]) => (
        assertOpen(),
        writer.first<Row>(query, parameters)
      ),
      run: async (query, parameters) => (assertOpen(), writer.run(query, parameters)),
      afterCommit: listener => {
        listeners.push(listener);
      },
    };
  }

  #assertReadable(): void {
    assertOutsideTransaction('read');
    if (this.#closed) throw common.fail('service_unavailable');
  }
}
