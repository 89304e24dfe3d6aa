import {
  createApiKey,
  createSetPasswordLink,
  createUser,
  disableUser,
  enableUser,
  endUserSessions,
  getMe,
  getUser,
  listUsers,
  resetPassword,
  revokePlatformRole,
  SET_PASSWORD_LINK_SECONDS,
  signIn,
} from '@portico/plugin-access/contract';
import { listAllAuditLogs } from '@portico/plugin-kit/contract';
import { TestClock, waitFor } from '@portico/plugin-kit/testing';
import { administrator, givePlatformRole, password, startPlatform } from '../testing/platform-people';
import type { PlatformRole } from '../testing/platform-people';

const clock = new TestClock();
const of = (userId: string) => ({ user_id: userId });
const reason = 'asked for by the works council';

describe.each(['sqlite', 'postgres'] as const)('users of the platform, on %s', database => {
  let backend: Awaited<ReturnType<typeof startPlatform>>;
  let admin: string;
  let adminId: string;
  beforeAll(async () => {
    backend = await startPlatform(database, clock);
    ({ token: admin, userId: adminId } = await administrator(backend));
  });
  afterAll(() => backend.stop());

  const tokenOf = async (username: string) =>
    (await backend.call(signIn, { body: { username, password } })).access_token ?? '';
  const give = (userId: string, role: PlatformRole) => givePlatformRole(backend, { token: admin, userId, role });
  const statusOf = async (token: string) => (await backend.request('GET', 'me', { token })).status;

  describe('are made', () => {
    test('with a link that sets the password once, without anybody else knowing it', async () => {
      const { user, set_password } = await backend.call(createUser, {
        token: admin,
        body: { username: 'Linked.One', display_name: 'Linda', email: 'linda@example.org' },
      });
      expect(user).toMatchObject({
        username: 'linked.one',
        display_name: 'Linda',
        kind: 'person',
        status: 'active',
        platform_roles: [],
        balance: { currency: 'USD' },
      });
      expect((await backend.refusal(signIn, { body: { username: 'linked.one', password } })).status).toBe(401);
      const { pathname, hash } = new URL(set_password?.url ?? '');
      expect([pathname, Date.parse(set_password?.expires_at ?? '')]).toEqual([
        '/login/reset',
        clock.now() + SET_PASSWORD_LINK_SECONDS * 1000,
      ]);
      const body = { token: hash.slice(1), password };
      await backend.call(resetPassword, { body });
      expect((await backend.refusal(resetPassword, { body })).code).toBe('reset_link_invalid');
      const me = await backend.call(getMe, { token: await tokenOf('linked.one') });
      expect([me.user.user_id, me.projects.length]).toEqual([user.user_id, 1]);
      // Whoever can sign in is not taken over by another link.
      expect((await backend.refusal(createSetPasswordLink, { token: admin, params: of(user.user_id) })).code).toBe(
        'user_can_sign_in',
      );
    });

    test('and no link takes the account of somebody who signs in without a password', async () => {
      const { user } = await backend.call(createUser, { token: admin, body: { username: 'by-provider' } });
      await backend.services.database.transaction(tx =>
        tx.run(
          `INSERT INTO access_identities (identity_id, provider, subject, user_id, created_at) VALUES ('ident_by', 'acme', 'by', ?, 1)`,
          [user.user_id],
        ),
      );
      const link = { token: admin, params: of(user.user_id) };
      expect((await backend.refusal(createSetPasswordLink, link)).code).toBe('user_can_sign_in');
    });

    test('with another link when the first ran out, which it ends', async () => {
      const { user, set_password } = await backend.call(createUser, { token: admin, body: { username: 'late-one' } });
      const again = await backend.call(createSetPasswordLink, { token: admin, params: of(user.user_id) });
      const tokenIn = (url = '') => new URL(url).hash.slice(1);
      const reset = (url?: string) =>
        backend.request('POST', 'auth/password/reset', { body: { token: tokenIn(url), password } });
      expect((await reset(set_password?.url)).body.code).toBe('reset_link_invalid');
      expect((await reset(again.url)).status).toBe(204);
    });

    test('with a password that withstands, and once per key', async () => {
      const body = { username: 'with-password', password, platform_roles: ['support_agent' as const] };
      const [one, other] = await Promise.all([
        backend.call(createUser, { token: admin, body, idempotencyKey: 'make-1' }),
        backend.call(createUser, { token: admin, body, idempotencyKey: 'make-1' }),
      ]);
      expect(one).toEqual(other);
      expect(one).toMatchObject({ set_password: null, user: { platform_roles: ['support_agent'] } });
      expect((await backend.call(getMe, { token: await tokenOf('with-password') })).permissions).toContain(
        'access.support.open_any',
      );
      const refused = async (given: object) =>
        (await backend.refusal(createUser, { token: admin, body: { username: 'another-one', ...given } })).code;
      expect(await refused({ username: 'WITH-password' })).toBe('username_taken');
      expect(await refused({ username: 'root' })).toBe('username_taken');
      expect(await refused({ password: 'password1234' })).toBe('password_too_weak');
      expect(await refused({ password: 'another-one!' })).toBe('password_too_weak');
      expect(
        (await backend.request('POST', 'admin/users', { token: admin, body: { username: 'x1x', status: 'disabled' } }))
          .status,
      ).toBe(400);
    });

    test('by an administrator alone, whose log says so', async () => {
      const { token } = await backend.signUp();
      expect(await backend.refusal(createUser, { token, body: { username: 'mine' } })).toMatchObject({
        status: 403,
        details: { permission: 'access.user.manage_any' },
      });
      const { user } = await backend.call(createUser, {
        token: admin,
        body: { username: 'logged-one' },
        headers: { 'x-correlation-id': 'corr-made' },
      });
      const { items } = await backend.call(listAllAuditLogs, { token: admin, query: { correlation_id: 'corr-made' } });
      expect(items.map(item => [item.action, item.actor.id, item.resource.id])).toEqual([
        ['access.user.set_password_link', adminId, user.user_id],
        ['access.user.create', adminId, user.user_id],
      ]);
      expect(JSON.stringify(items)).not.toContain('#');
    });
  });

  describe('are kept out', () => {
    test('of everything they had open, and let in again without it', async () => {
      const person = await backend.signUp();
      const second = await tokenOf(person.username);
      const key = await backend.call(createApiKey, {
        token: person.token,
        body: { name: 'ci', scopes: ['access.ssh_key.read'] },
      });
      const { authentication, database: db } = backend.services;
      const caller = await authentication.callerFor(db.read, person);
      const detail = await backend.call(getUser, { token: admin, params: of(person.userId) });
      expect(detail).toMatchObject({
        open_session_count: 2,
        api_key_count: 1,
        has_second_factor: false,
        disabled: null,
        memberships: [{ organization_id: person.organizationId, role: 'owner' }],
      });
      expect(detail.last_sign_in_at).not.toBeNull();

      const disabled = await backend.call(disableUser, {
        token: admin,
        params: of(person.userId),
        body: { reason },
        headers: { 'x-correlation-id': 'corr-kept-out' },
      });
      expect(disabled).toMatchObject({
        status: 'disabled',
        open_session_count: 0,
        disabled: { at: new Date(clock.now()).toISOString(), reason },
      });
      expect([await statusOf(person.token), await statusOf(second), await statusOf(key.key)]).toEqual([401, 401, 401]);
      // What terminals, SSH connections and event streams ask every few seconds.
      expect(await authentication.callerFor(db.read, person)).toBeNull();
      expect(caller && (await authentication.revalidate(caller))).toBeNull();
      expect((await backend.refusal(signIn, { body: { username: person.username, password } })).code).toBe(
        'credentials_invalid',
      );
      const { items } = await backend.call(listAllAuditLogs, {
        token: admin,
        query: { correlation_id: 'corr-kept-out', action: 'access.user.disable' },
      });
      expect(items).toEqual([
        expect.objectContaining({
          reason,
          organization_id: person.organizationId,
          changes: { status: { before: 'active', after: 'disabled' }, ended_sessions: { after: 2 } },
        }),
      ]);

      const enabled = await backend.call(enableUser, { token: admin, params: of(person.userId), body: {} });
      expect(enabled).toMatchObject({ status: 'active', disabled: null });
      expect([await statusOf(person.token), await statusOf(second), await statusOf(key.key)]).toEqual([401, 401, 200]);
      expect(await statusOf(await tokenOf(person.username))).toBe(200);
    });

    test('a session that was opened while they were being disabled does not come to life when they are enabled', async () => {
      const person = await backend.signUp();
      await backend.call(disableUser, { token: admin, params: of(person.userId), body: { reason } });
      await backend.services.database.transaction(tx =>
        tx.run('UPDATE access_sessions SET ended_at = NULL WHERE user_id = ?', [person.userId]),
      );
      await backend.call(enableUser, { token: admin, params: of(person.userId), body: {} });
      expect(await statusOf(person.token)).toBe(401);
    });

    test('twice changes nothing the second time, and one that is not there is not found', async () => {
      const { userId } = await backend.signUp();
      const disable = (id: string) =>
        backend.request('POST', `admin/users/${id}/disable`, { token: admin, body: { reason: `by ${id}` } });
      const first = await disable(userId);
      clock.set(clock.now() + 1000);
      expect((await disable(userId)).body.disabled).toEqual(first.body.disabled);
      expect((await disable('usr_nobody')).status).toBe(404);
      expect((await backend.refusal(enableUser, { token: admin, params: of('usr_nobody'), body: {} })).status).toBe(
        404,
      );
      expect(
        (await backend.refusal(endUserSessions, { token: admin, params: of('usr_nobody'), body: { reason } })).status,
      ).toBe(404);
    });

    test('by somebody else, never the last administrator', async () => {
      expect(await backend.refusal(disableUser, { token: admin, params: of(adminId), body: { reason } })).toMatchObject(
        {
          status: 409,
          code: 'user_is_self',
        },
      );
      const other = await backend.signUp();
      await give(other.userId, 'platform_admin');
      await backend.call(disableUser, { token: other.token, params: of(adminId), body: { reason } });
      expect(await statusOf(admin)).toBe(401);
      // A disabled administrator does not count.
      const revoke = { token: other.token, params: { user_id: other.userId, role: 'platform_admin' as const } };
      expect((await backend.refusal(revokePlatformRole, revoke)).code).toBe('platform_admin_is_last');
      await backend.call(enableUser, { token: other.token, params: of(adminId), body: {} });
      admin = await tokenOf('admin');
      await backend.call(revokePlatformRole, revoke);
      expect((await backend.call(getMe, { token: other.token })).permissions).not.toContain('access.user.manage_any');
    });

    test('of administrators who disable each other at once, one stays', async () => {
      for (let round = 0; round < 5; round += 1) {
        const [one, two] = [await backend.signUp(), await backend.signUp()];
        await give(one.userId, 'platform_admin');
        await give(two.userId, 'platform_admin');
        await backend.call(revokePlatformRole, {
          token: one.token,
          params: { user_id: adminId, role: 'platform_admin' },
        });
        const replies = await Promise.all([
          backend.request('POST', `admin/users/${two.userId}/disable`, { token: one.token, body: { reason } }),
          backend.request('POST', `admin/users/${one.userId}/disable`, { token: two.token, body: { reason } }),
          backend.request('DELETE', `admin/users/${one.userId}/platform-roles/platform_admin`, { token: one.token }),
          backend.request('DELETE', `admin/users/${two.userId}/platform-roles/platform_admin`, { token: two.token }),
        ]);
        expect(replies.filter(reply => reply.status === 200).length).toBeGreaterThan(0);
        const left = await backend.services.database.read.all<{ user_id: string }>(
          `SELECT r.user_id FROM access_platform_roles r JOIN access_users u ON u.user_id = r.user_id
           WHERE r.role = 'platform_admin' AND u.status = 'active'`,
        );
        expect(left).toHaveLength(1);
        const keeper = left[0]?.user_id === one.userId ? one : two;
        admin = await tokenOf(keeper.username);
        await give(adminId, 'platform_admin');
        admin = await tokenOf('admin');
        await backend.call(revokePlatformRole, {
          token: admin,
          params: { user_id: keeper.userId, role: 'platform_admin' },
        });
      }
    });

    test('their event stream ends within seconds', async () => {
      const person = await backend.signUp();
      const response = await fetch(`${backend.url}/api/v1/events`, {
        headers: { authorization: `Bearer ${person.token}` },
      });
      expect(response.status).toBe(200);
      let ended = false;
      const reading = response.text().then(() => (ended = true));
      await backend.call(disableUser, { token: admin, params: of(person.userId), body: { reason } });
      const before = clock.now();
      await waitFor(async () => {
        await clock.advance(500);
        return ended;
      }, 'the stream ends');
      expect(clock.now() - before).toBeLessThanOrEqual(10_000);
      await reading;
    });

    test('signing somebody out everywhere leaves their keys', async () => {
      const person = await backend.signUp();
      const key = await backend.call(createApiKey, {
        token: person.token,
        body: { name: 'ci', scopes: ['access.ssh_key.read'] },
      });
      const ended = await backend.call(endUserSessions, { token: admin, params: of(person.userId), body: { reason } });
      expect(ended).toEqual({ ended_session_count: 1 });
      expect([await statusOf(person.token), await statusOf(key.key)]).toEqual([401, 200]);
    });
  });

  test('are listed by status, and a page belongs to one search', async () => {
    const one = await backend.signUp();
    clock.set(clock.now() + 1);
    const two = await backend.signUp();
    for (const { userId } of [one, two])
      await backend.call(disableUser, { token: admin, params: of(userId), body: { reason } });
    const page = await backend.call(listUsers, { token: admin, query: { status: 'disabled', limit: 1 } });
    expect(page.items.map(user => [user.user_id, user.status])).toEqual([[two.userId, 'disabled']]);
    const cursor = page.next_cursor ?? '';
    const next = await backend.call(listUsers, { token: admin, query: { status: 'disabled', limit: 1, cursor } });
    expect(next.items.map(user => user.user_id)).toEqual([one.userId]);
    expect((await backend.refusal(listUsers, { token: admin, query: { status: 'active', cursor } })).code).toBe(
      'cursor_invalid',
    );
  });

  test('what changes them asks people for a fresh proof, and not programs', async () => {
    const user = await backend.signUp();
    const stale = await tokenOf('admin');
    clock.set(clock.now() + 11 * 60_000);
    const operations = [
      ['POST', 'admin/users', { username: 'stale-one' }],
      ['POST', `admin/users/${user.userId}/disable`, { reason }],
      ['POST', `admin/users/${user.userId}/enable`, {}],
      ['POST', `admin/users/${user.userId}/end-sessions`, { reason }],
      ['PUT', `admin/users/${user.userId}/platform-roles/support_agent`, undefined],
      ['DELETE', `admin/users/${user.userId}/platform-roles/support_agent`, undefined],
    ] as const;
    for (const [method, path, body] of operations)
      expect([path, (await backend.request(method, path, { token: stale, body })).body.code]).toEqual([
        path,
        'step_up_required',
      ]);
    admin = await tokenOf('admin');
    const { key } = await backend.call(createApiKey, {
      token: admin,
      body: { name: 'directory', scopes: ['access.user.manage_any'] },
    });
    clock.set(clock.now() + 60 * 60_000);
    await backend.call(disableUser, { token: key, params: of(user.userId), body: { reason } });
    admin = await tokenOf('admin');
  });
});
