import type { Database, Migration, Secrets } from '@portico/plugin-kit/backend';
import { utils } from 'ssh2';

const PURPOSE = 'workloads.ssh-host-key';

export const sshHostKeyMigration: Migration = {
  name: '0002_ssh_host_keys',
  async up(knex) {
    await knex.schema.createTable('workloads_ssh_host_keys', table => {
      table.string('key_type').primary();
      table.text('private_key_encrypted').notNullable();
      table.bigInteger('created_at').notNullable();
    });
  },
};

/** The gateway's host key: made once, kept encrypted in the database, so that every replica and every restart is the same host to clients. */
export async function sshHostKey(database: Database, secrets: Secrets): Promise<string> {
  const made = utils.generateKeyPairSync('ed25519');
  return database.transaction(async tx => {
    // Whoever comes second keeps the first one's key.
    await tx.run(
      `INSERT INTO workloads_ssh_host_keys (key_type, private_key_encrypted, created_at) VALUES (?, ?, ?)
       ON CONFLICT (key_type) DO NOTHING`,
      ['ssh-ed25519', secrets.encrypt(PURPOSE, made.private), tx.now],
    );
    const row = await tx.first<{ private_key_encrypted: string }>(
      'SELECT private_key_encrypted FROM workloads_ssh_host_keys WHERE key_type = ?',
      ['ssh-ed25519'],
    );
    if (row === undefined) throw new Error('The SSH host key was written and cannot be read back.');
    return secrets.decrypt(PURPOSE, row.private_key_encrypted);
  });
}
