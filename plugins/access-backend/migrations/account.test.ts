import { eachDatabase } from '@portico/plugin-kit/testing';
import { accessTables } from './0001_access';
import { peopleTables } from './0004_people';
import { accountTables } from './0006_account';

eachDatabase(db => {
  test('addresses that were there are confirmed by nobody, and each by one account from now on', async () => {
    const { database, close } = await db.open();
    await database.migrate('access', [accessTables]);
    await database.transaction(async tx => {
      for (const user of ['usr_1', 'usr_2'])
        await tx.run(
          `INSERT INTO access_users (user_id, username, display_name, email, search_text, status, organization_id, default_project_id, created_at)
           VALUES (?, ?, 'Ada', 'ada@example.org', 'ada', 'active', 'org_1', 'proj_1', 1)`,
          [user, user],
        );
    });
    await database.migrate('access', [accessTables, peopleTables, accountTables]);
    expect(
      await database.read.all(
        'SELECT user_id, email, email_verified_at, pending_email FROM access_users ORDER BY user_id',
      ),
    ).toEqual(
      ['usr_1', 'usr_2'].map(user_id => ({
        user_id,
        email: 'ada@example.org',
        email_verified_at: null,
        pending_email: null,
      })),
    );
    const confirm = (user: string, email: string) =>
      database.transaction(tx =>
        tx.run('UPDATE access_users SET email_verified_at = 2, email = ? WHERE user_id = ?', [email, user]),
      );
    await confirm('usr_1', 'ada@example.org');
    await expect(confirm('usr_2', 'Ada@example.org')).rejects.toThrow();
    await confirm('usr_2', 'grace@example.org');
    await close();
  });
});
