import type { Transaction } from '@portico/plugin-kit/backend';

/** Remembers that a message went out now, unless one of its kind did after `quietSince`; says whether it is to go. */
export async function noteSent(
  tx: Transaction,
  notice: { organizationId: string; notice: string; quietSince: number },
): Promise<boolean> {
  const changed = await tx.run(
    `INSERT INTO billing_notices (organization_id, notice, sent_at) VALUES (?, ?, ?)
    ON CONFLICT (organization_id, notice) DO UPDATE SET sent_at = excluded.sent_at WHERE billing_notices.sent_at <= ?`,
    [notice.organizationId, notice.notice, tx.now, notice.quietSince],
  );
  return changed > 0;
}

/** Money came: whatever falls from now on is news. */
export async function forgetSent(tx: Transaction, organizationId: string): Promise<void> {
  await tx.run('DELETE FROM billing_notices WHERE organization_id = ?', [organizationId]);
}
