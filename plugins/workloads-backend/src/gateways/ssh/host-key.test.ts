import type { Database, Secrets } from '@portico/plugin-kit/backend';
import { eachDatabase } from '@portico/plugin-kit/testing';
import { utils } from 'ssh2';
import { migrations } from '../../../migrations';
import { newHostKey, sshHostKey } from './host-key';

/** Not secret at all, but not the text itself either. */
const secrets = {
  encrypt: (purpose: string, text: string) => Buffer.from(`${purpose} ${text}`).toString('base64'),
  decrypt: (purpose: string, text: string) =>
    Buffer.from(text, 'base64')
      .toString()
      .slice(purpose.length + 1),
} as Secrets;

eachDatabase(db => {
  it('makes one host of all replicas and restarts', async () => {
    const { database, store, clock } = await db.open();
    await database.migrate('workloads', migrations);
    const other = store.connect(clock);
    // Replicas start side by side on PostgreSQL; on SQLite there is one, started again.
    const replica = db.dialect === 'postgres' ? other : database;
    const keys = await Promise.all(
      [database, replica, database, replica].map((one: Database) => sshHostKey(one, secrets)),
    );
    keys.push(await sshHostKey(other, secrets));
    expect(new Set(keys).size).toBe(1);
    expect(utils.parseKey(keys[0] as string)).toMatchObject({ type: 'ssh-ed25519' });
    const rows = await database.read.all('SELECT * FROM workloads_ssh_host_keys');
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toContain('PRIVATE KEY');
    await other.close();
  });
});

test('a new host key can be read again, whichever it is', () => {
  // Of 2,000 keys that are merely generated about eight cannot.
  for (let made = 0; made < 2_000; made += 1) expect(utils.parseKey(newHostKey())).not.toBeInstanceOf(Error);
});
