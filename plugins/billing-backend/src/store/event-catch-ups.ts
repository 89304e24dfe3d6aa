import type { Queries, Transaction } from '@portico/plugin-kit/backend';
import { inList } from './in-list';

/** Claims the reading through for one replica until `until`; answers how far one had come, null while it is not due. What was told before the first time concerns nobody here. */
export async function claimCatchUp(
  tx: Transaction,
  options: { provider: string; until: number },
): Promise<{ toldUntil: number } | null> {
  await tx.run(
    'INSERT INTO billing_event_catch_ups (provider, told_until, next_at) VALUES (?, ?, ?) ON CONFLICT (provider) DO NOTHING',
    [options.provider, tx.now, tx.now],
  );
  const row = await tx.first<{ told_until: number; next_at: number }>(
    `SELECT told_until, next_at FROM billing_event_catch_ups WHERE provider = ?${tx.forUpdate}`,
    [options.provider],
  );
  if (row === undefined || row.next_at > tx.now) return null;
  await tx.run('UPDATE billing_event_catch_ups SET next_at = ? WHERE provider = ?', [options.until, options.provider]);
  return { toldUntil: row.told_until };
}

/** Everything told before `toldUntil` is known. */
export async function caughtUp(tx: Transaction, options: { provider: string; toldUntil: number }): Promise<void> {
  await tx.run('UPDATE billing_event_catch_ups SET told_until = ? WHERE provider = ? AND told_until < ?', [
    options.toldUntil,
    options.provider,
    options.toldUntil,
  ]);
}

/** Which of these messages were taken. */
export async function knownEvents(
  queries: Queries,
  options: { provider: string; eventIds: readonly string[] },
): Promise<ReadonlySet<string>> {
  if (options.eventIds.length === 0) return new Set();
  const { sql, parameters } = inList(options.eventIds);
  const rows = await queries.all<{ event_id: string }>(
    `SELECT event_id FROM billing_payment_events WHERE provider = ? AND event_id IN ${sql}`,
    [options.provider, ...parameters],
  );
  return new Set(rows.map(row => row.event_id));
}
