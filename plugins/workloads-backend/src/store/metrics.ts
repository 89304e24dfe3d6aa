import type { Parameter } from '@portico/plugin-kit/backend';
import {
  type Bucket,
  bucketStart,
  type Measurement,
  merged,
  type MetricTier,
  metricTiers,
  type Window,
} from '../domain/metrics';

/**
 * Where measurements live: a file of their own beside the SQLite database, so that what is written every few seconds never waits for, nor
 * delays, what must not be lost; on PostgreSQL a table among the others.
 */
export interface MetricsDatabase {
  all<Row extends object>(sql: string, parameters: readonly Parameter[]): Promise<Row[]>;
  transaction(work: (tx: MetricsTransaction) => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

export interface MetricsTransaction {
  all<Row extends object>(sql: string, parameters: readonly Parameter[]): Promise<Row[]>;
  run(sql: string, parameters: readonly Parameter[]): Promise<number>;
}

export interface MetricsStore {
  record(samples: readonly { allocationId: string; at: number; measurement: Measurement }[]): Promise<void>;
  read(allocationId: string, window: Window): Promise<readonly Bucket[]>;
  /** Deletes what is older than its tier keeps. */
  prune(now: number): Promise<void>;
  close(): Promise<void>;
}

interface BucketRow {
  bucket_at: number;
  samples: number;
  measurement_json: string;
}

/** Rows deleted at once: short enough that nobody waits. */
const PRUNE_ROWS_MAX = 5_000;

export function createMetricsStore(database: MetricsDatabase): MetricsStore {
  return {
    async record(samples) {
      if (samples.length === 0) return;
      await database.transaction(async tx => {
        for (const { allocationId, at, measurement } of samples) {
          for (const tier of metricTiers) await add(tx, { allocationId, tier, at: bucketStart(at, tier), measurement });
        }
      });
    },
    async read(allocationId, window) {
      const rows = await database.all<BucketRow>(
        `SELECT bucket_at, samples, measurement_json FROM workloads_metrics
         WHERE allocation_id = ? AND resolution_seconds = ? AND bucket_at >= ? AND bucket_at <= ? ORDER BY bucket_at`,
        [allocationId, window.tier.seconds, window.from, window.to],
      );
      return rows.map(row => ({ at: row.bucket_at, measurement: JSON.parse(row.measurement_json) as Measurement }));
    },
    async prune(now) {
      for (const tier of metricTiers) {
        let deleted: number;
        do {
          deleted = 0;
          await database.transaction(async tx => {
            const old = now - tier.keepSeconds * 1000;
            deleted = await tx.run(
              `DELETE FROM workloads_metrics WHERE (allocation_id, resolution_seconds, bucket_at) IN
                 (SELECT allocation_id, resolution_seconds, bucket_at FROM workloads_metrics
                  WHERE resolution_seconds = ? AND bucket_at < ? ORDER BY bucket_at LIMIT ?)`,
              [tier.seconds, old, PRUNE_ROWS_MAX],
            );
          });
        } while (deleted === PRUNE_ROWS_MAX);
      }
    },
    close: () => database.close(),
  };
}

async function add(
  tx: MetricsTransaction,
  entry: { allocationId: string; tier: MetricTier; at: number; measurement: Measurement },
): Promise<void> {
  const key = [entry.allocationId, entry.tier.seconds, entry.at];
  const [before] = await tx.all<BucketRow>(
    'SELECT bucket_at, samples, measurement_json FROM workloads_metrics WHERE allocation_id = ? AND resolution_seconds = ? AND bucket_at = ?',
    key,
  );
  const measurement = before
    ? merged(JSON.parse(before.measurement_json) as Measurement, before.samples, entry.measurement)
    : entry.measurement;
  await tx.run(
    `INSERT INTO workloads_metrics (allocation_id, resolution_seconds, bucket_at, samples, measurement_json) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (allocation_id, resolution_seconds, bucket_at)
     DO UPDATE SET samples = excluded.samples, measurement_json = excluded.measurement_json`,
    [...key, (before?.samples ?? 0) + 1, JSON.stringify(measurement)],
  );
}
