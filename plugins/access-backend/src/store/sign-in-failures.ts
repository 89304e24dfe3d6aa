import type { Transaction } from '@portico/plugin-kit/backend';

/** Rows that are over and removed with one that is written. */
const SWEPT_MAX = 100;

/** Counts one more, in a window that begins with the first; answers how many there were in it. */
export async function countFailure(
  tx: Transaction,
  failure: { subject: string; network: string; windowMilliseconds: number },
): Promise<number> {
  const over = tx.now - failure.windowMilliseconds;
  const row = await tx.first<{ failures: number }>(
    `INSERT INTO access_sign_in_failures AS f (subject, network, window_started_at, failures) VALUES (?, ?, ?, 1)
     ON CONFLICT (subject, network) DO UPDATE SET failures = CASE WHEN f.window_started_at <= ? THEN 1 ELSE f.failures + 1 END,
       window_started_at = CASE WHEN f.window_started_at <= ? THEN excluded.window_started_at ELSE f.window_started_at END
     RETURNING failures`,
    [failure.subject, failure.network, tx.now, over, over],
  );
  if (row === undefined) throw new Error('a failed sign-in was counted and has no number');
  // Last, and without waiting for anyone: two that sweep while they count must not wait for each other.
  const skipLocked = tx.dialect === 'postgres' ? ' FOR UPDATE SKIP LOCKED' : '';
  await tx.run(
    `DELETE FROM access_sign_in_failures WHERE (subject, network) IN (
       SELECT subject, network FROM access_sign_in_failures WHERE window_started_at <= ? LIMIT ${SWEPT_MAX}${skipLocked})`,
    [over],
  );
  return row.failures;
}
