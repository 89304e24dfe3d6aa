import {
  createProject,
  deleteProject,
  getMe,
  getProject,
  listProjects,
  PROJECTS_PER_ORGANIZATION_MAX,
  renameProject,
  setDefaultProject,
} from '@portico/plugin-access/contract';
import { accessPortRef, projectOccupantsRef } from '@portico/plugin-access/port';
import { createBackendFeatureLoader, createServiceFactory } from '@backstage/backend-plugin-api';
import { listAuditLogs } from '@portico/plugin-kit/contract';
import { startTestBackend } from '@portico/plugin-kit/testing';

/** What the test puts into projects: project id → how many. */
const boxes = new Map<string, number>();
const occupants = createServiceFactory({
  service: projectOccupantsRef,
  deps: {},
  factory: () => ({ kind: 'box', count: async (_queries, { projectId }) => boxes.get(projectId) ?? 0 }),
});
const start = (database: 'sqlite' | 'postgres') =>
  startTestBackend({
    database,
    plugins: [
      'access',
      'billing',
      { feature: Promise.resolve({ default: createBackendFeatureLoader({ loader: () => [occupants] }) }) },
    ],
    expose: { access: accessPortRef },
  });

describe.each(['sqlite', 'postgres'] as const)('projects, on %s', database => {
  let backend: Awaited<ReturnType<typeof start>>;
  beforeAll(async () => {
    backend = await start(database);
  });
  afterAll(() => backend?.stop());

  const create = (token: string, name: string) => backend.call(createProject, { token, body: { name } });
  const refusedDeletion = (token: string, project_id: string) =>
    backend.refusal(deleteProject, { token, params: { project_id } });

  test('are created, shown, renamed and listed oldest first', async () => {
    const { token, projectId, organizationId } = await backend.signUp();
    const made = await create(token, '  Büro 😀 ');
    expect(made).toMatchObject({ name: 'Büro 😀', organization_id: organizationId, is_default: false });
    const params = { project_id: made.project_id };
    expect(await backend.call(getProject, { token, params })).toEqual({ project: made, deletion_obstacles: [] });
    const renamed = await backend.call(renameProject, { token, params, body: { name: 'Office' } });
    expect(renamed).toEqual({ ...made, name: 'Office' });
    const listed = (await backend.call(listProjects, { token })).items;
    expect(listed.map(project => project.name)).toEqual(['Default', 'Office']);
    expect((await backend.call(getMe, { token })).projects).toEqual(listed);
    const { items } = await backend.call(listAuditLogs, { token, query: { resource_id: made.project_id } });
    expect(items.map(({ action, changes }) => [action, changes.name])).toEqual([
      ['access.project.rename', { before: 'Büro 😀', after: 'Office' }],
      ['access.project.create', { after: 'Büro 😀' }],
    ]);
    expect(listed[0]?.project_id).toBe(projectId);
  });

  test('have a name of their own in the organization, without regard to case, and only there', async () => {
    const [one, other] = [await backend.signUp(), await backend.signUp()];
    const made = await create(one.token, 'Research');
    const taken = { status: 409, code: 'project_name_taken' };
    for (const name of ['Research', ' RESEARCH ', 'ｒesearch', 'default'])
      expect(await backend.refusal(createProject, { token: one.token, body: { name } })).toMatchObject(taken);
    const params = { project_id: made.project_id };
    expect(await backend.refusal(renameProject, { token: one.token, params, body: { name: 'DEFAULT' } })).toMatchObject(
      taken,
    );
    await backend.call(renameProject, { token: one.token, params, body: { name: 'RESEARCH' } });
    await create(other.token, 'Research');
    await backend.call(deleteProject, { token: one.token, params });
    expect((await create(one.token, 'Research')).project_id).not.toBe(made.project_id);
    for (const name of ['', '   ', 'two\nlines', 'x'.repeat(81)])
      expect((await backend.refusal(createProject, { token: one.token, body: { name } })).status).toBe(400);
  });

  test('one name asked for many times at once is given once', async () => {
    const { token } = await backend.signUp();
    const replies = await Promise.all(
      Array.from({ length: 8 }, () => backend.request('POST', 'projects', { token, body: { name: 'Race' } })),
    );
    expect(replies.map(reply => reply.status).sort()).toEqual([201, ...Array<number>(7).fill(409)]);
  });

  test('sent twice with one key are one', async () => {
    const { token } = await backend.signUp();
    const send = () => backend.call(createProject, { token, idempotencyKey: 'one', body: { name: 'Once' } });
    const [first, second] = [await send(), await send()];
    expect(second).toEqual(first);
    expect((await backend.call(listProjects, { token })).items).toHaveLength(2);
  });

  test('are limited in number, however many are made at once', async () => {
    const { token } = await backend.signUp();
    const replies = await Promise.all(
      Array.from({ length: PROJECTS_PER_ORGANIZATION_MAX + 3 }, (_, number) =>
        backend.request('POST', 'projects', { token, body: { name: `Project ${number}` } }),
      ),
    );
    const refused = replies.filter(reply => reply.status !== 201);
    expect(refused.map(reply => reply.body.code)).toEqual(Array<string>(4).fill('project_limit_reached'));
    expect((await backend.call(getMe, { token })).projects).toHaveLength(PROJECTS_PER_ORGANIZATION_MAX);
  });

  test('one is the default: what is asked without naming a project is of it', async () => {
    const { token, projectId } = await backend.signUp();
    const made = await create(token, 'Second');
    const params = { project_id: made.project_id };
    expect(await backend.call(setDefaultProject, { token, params })).toEqual({ ...made, is_default: true });
    await backend.call(setDefaultProject, { token, params });
    const me = await backend.call(getMe, { token });
    expect([me.active_project_id, me.default_project.project_id]).toEqual([made.project_id, made.project_id]);
    expect(me.projects.find(project => project.project_id === projectId)?.is_default).toBe(false);
    const { items } = await backend.call(listAuditLogs, { token, query: { action: 'access.project.set_default' } });
    expect(items.map(item => item.changes)).toEqual([
      { default_project_id: { before: projectId, after: made.project_id } },
    ]);
  });

  test('are deleted when nothing stands in the way, which is told beforehand and again', async () => {
    const { token, projectId } = await backend.signUp();
    expect(await refusedDeletion(token, projectId)).toMatchObject({ status: 409, code: 'project_is_last' });
    const made = await create(token, 'Second');
    const params = { project_id: made.project_id };
    expect(await refusedDeletion(token, projectId)).toMatchObject({ status: 409, code: 'project_is_default' });

    boxes.set(made.project_id, 3);
    const inside = [{ kind: 'box', count: 3 }];
    expect((await backend.call(getProject, { token, params })).deletion_obstacles).toEqual([
      { code: 'project_not_empty', message: expect.stringContaining('still something') as string, occupants: inside },
    ]);
    expect(await refusedDeletion(token, made.project_id)).toMatchObject({
      status: 409,
      code: 'project_not_empty',
      details: { occupants: inside },
    });

    boxes.delete(made.project_id);
    await backend.call(deleteProject, { token, params });
    for (const gone of [
      await backend.refusal(getProject, { token, params }),
      await refusedDeletion(token, made.project_id),
      await backend.refusal(renameProject, { token, params, body: { name: 'Back' } }),
      await backend.refusal(setDefaultProject, { token, params }),
      await backend.refusal(getMe, { token, headers: { 'x-project-id': made.project_id } }),
    ])
      expect(gone).toMatchObject({ status: 404, code: 'not_found' });
    expect((await backend.call(listProjects, { token })).items.map(project => project.project_id)).toEqual([projectId]);
  });

  test('whose default is deleted by somebody else gets the oldest one', async () => {
    const [one, two] = [await backend.signUp(), await backend.signUp()];
    const made = await create(one.token, 'Shared');
    // Members of one organization: until people can be invited, the tables are told so.
    await backend.services.database.transaction(async tx => {
      await tx.run('INSERT INTO access_memberships (user_id, organization_id, role, created_at) VALUES (?, ?, ?, ?)', [
        two.userId,
        one.organizationId,
        'owner',
        tx.now,
      ]);
      await tx.run('UPDATE access_users SET default_project_id = ? WHERE user_id = ?', [made.project_id, two.userId]);
    });
    expect((await backend.call(getMe, { token: two.token })).active_project_id).toBe(made.project_id);
    await backend.call(deleteProject, { token: one.token, params: { project_id: made.project_id } });
    expect((await backend.call(getMe, { token: two.token })).active_project_id).toBe(one.projectId);
  });

  test('what is being put into one is seen by who deletes it meanwhile', async () => {
    const { token, organizationId } = await backend.signUp();
    const { project_id: projectId } = await create(token, 'Busy');
    const { database, access } = backend.services;
    let deletion: Promise<{ status: number; body: Record<string, unknown> }> | undefined;
    const department = await database.transaction(async tx => {
      const found = await access.departmentOf(tx, { organizationId, projectId });
      deletion ??= backend.request('DELETE', `projects/${projectId}`, { token });
      // Long enough for the deletion to come as far as it can.
      for (let turn = 0; turn < 20; turn += 1) await tx.first('SELECT 1 AS one');
      boxes.set(projectId, 1);
      return found;
    });
    expect(department).toMatch(/^dept_/);
    expect(await deletion).toMatchObject({ status: 409, body: { code: 'project_not_empty' } });
  });

  test('of another organization are not there', async () => {
    const [mine, theirs] = [await backend.signUp(), await backend.signUp()];
    const params = { project_id: theirs.projectId };
    const { token } = mine;
    for (const refusal of [
      await backend.refusal(getProject, { token, params }),
      await backend.refusal(renameProject, { token, params, body: { name: 'Mine' } }),
      await backend.refusal(setDefaultProject, { token, params }),
      await backend.refusal(deleteProject, { token, params }),
    ])
      expect(refusal).toMatchObject({ status: 404, code: 'not_found' });
  });
});
