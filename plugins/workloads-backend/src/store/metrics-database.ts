import type { Database, Parameter } from '@portico/plugin-kit/backend';
import SqliteDatabase from 'better-sqlite3';
import { closeSync, openSync } from 'node:fs';
import path from 'node:path';
import type { MetricsDatabase } from './metrics';

const FILE = 'metrics.sqlite';

/** The PostgreSQL table, or a SQLite file in the data folder. */
export function openMetricsDatabase(options: { database: Database; dataDirectory: string }): MetricsDatabase {
  return options.database.dialect === 'postgres'
    ? sharedTable(options.database)
    : ownFile(path.join(options.dataDirectory, FILE));
}

function sharedTable(database: Database): MetricsDatabase {
  return {
    all: (sql, parameters) => database.read.all(sql, parameters),
    transaction: work => database.transaction(work),
    close: async () => {},
  };
}

/** Measurements of the last seconds may be lost with the power: `synchronous` is NORMAL here, which a crash of the process does not even notice. */
function ownFile(filename: string): MetricsDatabase {
  // For its owner only, as the database beside it.
  closeSync(openSync(filename, 'a', 0o600));
  const file = new SqliteDatabase(filename);
  file.pragma('journal_mode = WAL');
  file.pragma('synchronous = NORMAL');
  file.exec(`CREATE TABLE IF NOT EXISTS workloads_metrics (
    allocation_id TEXT NOT NULL, resolution_seconds INTEGER NOT NULL, bucket_at INTEGER NOT NULL, samples INTEGER NOT NULL,
    measurement_json TEXT NOT NULL, PRIMARY KEY (allocation_id, resolution_seconds, bucket_at)) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS workloads_metrics_age ON workloads_metrics (resolution_seconds, bucket_at);`);
  const all = async <Row extends object>(sql: string, parameters: readonly Parameter[]) =>
    file.prepare<unknown[], Row>(sql).all(...parameters);
  const run = async (sql: string, parameters: readonly Parameter[]) =>
    file.prepare<unknown[]>(sql).run(...parameters).changes;
  // The driver is synchronous, but `work` is not: transactions take turns, and nobody else writes this file.
  let turn: Promise<void> = Promise.resolve();
  return {
    all,
    transaction(work) {
      const mine = turn.then(async () => {
        file.exec('BEGIN IMMEDIATE');
        try {
          await work({ all, run });
          file.exec('COMMIT');
        } catch (error) {
          if (file.inTransaction) file.exec('ROLLBACK');
          throw error;
        }
      });
      turn = mine.catch(() => {});
      return mine;
    },
    async close() {
      await turn;
      file.close();
    },
  };
}
