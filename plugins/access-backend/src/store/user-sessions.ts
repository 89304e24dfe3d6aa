import type { Transaction } from '@portico/plugin-kit/backend';

/** Why every session of a user ended at once. */
export type EndAllReason = 'user_disabled' | 'user_enabled' | 'ended_by_administrator';

/** Ends every sign-in session of a user; answers how many of them still worked. */
export async function endSessionsOf(tx: Transaction, end: { userId: string; reason: EndAllReason }): Promise<number> {
  const worked = await tx.first<{ count: number }>(
    `SELECT COUNT(*) AS count FROM access_sessions WHERE user_id = ? AND ended_at IS NULL AND COALESCE(refresh_expires_at, access_expires_at) > ?`,
    [end.userId, tx.now],
  );
  await tx.run('UPDATE access_sessions SET ended_at = ?, end_reason = ? WHERE user_id = ? AND ended_at IS NULL', [
    tx.now,
    end.reason,
    end.userId,
  ]);
  return worked?.count ?? 0;
}
