import {
  createDepartment,
  createProject,
  deleteDepartment,
  deleteProject,
  DEPARTMENTS_PER_ORGANIZATION_MAX,
  getOrganization,
  getProject,
  listDepartments,
  listProjects,
  moveProject,
  renameDepartment,
} from '@portico/plugin-access/contract';
import { getBalance, listLedger } from '@portico/plugin-billing/contract';
import { listAuditLogs } from '@portico/plugin-kit/contract';
import { startTestBackend } from '@portico/plugin-kit/testing';
import { colleague } from '../testing/organization-members';

const start = (database: 'sqlite' | 'postgres') => startTestBackend({ database, plugins: ['access', 'billing'] });

describe.each(['sqlite', 'postgres'] as const)('departments, on %s', database => {
  let backend: Awaited<ReturnType<typeof start>>;
  beforeAll(async () => {
    backend = await start(database);
  });
  afterAll(() => backend?.stop());

  const make = (token: string, name: string) => backend.call(createDepartment, { token, body: { name } });

  test('are made, renamed, listed with their projects and deleted when empty', async () => {
    const { token } = await backend.signUp();
    const made = await make(token, ' Research ');
    expect(made).toMatchObject({ name: 'Research', is_default: false, project_count: 0 });
    expect(await backend.call(getOrganization, { token })).toMatchObject({
      departments_visible: true,
      department_count: 2,
    });
    const params = { department_id: made.department_id };
    const body = { name: 'P', department_id: made.department_id };
    const project = await backend.call(createProject, { token, body });
    expect(project.department_id).toBe(made.department_id);
    await backend.call(renameDepartment, { token, params, body: { name: 'Science' } });
    const { items } = await backend.call(listDepartments, { token });
    expect(items.map(item => [item.name, item.is_default, item.project_count])).toEqual([
      ['Default', true, 1],
      ['Science', false, 1],
    ]);
    const filtered = await backend.call(listProjects, { token, query: params });
    expect(filtered.items.map(item => item.project_id)).toEqual([project.project_id]);
    expect(await backend.refusal(deleteDepartment, { token, params })).toMatchObject({
      status: 409,
      code: 'department_not_empty',
      details: { projects: 1 },
    });
    const first = { department_id: items[0]?.department_id as string };
    expect((await backend.refusal(deleteDepartment, { token, params: first })).code).toBe('department_is_default');
    await backend.call(deleteProject, { token, params: { project_id: project.project_id } });
    await backend.call(deleteDepartment, { token, params });
    for (const gone of [
      await backend.refusal(deleteDepartment, { token, params }),
      await backend.refusal(renameDepartment, { token, params, body: { name: 'Back' } }),
      await backend.refusal(createProject, { token, body }),
    ])
      expect(gone).toMatchObject({ status: 404, code: 'not_found' });
    const log = await backend.call(listAuditLogs, { token, query: { resource_id: made.department_id } });
    expect(log.items.map(({ action, changes }) => [action, changes.name])).toEqual([
      ['access.department.delete', { before: 'Science' }],
      ['access.department.rename', { before: 'Research', after: 'Science' }],
      ['access.department.create', { after: 'Research' }],
    ]);
  });

  test('have a name of their own in the organization, without regard to case', async () => {
    const [one, other] = [await backend.signUp(), await backend.signUp()];
    const made = await make(one.token, 'Research');
    for (const name of ['research', ' RESEARCH ', 'default'])
      expect((await backend.refusal(createDepartment, { token: one.token, body: { name } })).code).toBe(
        'department_name_taken',
      );
    const params = { department_id: made.department_id };
    expect(
      (await backend.refusal(renameDepartment, { token: one.token, params, body: { name: 'DEFAULT' } })).code,
    ).toBe('department_name_taken');
    await make(other.token, 'Research');
  });

  test('take projects from each other; what these have cost stays where it was', async () => {
    const { token, projectId } = await backend.signUp();
    const before = await backend.call(listLedger, { token });
    const made = await make(token, 'Research');
    const params = { project_id: projectId };
    const body = { department_id: made.department_id };
    expect(await backend.call(moveProject, { token, params, body })).toMatchObject({
      ...body,
      project_id: projectId,
      is_default: true,
    });
    await backend.call(moveProject, { token, params, body });
    expect((await backend.call(getProject, { token, params })).project.department_id).toBe(made.department_id);
    expect(before.items).toHaveLength(1);
    expect(await backend.call(listLedger, { token })).toEqual(before);
    expect(Number((await backend.call(getBalance, { token })).available.amount)).toBeGreaterThan(0);
    const { items } = await backend.call(listAuditLogs, { token, query: { action: 'access.project.move' } });
    expect(items.map(item => item.changes.department_id)).toMatchObject([{ after: made.department_id }]);
  });

  test('a project that comes at the same time keeps a department from being deleted, or is refused', async () => {
    const { token } = await backend.signUp();
    for (let race = 0; race < 5; race += 1) {
      const { department_id } = await make(token, `Race ${race}`);
      const [created, deleted] = await Promise.all([
        backend.request('POST', 'projects', { token, body: { name: `Race ${race}`, department_id } }),
        backend.request('DELETE', `departments/${department_id}`, { token }),
      ]);
      expect([
        [201, 409],
        [404, 204],
      ]).toContainEqual([created.status, deleted.status]);
    }
  });

  test('are limited in number, however many are made at once', async () => {
    const { token } = await backend.signUp();
    const replies = await Promise.all(
      Array.from({ length: DEPARTMENTS_PER_ORGANIZATION_MAX + 2 }, (_, number) =>
        backend.request('POST', 'departments', { token, body: { name: `Department ${number}` } }),
      ),
    );
    expect(replies.filter(reply => reply.status === 201)).toHaveLength(DEPARTMENTS_PER_ORGANIZATION_MAX - 1);
    const refused = replies.filter(reply => reply.status !== 201).map(reply => reply.body.code);
    expect(new Set(refused)).toEqual(new Set(['department_limit_reached']));
  });

  test('of another organization are not there, and a guest sees that of their project', async () => {
    const [mine, theirs] = [await backend.signUp(), await backend.signUp()];
    const { department_id } = await make(theirs.token, 'Theirs');
    const { token } = mine;
    const params = { department_id };
    for (const refusal of [
      await backend.refusal(renameDepartment, { token, params, body: { name: 'Mine' } }),
      await backend.refusal(deleteDepartment, { token, params }),
      await backend.refusal(createProject, { token, body: { name: 'P', department_id } }),
      await backend.refusal(moveProject, { token, params: { project_id: mine.projectId }, body: params }),
      await backend.refusal(moveProject, { token, params: { project_id: theirs.projectId }, body: params }),
    ])
      expect(refusal).toMatchObject({ status: 404, code: 'not_found' });
    expect((await backend.call(listProjects, { token, query: params })).items).toEqual([]);
    const { project_id } = await backend.call(createProject, {
      token: theirs.token,
      body: { name: 'P', department_id },
    });
    const guest = await colleague(backend, theirs, { role: 'guest', project_id, project_role: 'viewer' });
    const seen = await backend.call(listDepartments, { token: guest.token, headers: guest.there });
    expect(seen.items.map(item => item.department_id)).toEqual([department_id]);
    const by = { token: guest.token, headers: guest.there };
    expect((await backend.refusal(createDepartment, { ...by, body: { name: 'Mine' } })).code).toBe('permission_denied');
  });
});
