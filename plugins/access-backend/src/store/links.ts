import type { Queries, Transaction } from '@portico/plugin-kit/backend';

export type LinkPurpose = 'verify_email' | 'reset_password';

export interface Link {
  readonly userId: string;
  /** Where it was sent. */
  readonly email: string;
}

/** Milliseconds the row of a link is kept: as long as it counts towards how many there may be, and a while for people who look into it. */
const KEPT_MILLISECONDS = 7 * 24 * 60 * 60 * 1000;

/** The newest link of a purpose is the only one that works. */
export async function insertLink(
  tx: Transaction,
  link: Link & { purpose: LinkPurpose; tokenHash: string; expiresAt: number },
): Promise<void> {
  const { userId, purpose, tokenHash, email, expiresAt } = link;
  await endLinksOf(tx, { userId, purpose });
  await tx.run('DELETE FROM access_links WHERE user_id = ? AND purpose = ? AND created_at < ?', [
    userId,
    purpose,
    tx.now - KEPT_MILLISECONDS,
  ]);
  await tx.run(
    'INSERT INTO access_links (token_hash, purpose, user_id, email, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?)',
    [tokenHash, purpose, userId, email, tx.now, expiresAt],
  );
}

export async function endLinksOf(tx: Transaction, of: { userId: string; purpose: LinkPurpose }): Promise<void> {
  await tx.run('UPDATE access_links SET ended_at = ? WHERE user_id = ? AND purpose = ? AND ended_at IS NULL', [
    tx.now,
    of.userId,
    of.purpose,
  ]);
}

/** A link that works, without using it. */
export async function workingLink(
  queries: Queries,
  by: { tokenHash: string; purpose: LinkPurpose; now: number },
): Promise<Link | undefined> {
  const row = await queries.first<{ user_id: string; email: string }>(
    'SELECT user_id, email FROM access_links WHERE token_hash = ? AND purpose = ? AND ended_at IS NULL AND expires_at > ?',
    [by.tokenHash, by.purpose, by.now],
  );
  return row && { userId: row.user_id, email: row.email };
}

/** Uses a link: of two who try at once one gets it. */
export async function useLink(
  tx: Transaction,
  by: { tokenHash: string; purpose: LinkPurpose },
): Promise<Link | undefined> {
  const row = await tx.first<{ user_id: string; email: string }>(
    `UPDATE access_links SET ended_at = ? WHERE token_hash = ? AND purpose = ? AND ended_at IS NULL AND expires_at > ?
     RETURNING user_id, email`,
    [tx.now, by.tokenHash, by.purpose, tx.now],
  );
  return row && { userId: row.user_id, email: row.email };
}

/** Links of a purpose that were sent to an address since then, for whichever account. */
export async function countLinksTo(
  queries: Queries,
  to: { email: string; purpose: LinkPurpose; since: number },
): Promise<number> {
  const row = await queries.first<{ count: number }>(
    'SELECT COUNT(*) AS count FROM access_links WHERE lower(email) = lower(?) AND purpose = ? AND created_at > ?',
    [to.email, to.purpose, to.since],
  );
  return row?.count ?? 0;
}
