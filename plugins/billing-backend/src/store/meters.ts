import { createHash } from 'node:crypto';
import type { Queries, Transaction } from '@portico/plugin-kit/backend';
import { canonicalTags, newId } from '@portico/plugin-kit/contract';
import type { Micros, Tags } from '@portico/plugin-kit/contract';
import { inList } from './in-list';
import type { EntryScope } from './ledger';

export interface NewMeter {
  readonly scope: EntryScope & { readonly allocationId: string };
  readonly allocationName: string;
  readonly skuId: string;
  readonly gpuCount: number;
  readonly pricePerHour: Micros;
  readonly hold: Micros;
  readonly tags: Tags;
}

/** The meter, not running yet, and its hold. An allocation has one of each in its life. */
export async function insertMeter(tx: Transaction, meter: NewMeter): Promise<void> {
  const { scope } = meter;
  const tagSetId = await keepTags(tx, { organizationId: scope.organizationId, tags: meter.tags });
  await tx.run(
    `INSERT INTO billing_meters (allocation_id, organization_id, department_id, project_id, user_id, allocation_name, sku_id, gpu_count,
      price_per_hour_micros, created_at, tag_set_id, tags_json, posted_micros) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)`,
    [
      scope.allocationId,
      scope.organizationId,
      scope.departmentId,
      scope.projectId,
      scope.userId,
      meter.allocationName,
      meter.skuId,
      meter.gpuCount,
      meter.pricePerHour,
      tx.now,
      tagSetId,
      canonicalTags(meter.tags),
    ],
  );
  await tx.run(
    'INSERT INTO billing_holds (hold_id, organization_id, allocation_id, amount_micros, target_micros, opened_at) VALUES (?, ?, ?, ?, ?, ?)',
    [newId('hold', tx.now), scope.organizationId, scope.allocationId, meter.hold, meter.hold, tx.now],
  );
}

/** Sets of tags by a fingerprint of what is in them: the same tags are one set, and an allocation without tags has none. */
async function keepTags(tx: Transaction, set: { organizationId: string; tags: Tags }): Promise<string> {
  const tags = Object.entries(set.tags);
  if (tags.length === 0) return '';
  const text = `${set.organizationId} ${canonicalTags(set.tags)}`;
  const tagSetId = `tags_${createHash('sha256').update(text).digest('hex').slice(0, FINGERPRINT_LENGTH)}`;
  await tx.run(
    `INSERT INTO billing_tags (tag_set_id, organization_id, tag_key, tag_value) VALUES ${tags.map(() => '(?, ?, ?, ?)').join(', ')}
    ON CONFLICT (tag_set_id, tag_key) DO NOTHING`,
    tags.flatMap(([key, value]) => [tagSetId, set.organizationId, key, value]),
  );
  return tagSetId;
}

/** Of hexadecimal digits: 128 bits. */
const FINGERPRINT_LENGTH = 32;

export interface MeterRow {
  readonly allocation_id: string;
  readonly organization_id: string;
  readonly department_id: string;
  readonly project_id: string;
  readonly user_id: string | null;
  readonly price_per_hour_micros: bigint;
  readonly started_at: number | null;
  readonly capped_at: number | null;
  readonly stopped_at: number | null;
  readonly posted_micros: bigint;
  readonly cost_micros: bigint | null;
}

export async function metersOf(queries: Queries, allocationIds: readonly string[]): Promise<MeterRow[]> {
  if (allocationIds.length === 0) return [];
  const asked = inList(allocationIds);
  return queries.all<MeterRow>(
    `SELECT allocation_id, organization_id, department_id, project_id, user_id, price_per_hour_micros, started_at, capped_at, stopped_at, posted_micros, cost_micros
    FROM billing_meters WHERE allocation_id IN ${asked.sql}`,
    asked.parameters,
  );
}

interface RunningMeterRow {
  readonly allocation_id: string;
  readonly allocation_name: string;
  readonly project_id: string;
  readonly user_id: string | null;
  readonly sku_id: string;
  readonly gpu_count: number;
  readonly price_per_hour_micros: bigint;
  readonly started_at: number;
  readonly capped_at: number | null;
}

/** Meters that have started and not stopped, the most expensive first. There are no more of them than the organization has GPUs. */
export function runningMeters(
  queries: Queries,
  filter: { organizationId: string; projectId: string | undefined },
): Promise<RunningMeterRow[]> {
  return queries.all<RunningMeterRow>(
    `SELECT allocation_id, allocation_name, project_id, user_id, sku_id, gpu_count, price_per_hour_micros, started_at, capped_at
    FROM billing_meters WHERE organization_id = ? AND stopped_at IS NULL AND started_at IS NOT NULL${filter.projectId === undefined ? '' : ' AND project_id = ?'}
    ORDER BY price_per_hour_micros DESC, allocation_id`,
    [filter.organizationId, ...(filter.projectId === undefined ? [] : [filter.projectId])],
  );
}

export function scopeOf(row: MeterRow): EntryScope {
  return {
    organizationId: row.organization_id,
    departmentId: row.department_id,
    projectId: row.project_id,
    userId: row.user_id,
    allocationId: row.allocation_id,
  };
}

export async function markStarted(tx: Transaction, meter: { allocationId: string; at: number }): Promise<void> {
  await tx.run(
    'UPDATE billing_meters SET started_at = ?, posted_through_at = ? WHERE allocation_id = ? AND started_at IS NULL AND stopped_at IS NULL',
    [meter.at, meter.at, meter.allocationId],
  );
}

export async function markPosted(
  tx: Transaction,
  meter: { allocationId: string; through: number; posted: Micros },
): Promise<void> {
  await tx.run('UPDATE billing_meters SET posted_through_at = ?, posted_micros = ? WHERE allocation_id = ?', [
    meter.through,
    meter.posted,
    meter.allocationId,
  ]);
}

export async function markCapped(tx: Transaction, meter: { allocationId: string; at: number }): Promise<void> {
  await tx.run('UPDATE billing_meters SET capped_at = ? WHERE allocation_id = ? AND capped_at IS NULL', [
    meter.at,
    meter.allocationId,
  ]);
}

/** `at` is final; usage is posted up to there, unless the meter never ran. */
export async function markStopped(
  tx: Transaction,
  meter: { allocationId: string; at: number; ran: boolean; cost: Micros },
): Promise<void> {
  await tx.run(
    'UPDATE billing_meters SET stopped_at = ?, cost_micros = ?, posted_micros = ?, posted_through_at = ? WHERE allocation_id = ?',
    [meter.at, meter.cost, meter.cost, meter.ran ? meter.at : null, meter.allocationId],
  );
}

/** Adds to an open hold, or takes from it when negative. */
export async function changeHold(tx: Transaction, hold: { allocationId: string; by: Micros }): Promise<void> {
  const changed = await tx.run(
    'UPDATE billing_holds SET amount_micros = amount_micros + ? WHERE allocation_id = ? AND closed_at IS NULL',
    [hold.by, hold.allocationId],
  );
  if (changed !== 1) throw new Error(`allocation ${hold.allocationId} has no open hold`);
}

export async function closeHold(tx: Transaction, hold: { allocationId: string }): Promise<void> {
  await tx.run(
    'UPDATE billing_holds SET amount_micros = 0, closed_at = ? WHERE allocation_id = ? AND closed_at IS NULL',
    [tx.now, hold.allocationId],
  );
}
