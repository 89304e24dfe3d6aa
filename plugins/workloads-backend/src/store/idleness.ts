import type { Queries, Transaction } from '@portico/plugin-kit/backend';
import { CONNECTION_ACTIVITY_SECONDS } from '@portico/plugin-workloads/contract';
import type { IdleWarning, WatchedUse } from '../domain/idleness';

/** What is known of the use of one active allocation. */
export interface Idleness extends WatchedUse {
  readonly allocationId: string;
  /** When a terminal or SSH connection last moved bytes, to the minute. */
  readonly connectionActiveAt: number | null;
  readonly warning: IdleWarning | null;
}

interface IdlenessRow {
  allocation_id: string;
  watched_until: number;
  quiet_since: number | null;
  connection_active_at: number | null;
  warned_at: number | null;
  warned_idle_since: number | null;
}

const COLUMNS = 'allocation_id, watched_until, quiet_since, connection_active_at, warned_at, warned_idle_since';

function fromRow(row: IdlenessRow): Idleness {
  const { warned_at: at, warned_idle_since: idleSince } = row;
  return {
    allocationId: row.allocation_id,
    watchedUntil: row.watched_until,
    quietSince: row.quiet_since,
    connectionActiveAt: row.connection_active_at,
    warning: at === null || idleSince === null ? null : { at, idleSince },
  };
}

/** Every active allocation has one row here. */
export async function beginIdleness(tx: Transaction, options: { allocationId: string; at: number }): Promise<void> {
  await tx.run('DELETE FROM workloads_idleness WHERE allocation_id = ?', [options.allocationId]);
  await tx.run('INSERT INTO workloads_idleness (allocation_id, watched_until, next_look_at) VALUES (?, ?, ?)', [
    options.allocationId,
    options.at,
    options.at,
  ]);
}

export async function endIdleness(tx: Transaction, allocationId: string): Promise<void> {
  await tx.run('DELETE FROM workloads_idleness WHERE allocation_id = ?', [allocationId]);
}

/** Takes the next ones that are due and puts off their next turn, so that replicas share the work instead of repeating it. */
export async function claimLooks(
  tx: Transaction,
  options: { at: number; nextAt: number; limit: number },
): Promise<readonly Idleness[]> {
  const due = await tx.all<IdlenessRow>(
    `SELECT ${COLUMNS} FROM workloads_idleness WHERE next_look_at <= ? ORDER BY next_look_at LIMIT ?${
      tx.forUpdate && ' FOR UPDATE SKIP LOCKED'
    }`,
    [options.at, options.limit],
  );
  for (const row of due) {
    await tx.run('UPDATE workloads_idleness SET next_look_at = ? WHERE allocation_id = ?', [
      options.nextAt,
      row.allocation_id,
    ]);
  }
  return due.map(fromRow);
}

/** What a look has seen. One that was overtaken by a later one writes nothing. */
export async function recordUse(
  tx: Transaction,
  seen: readonly (WatchedUse & { allocationId: string })[],
): Promise<void> {
  for (const { allocationId, watchedUntil, quietSince } of seen) {
    await tx.run(
      'UPDATE workloads_idleness SET watched_until = ?, quiet_since = ? WHERE allocation_id = ? AND watched_until <= ?',
      [watchedUntil, quietSince, allocationId, watchedUntil],
    );
  }
}

export async function idlenessOf(queries: Queries, allocationId: string): Promise<Idleness | undefined> {
  const row = await queries.first<IdlenessRow>(`SELECT ${COLUMNS} FROM workloads_idleness WHERE allocation_id = ?`, [
    allocationId,
  ]);
  return row && fromRow(row);
}

/** Locks it until the transaction ends: a key pressed meanwhile is written before, and read here, or after. Taken after its allocation. */
export async function lockIdleness(tx: Transaction, allocationId: string): Promise<Idleness | undefined> {
  const row = await tx.first<IdlenessRow>(
    `SELECT ${COLUMNS} FROM workloads_idleness WHERE allocation_id = ?${tx.forUpdate}`,
    [allocationId],
  );
  return row && fromRow(row);
}

export async function setIdleWarning(
  tx: Transaction,
  { allocationId, warning }: { allocationId: string; warning: IdleWarning | null },
): Promise<void> {
  await tx.run('UPDATE workloads_idleness SET warned_at = ?, warned_idle_since = ? WHERE allocation_id = ?', [
    warning?.at ?? null,
    warning?.idleSince ?? null,
    allocationId,
  ]);
}

/** A connection moves bytes. Written when the last such note is old enough, whichever replica has made it. */
export async function noteConnectionActivity(
  tx: Transaction,
  { allocationId, at }: { allocationId: string; at: number },
): Promise<void> {
  await tx.run(
    `UPDATE workloads_idleness SET connection_active_at = ?
     WHERE allocation_id = ? AND (connection_active_at IS NULL OR connection_active_at <= ?)`,
    [at, allocationId, at - CONNECTION_ACTIVITY_SECONDS * 1000],
  );
}
