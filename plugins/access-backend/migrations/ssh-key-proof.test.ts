import { eachDatabase } from '@portico/plugin-kit/testing';
import { migrations } from '.';

const before = migrations.slice(
  0,
  migrations.findIndex(({ name }) => name === '0012_ssh_key_proof'),
);

eachDatabase(db => {
  test('of SSH keys that were there neither sign-in nor comment is known', async () => {
    const { database, close } = await db.open();
    await database.migrate('access', before);
    await database.transaction(tx =>
      tx.run(`INSERT INTO access_ssh_keys (key_id, user_id, name, key_type, public_key, fingerprint, created_at)
        VALUES ('key_1', 'usr_1', 'laptop', 'ssh-ed25519', 'ssh-ed25519 AAAA', 'SHA256:x', 1)`),
    );
    await database.migrate('access', migrations);
    expect(
      await database.read.all(
        'SELECT key_id, provider, has_second_factor, organization_id, comment FROM access_ssh_keys',
      ),
    ).toEqual([{ key_id: 'key_1', provider: null, has_second_factor: null, organization_id: null, comment: null }]);
    await close();
  });
});
