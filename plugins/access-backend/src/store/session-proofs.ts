import type { Queries, Transaction } from '@portico/plugin-kit/backend';

/** The identity provider a session was opened through; null: the portal's own form. */
export async function providerOfSession(queries: Queries, sessionId: string): Promise<string | null> {
  const row = await queries.first<{ provider: string | null }>(
    'SELECT provider FROM access_sessions WHERE session_id = ?',
    [sessionId],
  );
  return row?.provider ?? null;
}

/** The person has just proved who they are, by a second factor or without one. */
export async function markProved(
  tx: Transaction,
  proof: { sessionId: string; bySecondFactor: boolean },
): Promise<void> {
  const factor = proof.bySecondFactor ? ', second_factor_at = ?' : '';
  await tx.run(`UPDATE access_sessions SET authenticated_at = ?${factor} WHERE session_id = ? AND ended_at IS NULL`, [
    tx.now,
    ...(proof.bySecondFactor ? [tx.now] : []),
    proof.sessionId,
  ]);
}

/** A factor was set up in this session: it was shown to work, and counts from now on. How fresh the session is does not change. */
export async function markSecondFactor(tx: Transaction, sessionId: string): Promise<void> {
  await tx.run('UPDATE access_sessions SET second_factor_at = ? WHERE session_id = ? AND ended_at IS NULL', [
    tx.now,
    sessionId,
  ]);
}

/** With the last factor gone, no session has one any more. */
export async function forgetSecondFactor(tx: Transaction, userId: string): Promise<void> {
  await tx.run('UPDATE access_sessions SET second_factor_at = NULL WHERE user_id = ?', [userId]);
}
