import { getMe, refreshToken, signOut } from '@portico/plugin-access/contract';
import { authenticationRef } from '@portico/plugin-kit/backend';
import type { UserCaller } from '@portico/plugin-kit/backend';
import { startTestBackend, TestClock } from '@portico/plugin-kit/testing';
import type { IncomingMessage } from 'node:http';
import { PasswordHasher } from './password-hasher';

const DAY = 24 * 60 * 60 * 1000;

const start = (database: 'sqlite' | 'postgres', clock: TestClock) =>
  startTestBackend({ database, clock, plugins: ['access', 'billing'], expose: { authentication: authenticationRef } });

describe.each(['sqlite', 'postgres'] as const)('authentication, on %s', database => {
  let backend: Awaited<ReturnType<typeof start>>;
  const clock = new TestClock();
  beforeAll(async () => {
    backend = await start(database, clock);
  });
  afterAll(() => backend.stop());

  const callerOf = async (token: string): Promise<UserCaller> => {
    const request = { method: 'GET', headers: { authorization: `Bearer ${token}` } } as IncomingMessage;
    const caller = await backend.services.authentication.authenticate(request, null);
    if (caller.kind !== 'user') throw new Error('anonymous');
    return caller;
  };
  const setStatus = (userId: string, status: string) =>
    backend.services.database.transaction(tx =>
      tx.run('UPDATE access_users SET status = ? WHERE user_id = ?', [status, userId]),
    );

  test('a long-lived stream outlives the access token it began with, but not the session', async () => {
    const account = await backend.signUp();
    const caller = await callerOf(account.token);
    clock.set(clock.now() + 3 * 60 * 60 * 1000);
    expect(await backend.services.authentication.revalidate(caller)).toEqual(caller);
    const { access_token } = await backend.call(refreshToken, { body: { refresh_token: account.refreshToken } });
    expect(await backend.services.authentication.revalidate(caller)).toEqual(caller);
    await backend.call(signOut, { token: access_token });
    expect(await backend.services.authentication.revalidate(caller)).toBeNull();
  });

  test('a session nobody renews is over after thirty days', async () => {
    const caller = await callerOf((await backend.signUp()).token);
    clock.set(clock.now() + 30 * 24 * 60 * 60 * 1000);
    expect(await backend.services.authentication.revalidate(caller)).toBeNull();
  });

  test('a disabled user is nobody: by token, by stream, by key, by password', async () => {
    const { token, refreshToken: refresh_token, userId, projectId, username, password } = await backend.signUp();
    const caller = await callerOf(token);
    await setStatus(userId, 'disabled');
    expect((await backend.refusal(getMe, { token })).status).toBe(401);
    expect((await backend.refusal(refreshToken, { body: { refresh_token } })).code).toBe('refresh_token_invalid');
    expect(await backend.services.authentication.revalidate(caller)).toBeNull();
    expect(
      await backend.services.authentication.callerFor(backend.services.database.read, { userId, projectId }),
    ).toBeNull();
    const reply = await backend.request('POST', 'auth/personal/login', { body: { username, password } });
    expect(reply).toMatchObject({ status: 401, body: { code: 'credentials_invalid' } });
    await setStatus(userId, 'active');
    expect(await backend.services.authentication.revalidate(caller)).toEqual(caller);
  });

  test('a gateway gets the caller of a user without a session, in their own projects alone', async () => {
    const [mine, theirs] = [await backend.signUp(), await backend.signUp()];
    const {
      authentication,
      database: { read },
    } = backend.services;
    const caller = await authentication.callerFor(read, mine);
    expect(caller).toEqual({ ...(await callerOf(mine.token)), sessionId: null, freshUntil: null });
    expect(caller && (await authentication.revalidate(caller))).toEqual(caller);
    expect(await authentication.callerFor(read, { userId: mine.userId, projectId: theirs.projectId })).toBeNull();
    expect(await authentication.callerFor(read, { userId: 'usr_nobody', projectId: mine.projectId })).toBeNull();
  });

  test('being seen is written once a minute', async () => {
    const { token, userId } = await backend.signUp();
    const seen = async () =>
      await backend.services.database.read.first<{ last_used_at: number; last_seen_at: number }>(
        'SELECT s.last_used_at, u.last_seen_at FROM access_sessions s JOIN access_users u ON u.user_id = s.user_id WHERE u.user_id = ?',
        [userId],
      );
    const at = clock.now();
    clock.set(at + 59_000);
    await backend.call(getMe, { token });
    expect(await seen()).toEqual({ last_used_at: at, last_seen_at: at });
    clock.set(at + 61_000);
    await backend.call(getMe, { token });
    expect(await seen()).toEqual({ last_used_at: at + 61_000, last_seen_at: at + 61_000 });
  });

  test('sessions long over are forgotten at the next sign-in, live ones are not', async () => {
    const account = await backend.signUp();
    const signIn = () =>
      backend.request('POST', 'auth/personal/login', {
        body: { username: account.username, password: account.password },
      });
    const rows = async () => {
      const { read } = backend.services.database;
      return (await read.all('SELECT session_id FROM access_sessions WHERE user_id = ?', [account.userId])).length;
    };
    clock.set(clock.now() + 59 * DAY);
    await signIn();
    expect(await rows()).toBe(2);
    clock.set(clock.now() + 2 * DAY);
    const last = (await signIn()).body as { access_token?: string };
    expect(await rows()).toBe(2);
    await backend.call(getMe, { token: last.access_token });
  });

  test('sign-in hashes exactly once, whoever tries', async () => {
    const { username, password, userId } = await backend.signUp();
    const verify = jest.spyOn(PasswordHasher.prototype, 'verify');
    const hashes = async (attempt: object) => {
      verify.mockClear();
      await backend.request('POST', 'auth/personal/login', { body: attempt });
      return verify.mock.calls.length;
    };
    try {
      expect(await hashes({ username, password })).toBe(1);
      expect(await hashes({ username, password: 'wrong password' })).toBe(1);
      expect(await hashes({ username: 'nobody-here', password })).toBe(1);
      expect(await hashes({ username: 'not a name', password })).toBe(1);
      await setStatus(userId, 'disabled');
      expect(await hashes({ username, password })).toBe(1);
    } finally {
      verify.mockRestore();
    }
  });

  test('nothing that opens an account or a session is stored as it was sent', async () => {
    const { token, refreshToken: refresh, password } = await backend.signUp();
    const stored: unknown[] = [];
    for (const table of [
      'access_users',
      'access_credentials',
      'access_sessions',
      'platform_audit_log',
      'platform_outbox',
    ]) {
      stored.push(await backend.services.database.read.all(`SELECT * FROM ${table}`));
    }
    const text = JSON.stringify(stored);
    for (const secret of [token, refresh, password, token.slice(4, 26)]) expect(text).not.toContain(secret);
    const [audit, outbox] = stored.slice(3).map(rows => JSON.stringify(rows));
    expect(audit).not.toContain('$argon2id$');
    expect(audit).toContain('access.user.create');
    expect(outbox).toContain('access.user_signed_up');
  });
});
