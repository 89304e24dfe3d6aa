import type { Queries, Transaction } from '@portico/plugin-kit/backend';
import type { SecretIdentity } from '../domain/api-key';

/** Tokens of the key that have run out are forgotten with each new one, so that a key's rows stay few without a job of their own. */
export async function insertClientToken(
  tx: Transaction,
  token: SecretIdentity & { tokenHash: string; expiresAt: number },
): Promise<void> {
  await tx.run('DELETE FROM access_client_tokens WHERE key_id = ? AND expires_at <= ?', [token.keyId, tx.now]);
  await tx.run('INSERT INTO access_client_tokens (token_hash, key_id, generation, expires_at) VALUES (?, ?, ?, ?)', [
    token.tokenHash,
    token.keyId,
    token.generation,
    token.expiresAt,
  ]);
}

/** The secret it stands for; undefined once it has run out. */
export async function secretOfClientToken(
  queries: Queries,
  token: { tokenHash: string; now: number },
): Promise<SecretIdentity | undefined> {
  const row = await queries.first<{ key_id: string; generation: number }>(
    'SELECT key_id, generation FROM access_client_tokens WHERE token_hash = ? AND expires_at > ?',
    [token.tokenHash, token.now],
  );
  return row && { keyId: row.key_id, generation: row.generation };
}
