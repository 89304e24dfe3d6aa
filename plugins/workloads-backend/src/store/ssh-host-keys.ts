import type { Transaction } from '@portico/plugin-kit/backend';

const KEY_TYPE = 'ssh-ed25519';

/** Keeps this key unless there is one already, and returns the one that is kept: whoever comes second takes the first one's. */
export async function keepHostKey(tx: Transaction, encrypted: string): Promise<string> {
  await tx.run(
    `INSERT INTO workloads_ssh_host_keys (key_type, private_key_encrypted, created_at) VALUES (?, ?, ?)
     ON CONFLICT (key_type) DO NOTHING`,
    [KEY_TYPE, encrypted, tx.now],
  );
  const row = await tx.first<{ private_key_encrypted: string }>(
    'SELECT private_key_encrypted FROM workloads_ssh_host_keys WHERE key_type = ?',
    [KEY_TYPE],
  );
  if (row === undefined) throw new Error('the SSH host key was written and cannot be read back');
  return row.private_key_encrypted;
}
