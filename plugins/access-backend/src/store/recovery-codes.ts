import type { Queries, Transaction } from '@portico/plugin-kit/backend';

/** A new set; those before are forgotten. None: there are none any more. */
export async function replaceRecoveryCodes(
  tx: Transaction,
  codes: { userId: string; hashes: readonly string[] },
): Promise<void> {
  await tx.run('DELETE FROM access_recovery_codes WHERE user_id = ?', [codes.userId]);
  for (const hash of codes.hashes) {
    await tx.run('INSERT INTO access_recovery_codes (user_id, code_hash, created_at) VALUES (?, ?, ?)', [
      codes.userId,
      hash,
      tx.now,
    ]);
  }
}

/** False when there is no such code, or it was used. Of two at once one gets it. */
export async function useRecoveryCode(tx: Transaction, code: { userId: string; hash: string }): Promise<boolean> {
  const changed = await tx.run(
    'UPDATE access_recovery_codes SET used_at = ? WHERE user_id = ? AND code_hash = ? AND used_at IS NULL',
    [tx.now, code.userId, code.hash],
  );
  return changed > 0;
}

export async function countRecoveryCodes(queries: Queries, userId: string): Promise<number> {
  const row = await queries.first<{ count: number }>(
    'SELECT COUNT(*) AS count FROM access_recovery_codes WHERE user_id = ? AND used_at IS NULL',
    [userId],
  );
  return row?.count ?? 0;
}
