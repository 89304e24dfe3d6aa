/**
 * Secrets: authenticated encryption of what is stored and keyed fingerprints of what is looked up. The key is `secrets.key` of the settings or the
 * file `secret.key` (0600) in the data directory. The database remembers which key it was first used with, so that a restored database without its key, or a
 * second replica with a key of its own, is told so at the start instead of failing one secret at a time.
 */
import { createServiceFactory } from '@backstage/backend-plugin-api';
import { databaseRef, secretsRef, settingsRef } from '@portico/plugin-kit/backend';
import type { Database, Migration } from '@portico/plugin-kit/backend';
import { dataDirectoryRef } from '../data-directory/data-directory-service';
import { secretsSettings } from '../settings/platform-sections';
import { KEY_FILE, readOrMakeKey } from './key-file';
import { createSecretBox } from './secret-box';

const migrations: readonly Migration[] = [
  {
    name: '0001_key',
    async up(knex) {
      await knex.schema.createTable('platform_secret_keys', table => {
        table.integer('singleton').primary();
        table.string('key_id', 32).notNullable();
      });
    },
  },
];

/** Throws a sentence when the database was encrypted under another key. */
export async function assertSameKey(database: Database, keyId: string): Promise<void> {
  await database.migrate('platform_secrets', migrations);
  const known = await database.transaction(async tx => {
    await tx.run('INSERT INTO platform_secret_keys (singleton, key_id) VALUES (1, ?) ON CONFLICT DO NOTHING', [keyId]);
    return tx.first<{ key_id: string }>('SELECT key_id FROM platform_secret_keys WHERE singleton = 1');
  });
  if (known?.key_id !== keyId) {
    throw new Error(
      `The secrets in the database were encrypted under another key; give this portal the key it had (${KEY_FILE} in the data directory, or "secrets.key" in the configuration).`,
    );
  }
}

export const secretsServiceFactory = createServiceFactory({
  service: secretsRef,
  deps: { settings: settingsRef, directory: dataDirectoryRef, database: databaseRef },
  async factory({ settings, directory, database }) {
    const configured = settings.of(secretsSettings).key;
    const box = createSecretBox(
      configured === undefined ? readOrMakeKey(directory.path) : Buffer.from(configured, 'base64'),
    );
    await assertSameKey(database, box.keyId);
    return box;
  },
});
