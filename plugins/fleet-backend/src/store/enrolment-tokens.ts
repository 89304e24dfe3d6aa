import type { Queries, Transaction } from '@portico/plugin-kit/backend';

/** Milliseconds a token that was used or has expired is kept, to be told apart from one that never was. */
const KEPT_MILLISECONDS = 24 * 60 * 60 * 1000;

export interface EnrolmentToken {
  readonly name: string | null;
  readonly region: string;
  readonly createdBy: string;
}

export async function insertToken(
  tx: Transaction,
  token: EnrolmentToken & { readonly hash: string; readonly expiresAt: number },
): Promise<void> {
  await tx.run('DELETE FROM fleet_enrolment_tokens WHERE expires_at < ?', [tx.now - KEPT_MILLISECONDS]);
  await tx.run(
    'INSERT INTO fleet_enrolment_tokens (token_hash, name, region, created_by, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?)',
    [token.hash, token.name, token.region, token.createdBy, tx.now, token.expiresAt],
  );
}

/** Looks without using it. */
export async function isTokenGood(queries: Queries, { hash, now }: { hash: string; now: number }): Promise<boolean> {
  const row = await queries.first(
    'SELECT 1 AS good FROM fleet_enrolment_tokens WHERE token_hash = ? AND used_at IS NULL AND expires_at > ?',
    [hash, now],
  );
  return row !== undefined;
}

/** The token, used up by this very statement; undefined when it is not good, also for all but one of several that try at once. */
export async function useToken(
  tx: Transaction,
  use: { hash: string; nodeId: string },
): Promise<EnrolmentToken | undefined> {
  const used = await tx.run(
    'UPDATE fleet_enrolment_tokens SET used_at = ?, node_id = ? WHERE token_hash = ? AND used_at IS NULL AND expires_at > ?',
    [tx.now, use.nodeId, use.hash, tx.now],
  );
  if (used === 0) return undefined;
  const row = await tx.first<{ name: string | null; region: string; created_by: string }>(
    'SELECT name, region, created_by FROM fleet_enrolment_tokens WHERE token_hash = ?',
    [use.hash],
  );
  return row && { name: row.name, region: row.region, createdBy: row.created_by };
}
