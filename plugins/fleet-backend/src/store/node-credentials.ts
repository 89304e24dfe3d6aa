import type { Queries, Transaction } from '@portico/plugin-kit/backend';

/** The login Portico has on a node, its private part encrypted. */
export interface NodeCredentials {
  readonly publicKey: string;
  readonly privateKeyEncrypted: string;
  /** What an administrator gave, encrypted; null once it was used or the enrolment is over. */
  readonly givenEncrypted: string | null;
}

interface Row {
  readonly public_key: string;
  readonly private_key_encrypted: string;
  readonly given_encrypted: string | null;
}

export async function credentialsOf(queries: Queries, nodeId: string): Promise<NodeCredentials | undefined> {
  const row = await queries.first<Row>('SELECT * FROM fleet_node_credentials WHERE node_id = ?', [nodeId]);
  return (
    row && {
      publicKey: row.public_key,
      privateKeyEncrypted: row.private_key_encrypted,
      givenEncrypted: row.given_encrypted,
    }
  );
}

/** In the place of those the node had, if any. */
export async function saveCredentials(tx: Transaction, nodeId: string, credentials: NodeCredentials): Promise<void> {
  await tx.run(
    `INSERT INTO fleet_node_credentials (node_id, public_key, private_key_encrypted, given_encrypted, created_at) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (node_id) DO UPDATE SET public_key = excluded.public_key, private_key_encrypted = excluded.private_key_encrypted,
       given_encrypted = excluded.given_encrypted, created_at = excluded.created_at`,
    [nodeId, credentials.publicKey, credentials.privateKeyEncrypted, credentials.givenEncrypted, tx.now],
  );
}

export async function forgetGivenCredential(tx: Transaction, nodeId: string): Promise<void> {
  await tx.run('UPDATE fleet_node_credentials SET given_encrypted = NULL WHERE node_id = ?', [nodeId]);
}

export async function deleteCredentials(tx: Transaction, nodeId: string): Promise<void> {
  await tx.run('DELETE FROM fleet_node_credentials WHERE node_id = ?', [nodeId]);
}
