import { placeholders } from '@portico/plugin-kit/backend';
import type { Queries, Transaction } from '@portico/plugin-kit/backend';
import type { AllocationStatus } from '@portico/plugin-workloads/contract';
import { type Allocation, liveStatuses, standingStatuses, type Transition } from '../domain/allocation';
import { type AllocationRow, fromRow, toRow } from './allocation-row';

const insertColumns = [
  'allocation_id',
  'organization_id',
  'department_id',
  'project_id',
  'user_id',
  'name',
  'search_text',
  'sku_id',
  'gpu_count',
  'image_id',
  'status',
  'version',
  'isolation',
  'network_mode',
  'published_ports_json',
  'node_id',
  'slots_json',
  'machine_json',
  'ssh_key_ids_json',
  'price_per_hour_micros',
  'currency',
  'failure_reason',
  'release_failed_reason',
  'billing_started_at',
  'billing_stopped_at',
  'created_at',
  'updated_at',
  'task_id',
  'batch_id',
  'tags_json',
] as const satisfies readonly (keyof AllocationRow)[];

const insertSql = `INSERT INTO workloads_allocations (${insertColumns.join(', ')}) VALUES (${placeholders(insertColumns.length)})`;

/** Gives up when another writer was faster than the lock that should have kept it out: a bug, not a refusal. */
export async function saveChange(tx: Transaction, allocation: Allocation, transition: Transition): Promise<void> {
  const changed = await tx.run(
    `UPDATE workloads_allocations SET status = ?, version = ?, failure_reason = ?, release_failed_reason = ?, billing_started_at = ?,
       billing_stopped_at = ?, updated_at = ?, task_id = ? WHERE allocation_id = ? AND version = ?`,
    [
      allocation.status,
      allocation.version,
      allocation.failureReason,
      allocation.releaseFailedReason,
      allocation.billingStartedAt,
      allocation.billingStoppedAt,
      allocation.updatedAt,
      allocation.taskId,
      allocation.allocationId,
      allocation.version - 1,
    ],
  );
  if (changed !== 1)
    throw new Error(
      `allocation ${allocation.allocationId} is not at version ${allocation.version - 1} although it is locked`,
    );
  await appendTransition(tx, transition);
}

export async function insertAllocation(tx: Transaction, allocation: Allocation, transition: Transition): Promise<void> {
  const row = toRow(allocation);
  await tx.run(
    insertSql,
    insertColumns.map(column => row[column]),
  );
  const { allocationId, organizationId } = allocation;
  const tags = Object.entries(allocation.tags);
  if (tags.length > 0) {
    await tx.run(
      `INSERT INTO workloads_allocation_tags (allocation_id, organization_id, tag_key, tag_value) VALUES ${tags.map(() => '(?, ?, ?, ?)').join(', ')}`,
      tags.flatMap(([key, value]) => [allocationId, organizationId, key, value]),
    );
  }
  await appendTransition(tx, transition);
}

async function appendTransition(tx: Transaction, transition: Transition): Promise<void> {
  await tx.run(
    'INSERT INTO workloads_transitions (allocation_id, version, from_status, to_status, at, reason, actor_json) VALUES (?, ?, ?, ?, ?, ?, ?)',
    [
      transition.allocationId,
      transition.version,
      transition.from,
      transition.to,
      transition.at,
      transition.reason,
      JSON.stringify(transition.actor),
    ],
  );
}

export async function findAllocation(queries: Queries, allocationId: string): Promise<Allocation | undefined> {
  const row = await queries.first<AllocationRow>('SELECT * FROM workloads_allocations WHERE allocation_id = ?', [
    allocationId,
  ]);
  return row && fromRow(row);
}

/** Those of them there are, in no order. */
export async function findAllocations(queries: Queries, ids: readonly string[]): Promise<Allocation[]> {
  if (ids.length === 0) return [];
  const rows = await queries.all<AllocationRow>(
    `SELECT * FROM workloads_allocations WHERE allocation_id IN (${placeholders(ids.length)})`,
    ids,
  );
  return rows.map(fromRow);
}

/** Locks it until the transaction ends. Lock order: task, allocation (ascending ids), account, slots. */
export async function lockAllocation(tx: Transaction, allocationId: string): Promise<Allocation | undefined> {
  const row = await tx.first<AllocationRow>(
    `SELECT * FROM workloads_allocations WHERE allocation_id = ?${tx.forUpdate}`,
    [allocationId],
  );
  return row && fromRow(row);
}

export async function replaceSshKeys(
  tx: Transaction,
  options: { allocationId: string; keyIds: readonly string[] | null; at: number },
): Promise<void> {
  await tx.run('UPDATE workloads_allocations SET ssh_key_ids_json = ?, updated_at = ? WHERE allocation_id = ?', [
    options.keyIds === null ? null : JSON.stringify(options.keyIds),
    options.at,
    options.allocationId,
  ]);
}

/** A new task works on it now; the state does not change. */
export async function handToTask(tx: Transaction, options: { allocationId: string; taskId: string }): Promise<void> {
  await tx.run('UPDATE workloads_allocations SET task_id = ? WHERE allocation_id = ?', [
    options.taskId,
    options.allocationId,
  ]);
}

/** Those that are not over: what runs or will, and what is not yet confirmed gone. */
export async function countUnfinishedIn(
  queries: Queries,
  { organizationId, projectId }: { organizationId: string; projectId: string },
): Promise<number> {
  const row = await queries.first<{ live: number }>(
    `SELECT COUNT(*) AS live FROM workloads_allocations WHERE organization_id = ? AND project_id = ? AND status IN (${placeholders(standingStatuses.length)})`,
    [organizationId, projectId, ...standingStatuses],
  );
  return row?.live ?? 0;
}

/** Ids of what an organization runs, ascending: the order in which they are locked. */
export async function liveAllocationIds(queries: Queries, organizationId: string): Promise<readonly string[]> {
  const rows = await queries.all<{ allocation_id: string }>(
    `SELECT allocation_id FROM workloads_allocations WHERE organization_id = ? AND status IN (${placeholders(liveStatuses.length)}) ORDER BY allocation_id`,
    [organizationId, ...liveStatuses],
  );
  return rows.map(row => row.allocation_id);
}

/** Ids of what was billed on a node at any time in `[from, to)`, by organization. */
export async function billedOnNode(
  queries: Queries,
  { nodeId, from, to }: { nodeId: string; from: number; to: number },
): Promise<readonly string[]> {
  const rows = await queries.all<{ allocation_id: string }>(
    `SELECT allocation_id FROM workloads_allocations
     WHERE (node_id = ? AND billing_stopped_at IS NULL OR node_id = ? AND billing_stopped_at > ?) AND billing_started_at < ?
     ORDER BY organization_id, allocation_id`,
    [nodeId, nodeId, from, to],
  );
  return rows.map(row => row.allocation_id);
}

/** Over the whole platform. Only of the statuses asked for: those that have ended are the many. */
export async function countByStatus(
  queries: Queries,
  statuses: readonly AllocationStatus[],
): Promise<ReadonlyMap<AllocationStatus, number>> {
  const rows = await queries.all<{ status: AllocationStatus; allocations: number }>(
    `SELECT status, COUNT(*) AS allocations FROM workloads_allocations WHERE status IN (${placeholders(statuses.length)}) GROUP BY status`,
    statuses,
  );
  return new Map(rows.map(row => [row.status, row.allocations]));
}

interface TransitionRow {
  allocation_id: string;
  version: number;
  from_status: AllocationStatus | null;
  to_status: AllocationStatus;
  at: number;
  reason: string | null;
  actor_json: string;
}

/** The whole log of one allocation, oldest first; it is short by the shape of the state machine, retries of a release apart. */
export async function transitionsOf(queries: Queries, allocationId: string): Promise<readonly Transition[]> {
  const rows = await queries.all<TransitionRow>(
    'SELECT * FROM workloads_transitions WHERE allocation_id = ? ORDER BY version',
    [allocationId],
  );
  return rows.map(row => ({
    allocationId: row.allocation_id,
    version: row.version,
    from: row.from_status,
    to: row.to_status,
    at: row.at,
    reason: row.reason,
    actor: JSON.parse(row.actor_json) as Transition['actor'],
  }));
}
