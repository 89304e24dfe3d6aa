import {
  changeServiceAccount,
  createApiKey,
  createProject,
  createServiceAccount,
  createServiceAccountKey,
  getServiceAccount,
  rotateServiceAccountKey,
} from '@portico/plugin-access/contract';
import { startTestBackend } from '@portico/plugin-kit/testing';
import type { SignedUp, TestBackend } from '@portico/plugin-kit/testing';
import { projectRoles } from '../domain/roles';
import { colleague } from '../testing/organization-members';

const MANAGE = ['access.project.read', 'access.service_account.manage', 'access.service_account.read'];

describe.each(['sqlite', 'postgres'] as const)('who makes service accounts, on %s', database => {
  let backend: TestBackend;
  let owner: SignedUp;
  beforeAll(async () => {
    backend = await startTestBackend({ database });
  });
  afterAll(() => backend.stop());
  beforeEach(async () => {
    owner = await backend.signUp();
  });

  /** A program that looks after service accounts and may do nothing of what they do. */
  const caretaker = async (besides: readonly string[] = []) => {
    const scopes = [...new Set([...MANAGE, ...besides])];
    return (await backend.call(createApiKey, { token: owner.token, body: { name: 'caretaker', scopes } })).key;
  };
  const account = (role: 'member' | 'viewer') =>
    backend.call(createServiceAccount, { token: owner.token, body: { name: role, role } });

  test('makes none that may do more than they may themselves, and none into one', async () => {
    const token = await caretaker();
    for (const role of ['admin', 'member', 'viewer', 'billing', 'security'] as const)
      expect(await backend.refusal(createServiceAccount, { token, body: { name: role, role } })).toMatchObject({
        status: 403,
        code: 'role_beyond_own',
      });
    const [member, viewer] = [await account('member'), await account('viewer')];
    // One of the two roles they have: what is taken counts as what is given.
    const asViewer = await caretaker(projectRoles.get('viewer'));
    for (const [{ service_account_id }, role] of [
      [member, 'viewer'],
      [viewer, 'member'],
    ] as const) {
      const change = { token: asViewer, params: { service_account_id }, body: { role } };
      expect((await backend.refusal(changeServiceAccount, change)).code).toBe('role_beyond_own');
    }
    const params = { service_account_id: member.service_account_id };
    await backend.call(changeServiceAccount, { token, params, body: { name: 'Renamed' } });
    expect(await backend.call(getServiceAccount, { token, params })).toMatchObject({ name: 'Renamed', role: 'member' });
  });

  test('holds no key of theirs that does more, neither a new one nor one that is there', async () => {
    const token = await caretaker();
    const { service_account_id } = await account('member');
    const make = { params: { service_account_id }, body: { name: 'ci', scopes: ['workloads.allocation.launch'] } };
    expect((await backend.refusal(createServiceAccountKey, { token, ...make })).code).toBe('api_key_beyond_own');
    const { key_id } = await backend.call(createServiceAccountKey, { token: owner.token, ...make });
    const rotate = { token, params: { service_account_id, key_id }, body: { grace: 'none' as const } };
    expect((await backend.refusal(rotateServiceAccountKey, rotate)).code).toBe('api_key_beyond_own');
  });

  test('in one project finds and makes none in another', async () => {
    const { project_id } = await backend.call(createProject, { token: owner.token, body: { name: 'Theirs' } });
    const admin = await colleague(backend, owner, { role: 'guest', project_id, project_role: 'admin' });
    const by = { token: admin.token, headers: admin.there };
    const { service_account_id } = await account('viewer');
    const elsewhere = { name: 'elsewhere', role: 'viewer' as const, project_id: owner.projectId };
    const key = { name: 'ci', scopes: ['access.project.read'] };
    for (const refusal of [
      await backend.refusal(createServiceAccount, { ...by, body: elsewhere }),
      await backend.refusal(getServiceAccount, { ...by, params: { service_account_id } }),
      await backend.refusal(changeServiceAccount, { ...by, params: { service_account_id }, body: { role: 'member' } }),
      await backend.refusal(createServiceAccountKey, { ...by, params: { service_account_id }, body: key }),
    ])
      expect(refusal).toMatchObject({ status: 404, code: 'not_found' });
    expect(
      await backend.call(createServiceAccount, { ...by, body: { ...elsewhere, role: 'admin', project_id } }),
    ).toMatchObject({ role: 'admin', project_id });
  });
});
