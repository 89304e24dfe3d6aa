import {
  changeServiceAccount,
  createServiceAccount,
  createServiceAccountKey,
  createProject,
  deleteProject,
  getMe,
  getServiceAccount,
  issueClientToken,
  listApiKeys,
  createApiKey,
  listOrganizationApiKeys,
  listProjects,
  listServiceAccountKeys,
  listServiceAccounts,
  removeServiceAccount,
  revokeOrganizationApiKey,
  revokeServiceAccountKey,
  rotateServiceAccountKey,
} from '@portico/plugin-access/contract';
import { startTestBackend, TestClock, waitFor } from '@portico/plugin-kit/testing';
import type { SignedUp, TestBackend } from '@portico/plugin-kit/testing';
import { listAllocations } from '@portico/plugin-workloads/contract';
import { lockOrganization } from '../store/organizations';
import { colleague } from '../testing/organization-members';
import { isWaiting } from '../testing/row-locks';

const MINUTE = 60_000;
const READ = 'workloads.allocation.read';

describe.each(['sqlite', 'postgres'] as const)('service accounts, on %s', database => {
  let backend: TestBackend;
  let clock: TestClock;
  let owner: SignedUp;
  beforeAll(async () => {
    clock = new TestClock();
    backend = await startTestBackend({
      database,
      clock,
      settings: { rateLimits: { signIn: { perMinute: 10, burst: 0 } } },
    });
  });
  afterAll(() => backend.stop());
  beforeEach(async () => {
    owner = await backend.signUp();
  });

  const account = (name = 'deployer', role: 'member' | 'viewer' = 'member') =>
    backend.call(createServiceAccount, { token: owner.token, body: { name, role } });
  const keyOf = (service_account_id: string, scopes: string[] = [READ], expires_at?: string) =>
    backend.call(createServiceAccountKey, {
      token: owner.token,
      params: { service_account_id },
      body: { name: 'ci', scopes, ...(expires_at === undefined ? {} : { expires_at }) },
    });
  const tokenFor = async (client_id: string, client_secret: string) =>
    (
      await backend.call(issueClientToken, {
        body: { grant_type: 'client_credentials', client_id, client_secret },
      })
    ).access_token;
  const signedInAgain = async () => {
    const { username, password } = owner;
    const reply = await backend.request('POST', 'auth/personal/login', { body: { username, password } });
    return { token: String(reply.body.access_token) };
  };
  const lists = async (token: string) => (await backend.request('GET', 'allocations', { token })).status;

  test('a program works in its project with a key, or with a token the key was exchanged for', async () => {
    const made = await account();
    expect(made).toMatchObject({
      project_id: owner.projectId,
      role: 'member',
      active_keys: 0,
      created_by: owner.userId,
    });
    const { key } = await keyOf(made.service_account_id);
    const token = await tokenFor(made.service_account_id, key);
    for (const credential of [key, token]) {
      const me = await backend.call(getMe, { token: credential });
      expect(me.user.user_id).toBe(made.service_account_id);
      expect(me.permissions).toEqual([READ]);
      expect(await lists(credential)).toBe(200);
    }
    const seen = await backend.call(getServiceAccount, {
      token: owner.token,
      params: { service_account_id: made.service_account_id },
    });
    expect([seen.active_keys, seen.last_used_at]).toEqual([1, expect.any(String)]);
  });

  test('a token ends after its minutes, and with the secret it was had for', async () => {
    const { service_account_id } = await account();
    const first = await keyOf(service_account_id);
    const token = await tokenFor(service_account_id, first.key);
    clock.set(clock.now() + 16 * MINUTE);
    expect(await lists(token)).toBe(401);
    owner = { ...owner, ...(await signedInAgain()) };
    const second = await tokenFor(service_account_id, first.key);
    const rotated = await backend.call(rotateServiceAccountKey, {
      token: owner.token,
      params: { service_account_id, key_id: first.key_id },
      body: {},
    });
    expect([await lists(second), await lists(first.key), await lists(rotated.key)]).toEqual([401, 401, 200]);
    const third = await tokenFor(service_account_id, rotated.key);
    await backend.call(revokeServiceAccountKey, {
      token: owner.token,
      params: { service_account_id, key_id: first.key_id },
    });
    expect([await lists(third), await lists(rotated.key)]).toEqual([401, 401]);
  });

  test('unknown clients, wrong secrets, other accounts’ and people’s keys are refused alike', async () => {
    const [one, other] = [await account('one'), await account('other')];
    const { key } = await keyOf(one.service_account_id);
    const mine = await backend.call(createApiKey, { token: owner.token, body: { name: 'mine', scopes: [READ] } });
    const refusals = await Promise.all(
      [
        [one.service_account_id, `ptk_${'A'.repeat(43)}`],
        [other.service_account_id, key],
        ['usr_nobody', key],
        [owner.userId, mine.key],
        [one.service_account_id, 'x'],
      ].map(([client_id = '', client_secret = '']) =>
        backend.refusal(issueClientToken, { body: { grant_type: 'client_credentials', client_id, client_secret } }),
      ),
    );
    for (const refusal of refusals) expect([refusal.status, refusal.code]).toEqual([401, 'client_invalid']);
    expect(new Set(refusals.map(({ message }) => message)).size).toBe(1);
  });

  test('each token that is given out is in the audit, with the key and the address, without the token', async () => {
    const { service_account_id } = await account('audited');
    const { key, key_id } = await keyOf(service_account_id);
    await tokenFor(service_account_id, key);
    const rows = await backend.services.database.read.all(
      `SELECT actor_type, actor_id, key_id, session_id, address, organization_id, project_id, changes_json
         FROM platform_audit_log WHERE action = 'access.api_key.issue_token' AND target_id = ?`,
      [key_id],
    );
    expect(rows).toEqual([
      {
        actor_type: 'service_account',
        actor_id: service_account_id,
        key_id,
        session_id: `${key_id}.1`,
        address: expect.any(String) as string,
        organization_id: owner.organizationId,
        project_id: owner.projectId,
        changes_json: '{}',
      },
    ]);
  });

  test('secrets are guessed at ten a minute and no faster', async () => {
    const { service_account_id: client_id } = await account();
    const guess = () =>
      backend.request('POST', 'auth/token', {
        body: { grant_type: 'client_credentials', client_id, client_secret: `ptk_${'B'.repeat(43)}` },
      });
    const statuses = [];
    for (let attempt = 0; attempt < 30; attempt += 1) statuses.push((await guess()).status);
    expect(statuses).toContain(429);
  });

  test('it reaches its project and nothing beside it', async () => {
    const { service_account_id } = await account();
    const { key } = await keyOf(service_account_id, [READ, 'access.project.read']);
    const beside = await backend.call(createProject, { token: owner.token, body: { name: 'Beside' } });
    const projects = await backend.call(listProjects, { token: key });
    expect(projects.items.map(project => project.project_id)).toEqual([owner.projectId]);
    const there = await backend.request('GET', 'allocations', {
      token: key,
      headers: { 'x-project-id': beside.project_id },
    });
    expect(there.status).toBe(404);
    expect(
      (await backend.refusal(listAllocations, { token: key, query: { project_id: beside.project_id } })).status,
    ).toBe(404);
  });

  test('a key holds no more than the role, and loses with the role what it held', async () => {
    const { service_account_id } = await account('reader', 'viewer');
    const wide = await backend.refusal(createServiceAccountKey, {
      token: owner.token,
      params: { service_account_id },
      body: { name: 'wide', scopes: [READ, 'workloads.allocation.launch'] },
    });
    expect([wide.code, wide.details]).toEqual(['api_key_beyond_role', { scopes: ['workloads.allocation.launch'] }]);
    const { key } = await keyOf(service_account_id);
    expect(await lists(key)).toBe(200);
    await backend.call(changeServiceAccount, {
      token: owner.token,
      params: { service_account_id },
      body: { role: 'billing' },
    });
    expect(await lists(key)).toBe(403);
  });

  test('nobody signs in as one, and a key of one opens nothing that is a person’s', async () => {
    const { service_account_id } = await account();
    const { key } = await keyOf(service_account_id);
    expect((await backend.request('POST', 'auth/logout', { token: key })).body.code).toBe('session_required');
    const { items } = (await backend.request('GET', 'admin/users', { token: (await admin()).token })).body;
    expect(items?.some(user => user.user_id === service_account_id)).toBe(false);
  });

  async function admin(): Promise<{ token: string }> {
    const reply = await backend.request('POST', 'auth/personal/login', {
      body: { username: 'admin', password: owner.password },
    });
    return { token: String(reply.body.access_token) };
  }

  test('names are told apart in a project; a removed account frees its name and stops its keys', async () => {
    const made = await account('Deployer');
    expect(
      (
        await backend.refusal(createServiceAccount, {
          token: owner.token,
          body: { name: ' deployer ', role: 'viewer' },
        })
      ).code,
    ).toBe('service_account_name_taken');
    const { key } = await keyOf(made.service_account_id);
    const params = { service_account_id: made.service_account_id };
    await backend.call(removeServiceAccount, { token: owner.token, params });
    expect(await lists(key)).toBe(401);
    expect((await backend.refusal(getServiceAccount, { token: owner.token, params })).status).toBe(404);
    expect((await backend.call(listServiceAccounts, { token: owner.token })).items).toEqual([]);
    await account('Deployer');
  });

  test('of twenty made at once under one name there is one', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, () =>
        backend.request('POST', 'service-accounts', { token: owner.token, body: { name: 'race', role: 'viewer' } }),
      ),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(19);
  });

  test('a project is not deleted while accounts work in it', async () => {
    const { project_id } = await backend.call(createProject, { token: owner.token, body: { name: 'Robots' } });
    const made = await backend.call(createServiceAccount, {
      token: owner.token,
      body: { name: 'r2', role: 'viewer', project_id },
    });
    const refusal = await backend.refusal(deleteProject, { token: owner.token, params: { project_id } });
    expect([refusal.code, refusal.details]).toMatchObject([
      'project_not_empty',
      { occupants: expect.arrayContaining([{ kind: 'service_account', count: 1 }]) },
    ]);
    await backend.call(removeServiceAccount, {
      token: owner.token,
      params: { service_account_id: made.service_account_id },
    });
    await backend.call(deleteProject, { token: owner.token, params: { project_id } });
  });

  if (database === 'postgres')
    test('whoever loses the right while the request waits makes no account', async () => {
      const former = await colleague(backend, owner, { role: 'admin' });
      let asked: ReturnType<TestBackend['request']> | undefined;
      await backend.services.database.transaction(async tx => {
        await lockOrganization(tx, owner.organizationId);
        asked ??= backend.request('POST', 'service-accounts', {
          token: former.token,
          headers: former.there,
          body: { name: 'late', role: 'viewer' },
        });
        await waitFor(() => isWaiting(tx));
        await tx.run(`UPDATE access_memberships SET role = 'viewer' WHERE user_id = ? AND organization_id = ?`, [
          former.userId,
          owner.organizationId,
        ]);
      });
      expect(await asked).toMatchObject({ status: 403, body: { code: 'permission_denied' } });
      expect((await backend.call(listServiceAccounts, { token: owner.token })).items).toEqual([]);
    });

  test('another organization sees nothing of it', async () => {
    const { service_account_id } = await account();
    const { key_id } = await keyOf(service_account_id);
    const { token } = await backend.signUp();
    const params = { service_account_id };
    for (const refusal of [
      await backend.refusal(getServiceAccount, { token, params }),
      await backend.refusal(changeServiceAccount, { token, params, body: { name: 'x' } }),
      await backend.refusal(removeServiceAccount, { token, params }),
      await backend.refusal(listServiceAccountKeys, { token, params }),
      await backend.refusal(createServiceAccountKey, { token, params, body: { name: 'x', scopes: [READ] } }),
      await backend.refusal(rotateServiceAccountKey, { token, params: { ...params, key_id }, body: {} }),
      await backend.refusal(revokeServiceAccountKey, { token, params: { ...params, key_id } }),
      await backend.refusal(revokeOrganizationApiKey, { token, params: { key_id } }),
      await backend.refusal(createServiceAccount, {
        token,
        body: { name: 'x', role: 'viewer', project_id: owner.projectId },
      }),
    ])
      expect([refusal.status, refusal.code]).toEqual([404, 'not_found']);
  });

  test('who watches over keys sees everybody’s and revokes any', async () => {
    const { service_account_id } = await account();
    const robot = await keyOf(service_account_id);
    clock.set(clock.now() + 1);
    const mine = await backend.call(createApiKey, { token: owner.token, body: { name: 'mine', scopes: [READ] } });
    const { items } = await backend.call(listOrganizationApiKeys, { token: owner.token });
    expect(items.map(key => [key.key_id, key.user_id])).toEqual([
      [mine.key_id, owner.userId],
      [robot.key_id, service_account_id],
    ]);
    await backend.call(revokeOrganizationApiKey, { token: owner.token, params: { key_id: robot.key_id } });
    expect([await lists(robot.key), await lists(mine.key)]).toEqual([401, 200]);
    expect((await backend.call(listApiKeys, { token: owner.token })).items.map(key => key.key_id)).toEqual([
      mine.key_id,
    ]);
  });
});
