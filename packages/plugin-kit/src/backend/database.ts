import { createServiceRef } from '@backstage/backend-plugin-api';
import type { Knex } from 'knex';

/**
 * The one database all first-party plugins share. Knex compiles queries and runs migrations; the driver executes, so that a hot
 * path can be one prepared statement. Rules for tables, the same on SQLite and PostgreSQL:
 * names are prefixed by the plugin (`billing_holds`); instants are integer epoch milliseconds (`…_at`, bigint); flags are integers 0/1;
 * documents are JSON text (`…_json`); money is bigint in a column or alias that ends in `_micros`. Rows come back with
 * `_micros` as `bigint` and every other integer as `number` (a value beyond 2^53 throws). No triggers.
 */
export interface Database {
  readonly dialect: Dialect;
  /** Compiles queries, never executes them: `tx.all(database.build('fleet_slots').where({ … }))`. */
  readonly build: Knex;
  /** Brings a plugin's tables up to date in its own migration table. Forward only; several replicas may call it at once. */
  migrate(plugin: string, migrations: readonly Migration[]): Promise<void>;
  /**
   * One ACID transaction over all plugins' tables. `work` awaits nothing but the database, and may run again after a
   * serialization failure. On SQLite transactions are serialized (BEGIN IMMEDIATE); on PostgreSQL READ COMMITTED: lock rows with `tx.forUpdate`.
   */
  transaction<Result>(work: (tx: Transaction) => Promise<Result>, options?: TransactionOptions): Promise<Result>;
  /** Reads outside a transaction; on SQLite over read-only connections, so a long read never blocks a write. */
  readonly read: Queries;
}

export type Dialect = 'sqlite' | 'postgres';

export interface TransactionOptions {
  /** PostgreSQL: give up waiting for another transaction's lock after so long (SQLSTATE 55P03). */
  lockTimeoutSeconds?: number;
}

/** SQL text with `?` placeholders (rewritten for PostgreSQL), or a query of `database.build`. */
export type Query = string | Knex.QueryBuilder | Knex.Raw;
export type Parameter = string | number | bigint | null | Uint8Array;

export interface Queries {
  readonly dialect: Dialect;
  all<Row extends object>(query: Query, parameters?: readonly Parameter[]): Promise<Row[]>;
  first<Row extends object>(query: Query, parameters?: readonly Parameter[]): Promise<Row | undefined>;
}

export interface Transaction extends Queries {
  /** The one reading of the clock for everything this transaction writes; epoch milliseconds. */
  readonly now: number;
  /** ` FOR UPDATE` on PostgreSQL, empty on SQLite where the transaction already holds the write lock. */
  readonly forUpdate: '' | ' FOR UPDATE';
  /** Number of rows changed. */
  run(query: Query, parameters?: readonly Parameter[]): Promise<number>;
  /** Runs after a successful commit, never for a transaction that rolled back. For wake-ups only: a crash may skip it. */
  afterCommit(listener: () => void): void;
}

export interface Migration {
  /** `0001_accounts`: order and identity. */
  readonly name: string;
  up(knex: Knex): Promise<void>;
}

export const databaseRef = createServiceRef<Database>({ id: 'portico.database', scope: 'root' });

/** Whether the database refused a row because a unique index already holds one like it. */
export function isUniqueViolation(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return code === '23505' || code === 'SQLITE_CONSTRAINT_UNIQUE' || code === 'SQLITE_CONSTRAINT_PRIMARYKEY';
}

/** `?, ?, ?`: what stands between the parentheses of `IN (…)` and `VALUES (…)` for so many parameters. */
export function placeholders(count: number): string {
  return Array<string>(count).fill('?').join(', ');
}
