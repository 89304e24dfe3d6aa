import type { Queries, Transaction } from '@portico/plugin-kit/backend';

export interface Totp {
  readonly secretEncrypted: string;
  readonly confirmedAt: number | null;
  /** While it is not confirmed: until when it can be. */
  readonly expiresAt: number | null;
  readonly lastStep: number | null;
}

interface TotpRow {
  secret_encrypted: string;
  confirmed_at: number | null;
  expires_at: number | null;
  last_step: number | null;
}

const SELECT = 'SELECT secret_encrypted, confirmed_at, expires_at, last_step FROM access_totp WHERE user_id = ?';

/** In the place of a set-up that was begun before and not finished. The caller holds the user's row and has seen that none is confirmed. */
export async function beginTotp(
  tx: Transaction,
  totp: { userId: string; secretEncrypted: string; expiresAt: number },
): Promise<void> {
  await tx.run(
    `INSERT INTO access_totp (user_id, secret_encrypted, created_at, expires_at) VALUES (?, ?, ?, ?)
     ON CONFLICT (user_id) DO UPDATE SET secret_encrypted = excluded.secret_encrypted, created_at = excluded.created_at, expires_at = excluded.expires_at`,
    [totp.userId, totp.secretEncrypted, tx.now, totp.expiresAt],
  );
}

export async function totpOf(queries: Queries, userId: string): Promise<Totp | undefined> {
  const row = await queries.first<TotpRow>(SELECT, [userId]);
  return row && fromRow(row);
}

/** Locks the row: one code must not be accepted twice. */
export async function totpForChange(tx: Transaction, userId: string): Promise<Totp | undefined> {
  const row = await tx.first<TotpRow>(`${SELECT}${tx.forUpdate}`, [userId]);
  return row && fromRow(row);
}

export async function confirmTotp(tx: Transaction, totp: { userId: string; step: number }): Promise<void> {
  await tx.run('UPDATE access_totp SET confirmed_at = ?, expires_at = NULL, last_step = ? WHERE user_id = ?', [
    tx.now,
    totp.step,
    totp.userId,
  ]);
}

export async function spendTotpStep(tx: Transaction, totp: { userId: string; step: number }): Promise<void> {
  await tx.run('UPDATE access_totp SET last_step = ? WHERE user_id = ?', [totp.step, totp.userId]);
}

export async function deleteTotp(tx: Transaction, userId: string): Promise<void> {
  await tx.run('DELETE FROM access_totp WHERE user_id = ?', [userId]);
}

function fromRow(row: TotpRow): Totp {
  return {
    secretEncrypted: row.secret_encrypted,
    confirmedAt: row.confirmed_at,
    expiresAt: row.expires_at,
    lastStep: row.last_step,
  };
}
