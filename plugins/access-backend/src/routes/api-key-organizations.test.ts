import {
  createApiKey,
  createOrganization,
  createProject,
  getMe,
  listProjects,
  setDefaultProject,
} from '@portico/plugin-access/contract';
import { startTestBackend } from '@portico/plugin-kit/testing';
import { colleague } from '../testing/organization-members';

const READ = 'access.project.read';

describe.each(['sqlite', 'postgres'] as const)('an API key of an organization, on %s', database => {
  let backend: Awaited<ReturnType<typeof startTestBackend>>;
  beforeAll(async () => {
    backend = await startTestBackend({ database, plugins: ['access', 'billing'] });
  });
  afterAll(() => backend.stop());

  const body = { name: 'robot', scopes: [READ] };
  const activeOf = async (key: string) => (await backend.call(getMe, { token: key })).active_project_id;
  const seenBy = async (key: string) =>
    (await backend.call(listProjects, { token: key })).items.map(project => project.project_id);

  test('works there without naming a project, though its user’s default one is elsewhere', async () => {
    const { token } = await backend.signUp();
    const founded = await backend.call(createOrganization, { token, body: { name: 'Rockets' } });
    const oldest = founded.default_project.project_id;
    const headers = { 'x-project-id': oldest };
    const younger = await backend.call(createProject, { token, headers, body: { name: 'Moon' } });
    const { key } = await backend.call(createApiKey, { token, headers, body });

    expect(await activeOf(key)).toBe(oldest);
    expect((await seenBy(key)).sort()).toEqual([oldest, younger.project_id].sort());

    await backend.call(setDefaultProject, { token, headers, params: { project_id: younger.project_id } });
    expect(await activeOf(key)).toBe(younger.project_id);
  });

  test('of a guest works in a project the guest has a role in, not in the oldest', async () => {
    const owner = await backend.signUp();
    const { project_id } = await backend.call(createProject, { token: owner.token, body: { name: 'Moon' } });
    const guest = await colleague(backend, owner, { role: 'guest', project_id, project_role: 'viewer' });
    const { key } = await backend.call(createApiKey, { token: guest.token, headers: guest.there, body });
    expect(await activeOf(key)).toBe(project_id);
    expect(await seenBy(key)).toEqual([project_id]);
  });
});
