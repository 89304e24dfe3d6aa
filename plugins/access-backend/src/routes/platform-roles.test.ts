import {
  createApiKey,
  createUser,
  creditUser,
  getUser,
  grantPlatformRole,
  listUsers,
  revokePlatformRole,
} from '@portico/plugin-access/contract';
import { listAllAuditLogs } from '@portico/plugin-kit/contract';
import { TestClock } from '@portico/plugin-kit/testing';
import { administrator, givePlatformRole, startPlatform } from '../testing/platform-people';
import type { PlatformRole } from '../testing/platform-people';

const clock = new TestClock();
const of = (userId: string) => ({ user_id: userId });
const reason = 'asked for by the works council';

describe.each(['sqlite', 'postgres'] as const)('users who hold roles on the platform, on %s', database => {
  let backend: Awaited<ReturnType<typeof startPlatform>>;
  let admin: string;
  beforeAll(async () => {
    backend = await startPlatform(database, clock);
    ({ token: admin } = await administrator(backend));
  });
  afterAll(() => backend.stop());

  const give = (userId: string, role: PlatformRole) => givePlatformRole(backend, { token: admin, userId, role });

  test('which hold from the next request on, and are found by', async () => {
    const person = await backend.signUp();
    expect((await give(person.userId, 'billing_operator')).platform_roles).toEqual(['billing_operator']);
    expect((await give(person.userId, 'billing_operator')).platform_roles).toEqual(['billing_operator']);
    const listed = await backend.call(listUsers, {
      token: person.token,
      query: { platform_role: 'billing_operator', q: person.username },
    });
    expect(listed.items.map(user => user.user_id)).toEqual([person.userId]);
    await backend.call(revokePlatformRole, {
      token: admin,
      params: { user_id: person.userId, role: 'billing_operator' },
    });
    expect((await backend.refusal(listUsers, { token: person.token })).status).toBe(403);
    expect(
      (await backend.call(listUsers, { token: admin, query: { platform_role: 'billing_operator' } })).items,
    ).toEqual([]);
  });

  test('the billing operator looks after money and nothing else', async () => {
    const operator = await backend.signUp();
    const user = await backend.signUp();
    await give(operator.userId, 'billing_operator');
    const { token } = operator;
    await backend.call(getUser, { token, params: of(user.userId) });
    await backend.call(listAllAuditLogs, { token });
    await backend.call(creditUser, {
      token,
      params: of(user.userId),
      body: { amount: { amount: '1000000000', currency: 'USD', scale: 6 }, reason: 'Goodwill' },
    });
    for (const [method, path, body] of [
      ['POST', 'admin/users', { username: 'not-by-them' }],
      ['POST', `admin/users/${user.userId}/disable`, { reason }],
      ['POST', `admin/users/${user.userId}/enable`, {}],
      ['POST', `admin/users/${user.userId}/end-sessions`, { reason }],
      ['PUT', `admin/users/${operator.userId}/platform-roles/platform_admin`, undefined],
      ['POST', 'admin/support-sessions', { organization_id: user.organizationId, reason }],
      ['GET', 'admin/organizations', undefined],
    ] as const)
      expect([path, (await backend.request(method, path, { token, body })).body.code]).toEqual([
        path,
        'permission_denied',
      ]);
  });

  test('nobody hands out more than they may themselves: a key counts by its scopes', async () => {
    const accomplice = await backend.signUp();
    const scopes = [
      'access.platform_role.manage_any',
      'access.user.manage_any',
      'access.support.open_any',
      'access.user.read_any',
    ];
    const { key } = await backend.call(createApiKey, { token: admin, body: { name: 'roles', scopes } });
    const refusal = await backend.refusal(grantPlatformRole, {
      token: key,
      params: { user_id: accomplice.userId, role: 'platform_admin' },
    });
    expect(refusal).toMatchObject({ status: 403, code: 'platform_role_beyond_own' });
    expect(refusal.details['permissions']).toContain('billing.credit.grant');
    expect(
      (
        await backend.refusal(createUser, {
          token: key,
          body: { username: 'accomplice', platform_roles: ['platform_admin'] },
        })
      ).code,
    ).toBe('platform_role_beyond_own');
    const params = { user_id: accomplice.userId, role: 'support_agent' as const };
    expect((await backend.call(grantPlatformRole, { token: key, params })).platform_roles).toEqual(['support_agent']);
    const onlyUsers = await backend.call(createApiKey, {
      token: admin,
      body: { name: 'users', scopes: ['access.user.manage_any', 'access.support.open_any', 'access.user.read_any'] },
    });
    expect(
      await backend.refusal(createUser, {
        token: onlyUsers.key,
        body: { username: 'accomplice', platform_roles: ['support_agent'] },
      }),
    ).toMatchObject({ code: 'permission_denied', details: { permission: 'access.platform_role.manage_any' } });
  });

  test('and are told apart from what is none', async () => {
    const { userId } = await backend.signUp();
    const put = (role: string) =>
      backend.request('PUT', `admin/users/${userId}/platform-roles/${role}`, { token: admin });
    expect([(await put('owner')).status, (await put('Platform_Admin')).status]).toEqual([400, 400]);
    expect(
      (
        await backend.refusal(grantPlatformRole, {
          token: admin,
          params: { user_id: 'usr_nobody', role: 'support_agent' },
        })
      ).status,
    ).toBe(404);
  });
});
