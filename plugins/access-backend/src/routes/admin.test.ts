import { creditUser, getMe, getUser, listUsers } from '@portico/plugin-access/contract';
import { accessPortRef } from '@portico/plugin-access/port';
import { startTestBackend } from '@portico/plugin-kit/testing';
import { administrator } from '../testing/platform-people';

const password = 'correct horse battery staple';
const dollars = (units: number) => ({ amount: String(units * 1_000_000), currency: 'USD', scale: 6 as const });
const start = (database: 'sqlite' | 'postgres') =>
  startTestBackend({ database, plugins: ['access', 'billing'], expose: { access: accessPortRef } });

describe.each(['sqlite', 'postgres'] as const)('administration, on %s', database => {
  let backend: Awaited<ReturnType<typeof start>>;
  let admin: string;
  beforeAll(async () => {
    backend = await start(database);
    ({ token: admin } = await administrator(backend));
  });
  afterAll(() => backend.stop());

  const availableOf = async (userId: string) =>
    BigInt((await backend.call(getUser, { token: admin, params: { user_id: userId } })).balance?.available.amount ?? 0);

  test('is the first user’s, who has an organization like any other', async () => {
    const me = await backend.call(getMe, { token: admin });
    expect(me.permissions).toEqual(
      expect.arrayContaining(['access.user.read_any', 'billing.credit.grant', 'workloads.allocation.launch']),
    );
    expect(me.projects).toHaveLength(1);
  });

  test('is refused to everyone else, by the name of the permission', async () => {
    const { token, userId } = await backend.signUp();
    expect(await backend.refusal(listUsers, { token })).toMatchObject({
      status: 403,
      details: { permission: 'access.user.read_any' },
    });
    expect((await backend.refusal(getUser, { token, params: { user_id: userId } })).status).toBe(403);
    const body = { amount: dollars(1), reason: 'mine' };
    expect(await backend.refusal(creditUser, { token, params: { user_id: userId }, body })).toMatchObject({
      status: 403,
      details: { permission: 'billing.credit.grant' },
    });
    expect((await backend.refusal(listUsers, {})).status).toBe(401);
  });

  test('lists users newest first, page by page, without losing one that stays', async () => {
    const made: string[] = [];
    for (let number = 0; number < 5; number += 1) made.push((await backend.signUp()).userId);
    const seen: string[] = [];
    let cursor: string | null | undefined;
    do {
      const page = await backend.call(listUsers, { token: admin, query: { limit: 2, ...(cursor ? { cursor } : {}) } });
      seen.push(...page.items.map(user => user.user_id));
      cursor = page.next_cursor;
    } while (cursor);
    expect(seen.slice(0, 5)).toEqual(made.reverse());
    expect(new Set(seen).size).toBe(seen.length);
  });

  test('finds by part of name or address, literally', async () => {
    const create = (username: string, more: object) =>
      backend.request('POST', 'auth/personal/signup', { body: { username, password, ...more } });
    await create('search-a', { display_name: 'Élodie 100% Müller', email: 'elodie@example.org' });
    await create('search_b', { display_name: 'Bob' });
    const found = async (q: string) =>
      (await backend.call(listUsers, { token: admin, query: { q } })).items.map(user => user.username);
    expect(await found('éLODIE')).toEqual(['search-a']);
    expect(await found('100% M')).toEqual(['search-a']);
    expect(await found('elodie@EXAMPLE')).toEqual(['search-a']);
    expect(await found('search_')).toEqual(['search_b']);
    expect(await found('%')).toEqual(['search-a']);
    expect(await found("' OR '1'='1")).toEqual([]);
    expect(await found('\\')).toEqual([]);
    const page = await backend.call(listUsers, { token: admin, query: { q: 'search', limit: 1 } });
    expect(
      await backend.refusal(listUsers, { token: admin, query: { q: 'other', cursor: page.next_cursor ?? '' } }),
    ).toMatchObject({ code: 'cursor_invalid' });
  });

  test('shows facts and money of one user', async () => {
    const { userId, username, organizationId } = await backend.signUp();
    const user = await backend.call(getUser, { token: admin, params: { user_id: userId } });
    expect(user).toMatchObject({
      user_id: userId,
      username,
      organization_id: organizationId,
      status: 'active',
      balance: { currency: 'USD' },
    });
    expect(user.last_seen_at).not.toBeNull();
    expect((await backend.refusal(getUser, { token: admin, params: { user_id: 'usr_nobody' } })).status).toBe(404);
  });

  test('credits an organization once per key', async () => {
    const { userId, organizationId, projectId } = await backend.signUp();
    const before = await availableOf(userId);
    const send = (idempotencyKey: string) =>
      backend.call(creditUser, {
        token: admin,
        params: { user_id: userId },
        idempotencyKey,
        body: { amount: dollars(1000), reason: 'Welcome' },
      });
    const replies = await Promise.all(Array.from({ length: 10 }, () => send('credit-1')));
    for (const reply of replies) expect(reply).toEqual(replies[0]);
    expect(replies[0]).toMatchObject({
      kind: 'internal_credit',
      amount: dollars(1000),
      organization_id: organizationId,
      project_id: projectId,
      user_id: userId,
      reason: 'Welcome',
    });
    expect((await availableOf(userId)) - before).toBe(1_000_000_000n);
    await send('credit-2');
    expect((await availableOf(userId)) - before).toBe(2_000_000_000n);
    await backend.call(creditUser, {
      token: admin,
      params: { user_id: userId },
      body: { amount: dollars(1), reason: 'No key', organization_id: organizationId },
    });
    expect((await availableOf(userId)) - before).toBe(2_001_000_000n);
  });

  test.each([
    ['nothing', { amount: dollars(0) }, 422, 'credit_amount_out_of_range'],
    ['less than nothing', { amount: dollars(-5) }, 422, 'credit_amount_out_of_range'],
    [
      'more than one credit may be',
      { amount: { ...dollars(100_000), amount: '100000000001' } },
      422,
      'credit_amount_out_of_range',
    ],
    ['another currency', { amount: { ...dollars(5), currency: 'EUR' } }, 422, 'currency_mismatch'],
    ['a number', { amount: 5 }, 400, 'request_malformed'],
    ['a fraction', { amount: { ...dollars(5), amount: '1.5' } }, 400, 'request_malformed'],
    ['another scale', { amount: { ...dollars(5), scale: 2 } }, 400, 'request_malformed'],
    ['no reason', { reason: '   ' }, 400, 'request_malformed'],
    ['an organization the user is not in', { organization_id: 'org_elsewhere' }, 404, 'not_found'],
  ])('refuses to credit %s', async (_, given, status, code) => {
    const { userId } = await backend.signUp();
    const before = await availableOf(userId);
    const reply = await backend.request('POST', `admin/users/${userId}/balance`, {
      token: admin,
      body: { amount: dollars(5), reason: 'Test', ...given },
    });
    expect(reply).toMatchObject({ status, body: { code } });
    expect(await availableOf(userId)).toBe(before);
  });

  test('the port names users and counts those who were here', async () => {
    const { userId, username, organizationId, projectId } = await backend.signUp();
    const { read } = backend.services.database;
    const { access } = backend.services;
    expect(await access.usernames(read, [userId, userId, 'usr_nobody'])).toEqual(new Map([[userId, username]]));
    expect(await access.usernames(read, [])).toEqual(new Map());
    expect(await access.departmentOf(read, { organizationId, projectId })).toMatch(/^dept_/);
    expect(await access.departmentOf(read, { organizationId: 'org_other', projectId })).toBeNull();
    const now = await access.userCounts(read, { activeSince: 0 });
    expect(now.active).toBe(now.total);
    expect((await access.userCounts(read, { activeSince: Date.now() + 60_000 })).active).toBe(0);
  });
});
