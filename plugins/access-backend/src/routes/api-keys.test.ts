import {
  API_KEYS_PER_USER_MAX,
  createApiKey,
  getMe,
  listApiKeys,
  listPermissions,
  listSshKeys,
  listUsers,
  revokeApiKey,
  rotateApiKey,
  signIn,
  signOut,
} from '@portico/plugin-access/contract';
import { authenticationRef } from '@portico/plugin-kit/backend';
import type { UserCaller } from '@portico/plugin-kit/backend';
import type { BodySentTo } from '@portico/plugin-kit/contract';
import { startTestBackend, TestClock } from '@portico/plugin-kit/testing';
import type { IncomingMessage } from 'node:http';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const READ = 'access.ssh_key.read';
const MANAGE = 'access.api_key.manage';

const start = (database: 'sqlite' | 'postgres', clock: TestClock) =>
  startTestBackend({ database, clock, plugins: ['access', 'billing'], expose: { authentication: authenticationRef } });

describe.each(['sqlite', 'postgres'] as const)('API keys, on %s', database => {
  let backend: Awaited<ReturnType<typeof start>>;
  const clock = new TestClock();
  beforeAll(async () => {
    backend = await start(database, clock);
  });
  afterAll(() => backend.stop());

  const make = (token: string, body: Partial<BodySentTo<typeof createApiKey>> = {}) =>
    backend.call(createApiKey, { token, body: { name: 'robot', scopes: [READ], ...body } });
  const works = async (key: string) => (await backend.request('GET', 'ssh-keys', { token: key })).status;
  const at = (milliseconds: number) => new Date(clock.now() + milliseconds).toISOString();
  const fresh = async () => {
    const account = await backend.signUp();
    return { ...account, key: await make(account.token) };
  };
  const callerOf = async (key: string): Promise<UserCaller> => {
    const request = { method: 'GET', headers: { authorization: `Bearer ${key}` } } as IncomingMessage;
    const caller = await backend.services.authentication.authenticate(request, null);
    if (caller.kind !== 'user') throw new Error('anonymous');
    return caller;
  };
  const rowsOf = async (table: string) =>
    JSON.stringify(await backend.services.database.read.all(`SELECT * FROM ${table}`));

  test('act as their user, as far as their scopes go', async () => {
    const { token, userId, projectId, key } = await fresh();
    expect(key).toMatchObject({
      name: 'robot',
      scopes: [READ],
      status: 'active',
      project_id: null,
      last_used_at: null,
    });
    expect(key.key).toMatch(/^ptk_/);
    expect(key.key.startsWith(key.prefix)).toBe(true);
    const me = await backend.call(getMe, { token: key.key });
    expect([me.user.user_id, me.active_project_id, me.permissions]).toEqual([userId, projectId, [READ]]);
    expect((await backend.call(listSshKeys, { token: key.key })).items).toEqual([]);
    expect(await backend.refusal(listApiKeys, { token: key.key })).toMatchObject({
      status: 403,
      details: { permission: 'access.api_key.read' },
    });
    const { key: _secret, ...listed } = key;
    expect((await backend.call(listApiKeys, { token })).items).toEqual([{ ...listed, last_used_at: at(0) }]);
  });

  test('are shown once: neither list, audit, events nor tables hold the secret', async () => {
    const { token, key } = await fresh();
    const tables = ['access_api_keys', 'access_api_key_secrets', 'platform_audit_log', 'platform_outbox'];
    const stored = await Promise.all(tables.map(rowsOf));
    expect([...stored, JSON.stringify(await backend.call(listApiKeys, { token }))].join()).not.toContain(
      key.key.slice(12),
    );
    expect(stored[2]).toContain('access.api_key.create');
    expect(stored[3]).toContain('access.api_key_created');
  });

  test('sent twice with one idempotency key are one, with the same secret, which is stored encrypted', async () => {
    const { token } = await backend.signUp();
    const send = () =>
      backend.call(createApiKey, { token, idempotencyKey: 'make-1', body: { name: 'robot', scopes: [READ] } });
    const replies = await Promise.all(Array.from({ length: 5 }, send));
    for (const reply of replies) expect(reply).toEqual(replies[0]);
    expect((await backend.call(listApiKeys, { token })).items).toHaveLength(1);
    expect(await rowsOf('platform_idempotency_keys')).not.toContain(replies[0]?.key.slice(12));
  });

  test('what was made with an idempotency key by a person is not told to a key that repeats it', async () => {
    const { token } = await backend.signUp();
    const weak = await make(token, { scopes: [MANAGE] });
    const body = { name: 'strong', scopes: [READ] };
    const strong = await backend.call(createApiKey, { token, idempotencyKey: 'make-1', body });
    const refusal = await backend.refusal(createApiKey, { token: weak.key, idempotencyKey: 'make-1', body });
    expect(refusal.code).toBe('api_key_beyond_own');
    expect(JSON.stringify(refusal)).not.toContain(strong.key);
  });

  test.each([
    ['an unknown permission', { scopes: [READ, 'access.moon.land'] }, 422, 'api_key_scope_unknown'],
    ['a permission of the platform', { scopes: ['access.user.read_any'] }, 403, 'api_key_beyond_own'],
    ['no scope', { scopes: [] }, 400, 'request_malformed'],
    ['a scope for everything', { scopes: ['*'] }, 400, 'request_malformed'],
    ['an end that is past', { expires_at: '2001-01-01T00:00:00Z' }, 422, 'api_key_expiry_past'],
    ['a project nobody has', { project_id: 'proj_none' }, 404, 'not_found'],
  ])('are refused with %s', async (_what, body, status, code) => {
    const { token } = await backend.signUp();
    expect(
      await backend.request('POST', 'api-keys', { token, body: { name: 'robot', scopes: [READ], ...body } }),
    ).toMatchObject({ status, body: { code } });
    expect((await backend.call(listApiKeys, { token })).items).toEqual([]);
  });

  test('of an administrator may be for the platform, and lose that with the role', async () => {
    const password = 'correct horse battery staple';
    const admin = await backend.call(signIn, { body: { username: 'admin', password } });
    const key = await make(admin.access_token ?? '', { scopes: ['access.user.read_any', READ] });
    await backend.call(listUsers, { token: key.key });
    const change = (sql: string) => backend.services.database.transaction(tx => tx.run(sql, [admin.user.user_id]));
    await change(`UPDATE access_platform_roles SET role = 'nothing' WHERE user_id = ?`);
    expect((await backend.refusal(listUsers, { token: key.key })).status).toBe(403);
    expect((await backend.call(getMe, { token: key.key })).permissions).toEqual([READ]);
    await change(`UPDATE access_platform_roles SET role = 'platform_admin' WHERE user_id = ?`);
  });

  test.each([
    ['is disabled', `UPDATE access_users SET status = 'disabled' WHERE user_id = ?`],
    ['leaves the organization', 'DELETE FROM access_memberships WHERE user_id = ?'],
  ])('end when their user %s', async (_what, sql) => {
    const { userId, key } = await fresh();
    const caller = await callerOf(key.key);
    await backend.services.database.transaction(tx => tx.run(sql, [userId]));
    expect(await works(key.key)).toBe(401);
    expect(await backend.services.authentication.revalidate(caller)).toBeNull();
  });

  test('end when they expire', async () => {
    const { token } = await backend.signUp();
    const key = await make(token, { expires_at: at(10 * MINUTE) });
    const caller = await callerOf(key.key);
    clock.set(clock.now() + 10 * MINUTE - 1);
    expect(await works(key.key)).toBe(200);
    expect(await backend.services.authentication.revalidate(caller)).toEqual(caller);
    clock.set(clock.now() + 1);
    expect(await works(key.key)).toBe(401);
    expect(await backend.services.authentication.revalidate(caller)).toBeNull();
    expect((await backend.call(listApiKeys, { token })).items).toMatchObject([{ status: 'expired' }]);
    expect((await backend.refusal(rotateApiKey, { token, params: { key_id: key.key_id }, body: {} })).code).toBe(
      'api_key_ended',
    );
  });

  test('end when they are revoked, with all that is open, and stay in the list as that', async () => {
    const { token, key } = await fresh();
    const caller = await callerOf(key.key);
    const params = { key_id: key.key_id };
    await backend.call(revokeApiKey, { token, params });
    expect(await works(key.key)).toBe(401);
    expect(await backend.services.authentication.revalidate(caller)).toBeNull();
    await backend.call(revokeApiKey, { token, params });
    expect((await backend.refusal(rotateApiKey, { token, params, body: {} })).code).toBe('api_key_ended');
    expect((await backend.call(listApiKeys, { token })).items).toMatchObject([
      { status: 'revoked', revoked_at: at(0) },
    ]);
    expect((await rowsOf('platform_audit_log')).match(/access\.api_key\.revoke/g)?.length).toBeGreaterThan(0);
  });

  test('rotated at once, the old secret and what it opened end at once', async () => {
    const { token, key } = await fresh();
    const caller = await callerOf(key.key);
    const next = await backend.call(rotateApiKey, { token, params: { key_id: key.key_id }, body: {} });
    expect(next).toMatchObject({ key_id: key.key_id, name: 'robot', rotated_at: at(0), previous_secret_ends_at: null });
    expect(next.key).not.toBe(key.key);
    expect([await works(key.key), await works(next.key)]).toEqual([401, 200]);
    expect(await backend.services.authentication.revalidate(caller)).toBeNull();
    // A terminal's grant holds the id of the credential alone.
    const { apiKey: _key, ...remembered } = await callerOf(next.key);
    expect(await backend.services.authentication.revalidate(remembered)).toMatchObject({
      sessionId: remembered.sessionId,
      permissions: new Set([READ]),
    });
    await backend.call(revokeApiKey, { token, params: { key_id: key.key_id } });
    expect(await works(next.key)).toBe(401);
  });

  test('rotated with a grace, the old secret works so long, or until the next rotation', async () => {
    const { token, key } = await fresh();
    const rotate = () => backend.call(rotateApiKey, { token, params: { key_id: key.key_id }, body: { grace: 'hour' } });
    const second = await rotate();
    expect(second.previous_secret_ends_at).toBe(at(HOUR));
    expect([await works(key.key), await works(second.key)]).toEqual([200, 200]);
    const third = await rotate();
    expect([await works(key.key), await works(second.key), await works(third.key)]).toEqual([401, 200, 200]);
    clock.set(clock.now() + HOUR);
    expect([await works(second.key), await works(third.key)]).toEqual([401, 200]);
  });

  test('ten rotations at once leave one secret that works', async () => {
    const { token, key } = await fresh();
    const rotations = await Promise.all(
      Array.from({ length: 10 }, () => backend.call(rotateApiKey, { token, params: { key_id: key.key_id }, body: {} })),
    );
    const answers = await Promise.all(rotations.map(({ key: secret }) => works(secret)));
    expect(answers.filter(status => status === 200)).toHaveLength(1);
  });

  test('bound to a project, know no other', async () => {
    const { token, userId, organizationId, projectId } = await backend.signUp();
    const other = await backend.signUp();
    await backend.services.database.transaction(tx =>
      tx.run(
        'INSERT INTO access_projects (project_id, organization_id, department_id, name, created_at) VALUES (?, ?, ?, ?, ?)',
        [`proj_second${userId.slice(4, 12)}${database}`, organizationId, 'dept_any', 'second', tx.now],
      ),
    );
    const second = `proj_second${userId.slice(4, 12)}${database}`;
    const get = (key: string, project?: string) =>
      backend.request('GET', 'me', { token: key, headers: project ? { 'x-project-id': project } : {} });
    expect(
      (
        await backend.refusal(createApiKey, {
          token,
          body: { name: 'x', scopes: [READ, 'access.ssh_key.manage'], project_id: second },
        })
      ).code,
    ).toBe('api_key_scope_not_of_project');
    const bound = await make(token, {
      scopes: [READ, 'access.project.read', 'access.api_key.read'],
      project_id: second,
    });
    expect((await get(bound.key)).body).toMatchObject({
      active_project_id: second,
      projects: [{ project_id: second }],
    });
    expect([(await get(bound.key, second)).status, (await get(bound.key, projectId)).status]).toEqual([200, 404]);
    const projects = await backend.request('GET', 'projects', { token: bound.key });
    expect(projects.body.items?.map(item => item.project_id)).toEqual([second]);
    await make(token);
    expect((await backend.call(listApiKeys, { token: bound.key })).items.map(item => item.key_id)).toEqual([
      bound.key_id,
    ]);
    const wide = await make(token);
    expect([(await get(wide.key, second)).status, (await get(wide.key, other.projectId)).status]).toEqual([200, 404]);
    expect(
      (
        await backend.refusal(createApiKey, {
          token,
          body: { name: 'x', scopes: [READ], project_id: other.projectId },
        })
      ).status,
    ).toBe(404);
  });

  test('bound to a project, read the audit log of that project alone', async () => {
    const { token, projectId } = await backend.signUp();
    const { key } = await make(token, { scopes: ['audit.log.read', READ], project_id: projectId });
    expect((await backend.refusal(listApiKeys, { token: key })).status).toBe(403);
    const log = await backend.request('GET', 'audit-logs', { token: key });
    expect(log.body.items?.map(item => item.action)).toContain('authorization.denied');
    expect(new Set(log.body.items?.map(item => item.project_id))).toEqual(new Set([projectId]));
    const other = await backend.request('GET', 'audit-logs', { token: key, query: { project_id: 'proj_other' } });
    expect(other.status).toBe(404);
  });

  test('make keys, rotate and revoke only within their own reach', async () => {
    const { token, projectId } = await backend.signUp();
    const end = at(HOUR);
    const maker = await make(token, { scopes: [READ, MANAGE], expires_at: end, project_id: projectId });
    const within = { scopes: [READ], project_id: projectId, expires_at: end };
    const child = await make(maker.key, within);
    expect(child.created_by_key_id).toBe(maker.key_id);
    for (const [beyond, details] of [
      [{ scopes: [READ, 'access.project.read'] }, { scopes: ['access.project.read'] }],
      [{ project_id: null }, { project_id: null }],
      [{ expires_at: null }, { expires_at: null }],
      [{ expires_at: at(HOUR + 1) }, { expires_at: at(HOUR + 1) }],
    ] as const) {
      const body = {
        name: 'x',
        ...within,
        ...beyond,
        scopes: [...('scopes' in beyond ? beyond.scopes : within.scopes)],
      };
      expect(await backend.refusal(createApiKey, { token: maker.key, body })).toMatchObject({
        status: 403,
        code: 'api_key_beyond_own',
        details,
      });
    }
    const strong = await make(token, {
      scopes: [READ, 'access.project.read'],
      project_id: projectId,
      expires_at: end,
    });
    const wide = await make(token, { expires_at: end });
    for (const [target, status] of [
      [strong, 403],
      [wide, 404],
    ] as const) {
      const params = { key_id: target.key_id };
      expect((await backend.refusal(rotateApiKey, { token: maker.key, params, body: {} })).status).toBe(status);
      expect((await backend.refusal(revokeApiKey, { token: maker.key, params })).status).toBe(status);
      expect(await works(target.key)).toBe(200);
    }
    await backend.call(revokeApiKey, { token: maker.key, params: { key_id: child.key_id } });
    const itself = await backend.call(rotateApiKey, { token: maker.key, params: { key_id: maker.key_id }, body: {} });
    expect([await works(maker.key), await works(itself.key)]).toEqual([401, 200]);
  });

  test('have no session to sign out of', async () => {
    const { key } = await fresh();
    expect((await backend.refusal(signOut, { token: key.key })).code).toBe('session_required');
  });

  test('of someone else are not there', async () => {
    const [mine, theirs] = [await fresh(), await fresh()];
    const call = { token: mine.token, params: { key_id: theirs.key.key_id } };
    expect((await backend.refusal(revokeApiKey, call)).status).toBe(404);
    expect((await backend.refusal(rotateApiKey, { ...call, body: {} })).status).toBe(404);
    expect((await backend.call(listApiKeys, { token: mine.token })).items).toHaveLength(1);
    expect(await works(theirs.key.key)).toBe(200);
  });

  test.each(['ptk_', 'ptk_0000000000000000', `ptk_${'A'.repeat(43)}`, `ptk_${'A'.repeat(43)}x`])(
    '%s is nobody’s',
    async token => expect(await works(token)).toBe(401),
  );

  test('being used is written once a minute', async () => {
    const { token, key } = await fresh();
    const lastUsed = async () => (await backend.call(listApiKeys, { token })).items[0]?.last_used_at;
    await works(key.key);
    const first = at(0);
    clock.set(clock.now() + MINUTE - 1);
    await works(key.key);
    expect(await lastUsed()).toBe(first);
    clock.set(clock.now() + 1);
    await works(key.key);
    expect(await lastUsed()).toBe(at(0));
  });

  test('are limited in number, however many are made at once; ended ones do not count', async () => {
    const { token } = await backend.signUp();
    const body = { name: 'many', scopes: [READ] };
    const replies = await Promise.all(
      Array.from({ length: API_KEYS_PER_USER_MAX + 3 }, () => backend.request('POST', 'api-keys', { token, body })),
    );
    expect(replies.filter(reply => reply.status === 201)).toHaveLength(API_KEYS_PER_USER_MAX);
    const seen: string[] = [];
    let cursor: string | null | undefined;
    do {
      const page = await backend.call(listApiKeys, { token, query: { limit: 20, ...(cursor ? { cursor } : {}) } });
      seen.push(...page.items.map(item => item.key_id));
      cursor = page.next_cursor;
    } while (cursor);
    expect([seen.length, new Set(seen).size]).toEqual([API_KEYS_PER_USER_MAX, API_KEYS_PER_USER_MAX]);
    expect((await backend.refusal(createApiKey, { token, body })).code).toBe('api_key_limit_reached');
    await backend.call(revokeApiKey, { token, params: { key_id: seen[0] ?? '' } });
    await make(token);
  });

  test('who did it is in the audit: the user, and which secret of which key', async () => {
    const { token, userId } = await backend.signUp();
    const maker = await make(token, { scopes: [READ, MANAGE] });
    const child = await make(maker.key);
    const row = await backend.services.database.read.first<{ actor_id: string; session_id: string }>(
      `SELECT actor_id, session_id FROM platform_audit_log WHERE action = 'access.api_key.create' AND target_id = ?`,
      [child.key_id],
    );
    expect(row).toEqual({ actor_id: userId, session_id: `${maker.key_id}.1` });
  });

  test('every permission has a name and a sentence, for those who choose scopes', async () => {
    const { token } = await backend.signUp();
    const { items } = await backend.call(listPermissions, { token });
    const names = items.map(item => item.permission);
    expect(names).toEqual([...names].sort());
    for (const held of (await backend.call(getMe, { token })).permissions.filter(name => name.startsWith('access.')))
      expect(names).toContain(held);
    expect(items.every(item => item.sentence.length > 5)).toBe(true);
    const within = new Map(items.map(item => [item.permission, item.within_project]));
    expect([within.get(READ), within.get('access.ssh_key.manage'), within.get('access.user.read_any')]).toEqual([
      true,
      false,
      false,
    ]);
    expect((await backend.refusal(listPermissions, {})).status).toBe(401);
  });
});
