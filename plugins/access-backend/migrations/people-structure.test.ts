import { eachDatabase } from '@portico/plugin-kit/testing';
import { migrations } from '.';

const before = migrations.slice(
  0,
  migrations.findIndex(({ name }) => name === '0008_people_structure'),
);

eachDatabase(db => {
  test('departments and memberships that were there are kept: names are unique from now on, everybody founded what they are in', async () => {
    const { database, close } = await db.open();
    await database.migrate('access', before);
    const run = (sql: string) => database.transaction(tx => tx.run(sql));
    const department = (id: string, organization: string, columns = '', values = '') =>
      run(
        `INSERT INTO access_departments (department_id, organization_id, name, is_default, created_at${columns}) VALUES ('${id}', '${organization}', 'Default', 1, 1${values})`,
      );
    await department('dept_1', 'org_1');
    await department('dept_2', 'org_2');
    await run(
      `INSERT INTO access_memberships (user_id, organization_id, role, created_at) VALUES ('usr_1', 'org_1', 'owner', 1)`,
    );
    await database.migrate('access', migrations);
    expect(
      await database.read.all(
        'SELECT department_id, name_key, deleted_at FROM access_departments ORDER BY department_id',
      ),
    ).toEqual([
      { department_id: 'dept_1', name_key: 'default', deleted_at: null },
      { department_id: 'dept_2', name_key: 'default', deleted_at: null },
    ]);
    expect(await database.read.all('SELECT user_id, role, source FROM access_memberships')).toEqual([
      { user_id: 'usr_1', role: 'owner', source: 'founder' },
    ]);
    await expect(department('dept_3', 'org_1', ', name_key', ", 'default'")).rejects.toThrow();
    await department('dept_4', 'org_1', ', name_key, deleted_at', ", 'default', 2");
    await close();
  });
});
