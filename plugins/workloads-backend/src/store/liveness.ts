import type { Queries, Transaction } from '@portico/plugin-kit/backend';

/** Every active allocation has one row here: when it was last known to be alive, and when to ask again. */
export async function beginLiveness(tx: Transaction, options: { allocationId: string; at: number }): Promise<void> {
  await tx.run(
    `INSERT INTO workloads_liveness (allocation_id, last_alive_at, next_observation_at) VALUES (?, ?, ?)
     ON CONFLICT (allocation_id) DO UPDATE SET last_alive_at = excluded.last_alive_at, next_observation_at = excluded.next_observation_at`,
    [options.allocationId, options.at, options.at],
  );
}

export async function endLiveness(tx: Transaction, allocationId: string): Promise<void> {
  await tx.run('DELETE FROM workloads_liveness WHERE allocation_id = ?', [allocationId]);
}

/** Takes the next ones that are due and puts off their next turn, so that replicas share the work instead of repeating it. */
export async function claimDue(
  tx: Transaction,
  options: { at: number; nextAt: number; limit: number },
): Promise<readonly string[]> {
  const due = await tx.all<{ allocation_id: string }>(
    `SELECT allocation_id FROM workloads_liveness WHERE next_observation_at <= ? ORDER BY next_observation_at LIMIT ?${
      tx.forUpdate && ' FOR UPDATE SKIP LOCKED'
    }`,
    [options.at, options.limit],
  );
  for (const row of due) {
    await tx.run('UPDATE workloads_liveness SET next_observation_at = ? WHERE allocation_id = ?', [
      options.nextAt,
      row.allocation_id,
    ]);
  }
  return due.map(row => row.allocation_id);
}

/** Remembers signs of life; never moves one backwards. */
export async function recordAlive(
  tx: Transaction,
  signs: readonly { allocationId: string; at: number }[],
): Promise<void> {
  for (const sign of signs) {
    await tx.run('UPDATE workloads_liveness SET last_alive_at = ? WHERE allocation_id = ? AND last_alive_at < ?', [
      sign.at,
      sign.allocationId,
      sign.at,
    ]);
  }
}

export async function lastAliveAt(queries: Queries, allocationId: string): Promise<number | null> {
  const row = await queries.first<{ last_alive_at: number }>(
    'SELECT last_alive_at FROM workloads_liveness WHERE allocation_id = ?',
    [allocationId],
  );
  return row?.last_alive_at ?? null;
}

/** Ids of all active allocations, in pages, for the sampler. */
export async function activeAllocationIds(
  queries: Queries,
  options: { after: string; limit: number },
): Promise<readonly string[]> {
  const rows = await queries.all<{ allocation_id: string }>(
    'SELECT allocation_id FROM workloads_liveness WHERE allocation_id > ? ORDER BY allocation_id LIMIT ?',
    [options.after, options.limit],
  );
  return rows.map(row => row.allocation_id);
}
