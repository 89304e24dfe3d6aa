import type { Database } from '@portico/plugin-kit/backend';

/** How long an event can be asked for again. A browser tab left open over a long weekend still resumes; older ones get `reset`. */
const RETENTION_DAYS = 7;
const REMOVED_PER_ROUND_MAX = 1_000;
const DAY_MILLISECONDS = 24 * 60 * 60 * 1000;

/** Removes events past retention that every durable consumer has handled. Answers whether more may be left. */
export async function removeOldEvents(database: Database): Promise<boolean> {
  return database.transaction(async tx => {
    const head = await tx.first<{ removed_position: number }>(
      `SELECT removed_position FROM platform_outbox_head WHERE singleton = 1${tx.forUpdate}`,
    );
    const slowest = await tx.first<{ position: number | null }>(
      'SELECT min(position) AS position FROM platform_outbox_cursors',
    );
    // Positions rise with time but for the length of a transaction, so the newest old event marks the end.
    const old = await tx.all<{ position: number }>(
      'SELECT position FROM platform_outbox WHERE position > ? AND position <= ? AND occurred_at < ? ORDER BY position LIMIT ?',
      [
        head?.removed_position ?? 0,
        slowest?.position ?? Number.MAX_SAFE_INTEGER,
        tx.now - RETENTION_DAYS * DAY_MILLISECONDS,
        REMOVED_PER_ROUND_MAX,
      ],
    );
    const last = old.at(-1)?.position;
    if (last === undefined) return false;
    await tx.run('DELETE FROM platform_outbox WHERE position <= ?', [last]);
    await tx.run('UPDATE platform_outbox_head SET removed_position = ? WHERE singleton = 1', [last]);
    return old.length === REMOVED_PER_ROUND_MAX;
  });
}
