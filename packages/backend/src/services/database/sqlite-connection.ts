import { closeSync, openSync } from 'node:fs';
import SqliteDriver from 'better-sqlite3';
import type { Database as Connection, Statement } from 'better-sqlite3';
import type { Knex } from 'knex';
import type { Parameter, Query } from '@portico/plugin-kit/backend';
import { BoundedCache } from './bounded-cache';
import { throwStorageError } from './storage-errors';
import { exactNumber, MICROS_SUFFIX } from './values';

/** Compiled statements kept per connection; some kilobytes each, and all plugins together have a few hundred texts. */
const STATEMENTS_MAX = 500;
/** Another process (a backup, `sqlite3`) may hold the file for a moment. Waiting blocks this process, so it is short. */
const BUSY_TIMEOUT_MILLISECONDS = 5_000;
/** Pages kept in memory: a negative size is in KiB. */
const PAGE_CACHE_KIB = 32 * 1024;

type Value = string | number | bigint | null | Uint8Array;

/** One better-sqlite3 connection with its statements. Synchronous, as the driver is. */
export class SqliteConnection {
  readonly #connection: Connection;
  readonly #statements = new BoundedCache<Statement<Value[], Record<string, unknown>>>(STATEMENTS_MAX);

  constructor(options: { filename: string; readonly: boolean; synchronous: 'FULL' | 'OFF' }) {
    // SQLite gives its log and its index the mode of the file. The folder is closed to others already; a copy of it may not be.
    if (!options.readonly && options.filename !== ':memory:') closeSync(openSync(options.filename, 'a', 0o600));
    this.#connection = new SqliteDriver(options.filename, {
      readonly: options.readonly,
      timeout: BUSY_TIMEOUT_MILLISECONDS,
    });
    if (!options.readonly) {
      this.#connection.pragma('journal_mode = WAL');
      this.#connection.pragma(`synchronous = ${options.synchronous}`);
    }
    this.#connection.pragma('foreign_keys = ON');
    this.#connection.pragma(`cache_size = -${PAGE_CACHE_KIB}`);
    this.#connection.defaultSafeIntegers(true);
  }

  get inTransaction(): boolean {
    return this.#connection.inTransaction;
  }

  all<Row extends object>(query: Query, parameters: readonly Parameter[] | undefined): Row[] {
    try {
      const { statement, values } = this.#compile(query, parameters);
      if (!statement.reader) {
        statement.run(...values);
        return [];
      }
      const rows = statement.all(...values);
      for (const row of rows) readIntegers(row);
      return rows as Row[];
    } catch (error) {
      throwStorageError(error);
    }
  }

  first<Row extends object>(query: Query, parameters: readonly Parameter[] | undefined): Row | undefined {
    return this.all<Row>(query, parameters)[0];
  }

  run(query: Query, parameters: readonly Parameter[] | undefined): number {
    try {
      const { statement, values } = this.#compile(query, parameters);
      return statement.reader ? statement.all(...values).length : statement.run(...values).changes;
    } catch (error) {
      throwStorageError(error);
    }
  }

  close(): void {
    this.#connection.close();
  }

  #compile(query: Query, parameters: readonly Parameter[] | undefined) {
    if (typeof query === 'string') return { statement: this.#prepare(query), values: (parameters ?? []).map(toValue) };
    const { sql, bindings } = (query as Knex.Raw).toSQL().toNative();
    return { statement: this.#prepare(sql), values: bindings.map(value => toValue(value as Parameter)) };
  }

  #prepare(sql: string): Statement<Value[], Record<string, unknown>> {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#connection.prepare<Value[], Record<string, unknown>>(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

/** The driver binds every `number` as a double; whole ones go as integers, so that `? / 1000` divides as it does on PostgreSQL. */
function toValue(value: Parameter | boolean | undefined): Value {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (typeof value === 'boolean') return value ? 1n : 0n;
  if (value === undefined) return null;
  if (value instanceof Uint8Array && !Buffer.isBuffer(value))
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return value;
}

function readIntegers(row: Record<string, unknown>): void {
  for (const column in row) {
    const value = row[column];
    if (typeof value === 'bigint' && !column.endsWith(MICROS_SUFFIX)) row[column] = exactNumber(value, column);
  }
}
