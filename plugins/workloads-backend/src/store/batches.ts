import type { Queries, Transaction } from '@portico/plugin-kit/backend';
import type { Allocation } from '../domain/allocation';
import type { Batch } from '../domain/batch';
import { type AllocationRow, fromRow } from './allocation-row';

interface BatchRow {
  batch_id: string;
  organization_id: string;
  project_id: string;
  user_id: string;
  name: string;
  member_count: number;
  spread: number;
  task_id: string;
  created_at: number;
}

export async function insertBatch(tx: Transaction, batch: Batch): Promise<void> {
  await tx.run(
    `INSERT INTO workloads_batches (batch_id, organization_id, project_id, user_id, name, member_count, spread, task_id, created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      batch.batchId,
      batch.organizationId,
      batch.projectId,
      batch.userId,
      batch.name,
      batch.count,
      batch.spread ? 1 : 0,
      batch.taskId,
      batch.createdAt,
    ],
  );
}

/** A batch never changes: what becomes of it stands with its allocations. */
export async function findBatch(queries: Queries, batchId: string): Promise<Batch | undefined> {
  const row = await queries.first<BatchRow>('SELECT * FROM workloads_batches WHERE batch_id = ?', [batchId]);
  return (
    row && {
      batchId: row.batch_id,
      organizationId: row.organization_id,
      projectId: row.project_id,
      userId: row.user_id,
      name: row.name,
      count: row.member_count,
      spread: row.spread === 1,
      taskId: row.task_id,
      createdAt: row.created_at,
    }
  );
}

const MEMBERS = 'SELECT * FROM workloads_allocations WHERE batch_id = ? ORDER BY allocation_id';

export async function membersOf(queries: Queries, batchId: string): Promise<readonly Allocation[]> {
  return (await queries.all<AllocationRow>(MEMBERS, [batchId])).map(fromRow);
}

/** Locks them until the transaction ends, in ascending order of their ids as everybody who locks several. */
export async function lockMembers(tx: Transaction, batchId: string): Promise<readonly Allocation[]> {
  return (await tx.all<AllocationRow>(`${MEMBERS}${tx.forUpdate}`, [batchId])).map(fromRow);
}
