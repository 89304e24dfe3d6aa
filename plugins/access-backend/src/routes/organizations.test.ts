import {
  createApiKey,
  createOrganization,
  getMe,
  getOrganization,
  ORGANIZATIONS_OWNED_MAX,
  updateOrganization,
} from '@portico/plugin-access/contract';
import { getBalance } from '@portico/plugin-billing/contract';
import { listAuditLogs } from '@portico/plugin-kit/contract';
import { startTestBackend } from '@portico/plugin-kit/testing';
import type { SignedUp } from '@portico/plugin-kit/testing';
import { colleague } from '../testing/organization-members';

const start = (database: 'sqlite' | 'postgres') => startTestBackend({ database, plugins: ['access', 'billing'] });

describe.each(['sqlite', 'postgres'] as const)('organizations, on %s', database => {
  let backend: Awaited<ReturnType<typeof start>>;
  beforeAll(async () => {
    backend = await start(database);
  });
  afterAll(() => backend?.stop());

  const slug = () => `acme-${Math.random().toString(36).slice(2, 8)}`;
  /** As if the person had come that way. */
  const cameThrough = (who: SignedUp, column: 'provider' | 'second_factor_at', value: string | number) =>
    backend.services.database.transaction(tx =>
      tx.run(`UPDATE access_sessions SET ${column} = ? WHERE user_id = ?`, [value, who.userId]),
    );

  test('are seen by who belongs to them, and changed by who manages them, with before and after', async () => {
    const owner = await backend.signUp();
    const viewer = await colleague(backend, owner, { role: 'viewer' });
    const { token } = owner;
    expect(await backend.call(getOrganization, { token })).toMatchObject({
      organization_id: owner.organizationId,
      slug: null,
      required_provider: null,
      requires_second_factor: false,
      departments_visible: false,
      is_personal: true,
      member_count: 2,
      department_count: 1,
    });
    const given = { name: ' Acme ', slug: slug(), shows_departments: true };
    const changed = await backend.call(updateOrganization, { token, body: given });
    expect(changed).toMatchObject({ ...given, name: 'Acme', departments_visible: true });
    const seen = await backend.call(getOrganization, { token: viewer.token, headers: viewer.there });
    expect(seen).toEqual({ ...changed, is_personal: false });
    const by = { token: viewer.token, headers: viewer.there, body: { name: 'Mine' } };
    expect((await backend.refusal(updateOrganization, by)).code).toBe('permission_denied');
    const { items } = await backend.call(listAuditLogs, { token, query: { action: 'access.organization.update' } });
    expect(items.map(item => item.changes)).toEqual([
      {
        name: { before: owner.username, after: 'Acme' },
        slug: { before: null, after: given.slug },
        shows_departments: { before: false, after: true },
      },
    ]);
    expect((await backend.call(updateOrganization, { token, body: { slug: null } })).slug).toBeNull();
  });

  test('have a slug of their own on the whole platform, none that means the portal, also when asked for at once', async () => {
    const people = await Promise.all(Array.from({ length: 5 }, () => backend.signUp()));
    const wanted = slug();
    const replies = await Promise.all(
      people.map(({ token }) => backend.request('PATCH', 'organization', { token, body: { slug: wanted } })),
    );
    expect(replies.map(reply => reply.body.code ?? 'given').sort()).toEqual([
      'given',
      ...Array<string>(4).fill('organization_slug_taken'),
    ]);
    const { token } = people[0] as SignedUp;
    for (const reserved of ['admin', 'login', 'api', 'portico'])
      expect((await backend.refusal(updateOrganization, { token, body: { slug: reserved } })).code).toBe(
        'organization_slug_reserved',
      );
    for (const malformed of ['ab', 'Acme', '-acme', 'acme-', 'ac--me', 'ac me', 'x'.repeat(41), 'büro'])
      expect((await backend.request('PATCH', 'organization', { token, body: { slug: malformed } })).status).toBe(400);
  });

  test.each([
    {
      what: 'a second factor',
      body: { requires_second_factor: true },
      column: 'second_factor_at',
      value: 1,
      restriction: 'second_factor_required',
    },
    {
      what: 'a provider',
      body: { required_provider: 'acme' },
      column: 'provider',
      value: 'acme',
      restriction: 'auth_enterprise_required',
    },
  ] as const)('demand $what only by who shows it themselves, and then of everybody', async demand => {
    const { body, column, value, restriction } = demand;
    const owner = await backend.signUp();
    const member = await colleague(backend, owner, { role: 'member' });
    const { token } = owner;
    const unmet = { status: 409, code: 'sign_in_demand_unmet', details: { demands: Object.keys(body) } };
    expect(await backend.refusal(updateOrganization, { token, body })).toMatchObject(unmet);
    const scopes = ['access.organization.manage', 'access.project.read'];
    const { key } = await backend.call(createApiKey, { token, body: { name: 'robot', scopes } });
    expect(await backend.refusal(updateOrganization, { token: key, body })).toMatchObject(unmet);
    await backend.call(updateOrganization, { token: key, body: { name: 'Named by a robot' } });
    if (column === 'provider') {
      await cameThrough(owner, 'provider', 'other');
      expect(await backend.refusal(updateOrganization, { token, body })).toMatchObject(unmet);
    }
    await cameThrough(owner, column, value);
    expect(await backend.call(updateOrganization, { token, body })).toMatchObject(body);
    expect(await backend.refusal(getOrganization, { token: member.token, headers: member.there })).toMatchObject({
      status: 403,
      code: restriction,
    });
    expect((await backend.call(getMe, { token: member.token, headers: member.there })).restriction).toBe(restriction);
    // Named again with something else it is no new demand.
    await backend.call(updateOrganization, { token, body: { ...body, name: 'Strict' } });
    await backend.call(updateOrganization, {
      token,
      body: { required_provider: null, requires_second_factor: false },
    });
    await backend.call(getOrganization, { token: member.token, headers: member.there });
  });

  test('take nothing from the body that is not offered', async () => {
    const { token } = await backend.signUp();
    for (const body of [{}, { plan: 'gold' }, { organization_id: 'org_x' }, { name: 'x', owner: 'usr_x' }])
      expect((await backend.request('PATCH', 'organization', { token, body })).status).toBe(400);
  });

  test('can be made further ones, each with an account of its own and no credit', async () => {
    const { token, userId } = await backend.signUp();
    const made = await backend.call(createOrganization, { token, body: { name: ' Second ' } });
    expect(made).toMatchObject({
      organization: { name: 'Second' },
      default_project: { name: 'Default', organization_id: made.organization.organization_id },
    });
    const headers = { 'x-project-id': made.default_project.project_id };
    const me = await backend.call(getMe, { token, headers });
    expect([me.user.user_id, me.organization.name, me.organizations.map(one => one.role)]).toEqual([
      userId,
      'Second',
      ['owner', 'owner'],
    ]);
    expect((await backend.call(getBalance, { token, headers })).available.amount).toBe('0');
    expect(Number((await backend.call(getBalance, { token })).available.amount)).toBeGreaterThan(0);
    const { items } = await backend.call(listAuditLogs, { token, headers });
    expect(items.map(item => item.action)).toContain('access.organization.create');
  });

  test('are limited per owner, however many are made at once, and no key makes any', async () => {
    const { token } = await backend.signUp();
    const { key } = await backend.call(createApiKey, {
      token,
      body: { name: 'robot', scopes: ['access.organization.manage'] },
    });
    const body = { name: 'Many' };
    expect((await backend.refusal(createOrganization, { token: key, body })).code).toBe('session_required');
    const replies = await Promise.all(
      Array.from({ length: ORGANIZATIONS_OWNED_MAX + 2 }, () =>
        backend.request('POST', 'organizations', { token, body }),
      ),
    );
    expect(replies.filter(reply => reply.status === 201)).toHaveLength(ORGANIZATIONS_OWNED_MAX - 1);
    expect((await backend.refusal(createOrganization, { token, body })).code).toBe('organization_limit_reached');
  });
});
