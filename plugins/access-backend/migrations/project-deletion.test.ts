import { eachDatabase } from '@portico/plugin-kit/testing';
import { accessTables } from './0001_access';
import { projectDeletion } from './0003_project_deletion';

eachDatabase(db => {
  test('projects that were there keep their names, which are unique from now on', async () => {
    const { database, close } = await db.open();
    await database.migrate('access', [accessTables]);
    const insert = (id: string, organization: string, columns = '', values = '') =>
      database.transaction(tx =>
        tx.run(
          `INSERT INTO access_projects (project_id, organization_id, department_id, name, created_at${columns}) VALUES (?, ?, 'dept_1', 'Default', 1${values})`,
          [id, organization],
        ),
      );
    await insert('proj_1', 'org_1');
    await insert('proj_2', 'org_2');
    await database.migrate('access', [accessTables, projectDeletion]);
    expect(
      await database.read.all('SELECT project_id, name, name_key, deleted_at FROM access_projects ORDER BY project_id'),
    ).toEqual([
      { project_id: 'proj_1', name: 'Default', name_key: 'default', deleted_at: null },
      { project_id: 'proj_2', name: 'Default', name_key: 'default', deleted_at: null },
    ]);
    await expect(insert('proj_3', 'org_1', ', name_key', ", 'default'")).rejects.toThrow();
    await insert('proj_4', 'org_1', ', name_key, deleted_at', ", 'default', 2");
    await close();
  });
});
