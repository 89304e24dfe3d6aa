import type { Queries, Transaction } from '@portico/plugin-kit/backend';

export interface StoredPasskey {
  readonly passkeyId: string;
  readonly userId: string;
  /** The authenticator's own name for it, base64url. */
  readonly credentialId: string;
  /** COSE, base64url. */
  readonly publicKey: string;
  /** How often the authenticator says it was used; zero for those that do not count. */
  readonly counter: number;
  readonly transports: readonly string[];
  readonly isBackedUp: boolean;
  readonly name: string;
  readonly createdAt: number;
  readonly lastUsedAt: number | null;
}

interface PasskeyRow {
  passkey_id: string;
  user_id: string;
  credential_id: string;
  public_key: string;
  counter: number;
  transports_json: string;
  is_backed_up: number;
  name: string;
  created_at: number;
  last_used_at: number | null;
}

/** False when a passkey with this credential is there, whoever's it is. */
export async function insertPasskey(
  tx: Transaction,
  passkey: Omit<StoredPasskey, 'createdAt' | 'lastUsedAt'>,
): Promise<boolean> {
  const inserted = await tx.run(
    `INSERT INTO access_passkeys (passkey_id, user_id, credential_id, public_key, counter, transports_json, is_backed_up, name, created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (credential_id) DO NOTHING`,
    [
      passkey.passkeyId,
      passkey.userId,
      passkey.credentialId,
      passkey.publicKey,
      passkey.counter,
      JSON.stringify(passkey.transports),
      passkey.isBackedUp ? 1 : 0,
      passkey.name,
      tx.now,
    ],
  );
  return inserted > 0;
}

/** Oldest first. */
export async function passkeysOf(queries: Queries, userId: string): Promise<StoredPasskey[]> {
  const rows = await queries.all<PasskeyRow>(
    'SELECT * FROM access_passkeys WHERE user_id = ? ORDER BY created_at, passkey_id',
    [userId],
  );
  return rows.map(fromRow);
}

export async function passkeyByCredential(queries: Queries, credentialId: string): Promise<StoredPasskey | undefined> {
  const row = await queries.first<PasskeyRow>('SELECT * FROM access_passkeys WHERE credential_id = ?', [credentialId]);
  return row && fromRow(row);
}

/**
 * Notes a use. False when another use came in between: the counter is no longer the one that the answer was held against, so of two answers with the same
 * count one is refused.
 */
export async function usePasskey(
  tx: Transaction,
  use: { passkeyId: string; counterBefore: number; counter: number; isBackedUp: boolean },
): Promise<boolean> {
  const changed = await tx.run(
    'UPDATE access_passkeys SET counter = ?, is_backed_up = ?, last_used_at = ? WHERE passkey_id = ? AND counter = ?',
    [use.counter, use.isBackedUp ? 1 : 0, tx.now, use.passkeyId, use.counterBefore],
  );
  return changed > 0;
}

export async function renamePasskey(tx: Transaction, passkey: { passkeyId: string; name: string }): Promise<void> {
  await tx.run('UPDATE access_passkeys SET name = ? WHERE passkey_id = ?', [passkey.name, passkey.passkeyId]);
}

export async function deletePasskey(tx: Transaction, passkeyId: string): Promise<void> {
  await tx.run('DELETE FROM access_passkeys WHERE passkey_id = ?', [passkeyId]);
}

function fromRow(row: PasskeyRow): StoredPasskey {
  return {
    passkeyId: row.passkey_id,
    userId: row.user_id,
    credentialId: row.credential_id,
    publicKey: row.public_key,
    counter: row.counter,
    transports: JSON.parse(row.transports_json) as string[],
    isBackedUp: row.is_backed_up === 1,
    name: row.name,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
  };
}
