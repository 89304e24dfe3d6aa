import { eachDatabase } from '@portico/plugin-kit/testing';
import { accessTables } from './0001_access';
import { peopleTables } from './0004_people';
import { oidcTables } from './0007_oidc';

eachDatabase(db => {
  test('memberships that were there are nobody’s but people’s, and sessions keep no token', async () => {
    const { database, close } = await db.open();
    await database.migrate('access', [accessTables, peopleTables]);
    await database.transaction(async tx => {
      await tx.run(
        `INSERT INTO access_memberships (user_id, organization_id, role, created_at) VALUES ('usr_1', 'org_1', 'owner', 1)`,
      );
      await tx.run(
        `INSERT INTO access_sessions (session_id, user_id, kind, handle_hash, access_hash, access_expires_at, rotated_at, address, created_at, last_used_at)
         VALUES ('sess_1', 'usr_1', 'token', 'h', 'a', 1, 1, '127.0.0.1', 1, 1)`,
      );
    });
    await database.migrate('access', [accessTables, peopleTables, oidcTables]);
    expect(await database.read.all('SELECT user_id, role, source_provider FROM access_memberships')).toEqual([
      { user_id: 'usr_1', role: 'owner', source_provider: null },
    ]);
    expect(await database.read.all('SELECT session_id, sealed_id_token FROM access_sessions')).toEqual([
      { session_id: 'sess_1', sealed_id_token: null },
    ]);
    const link = (user: string) =>
      database.transaction(tx =>
        tx.run(
          `INSERT INTO access_identities (identity_id, provider, subject, user_id, created_at) VALUES (?, 'acme', 'ann', ?, 1)`,
          [`ident_${user}`, user],
        ),
      );
    await link('usr_1');
    await expect(link('usr_2')).rejects.toThrow();
    await close();
  });
});
