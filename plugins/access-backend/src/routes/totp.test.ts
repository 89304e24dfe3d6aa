import {
  beginTotp,
  confirmTotp,
  getFactors,
  getMe,
  removeTotp,
  renewRecoveryCodes,
  signIn,
  signInWithSecondFactor,
} from '@portico/plugin-access/contract';
import { startTestBackend, TestClock } from '@portico/plugin-kit/testing';
import { codeOf, passwordStep, signInByTotp, withPasskey, withTotp } from '../testing/people-with-factors';

type Backend = Awaited<ReturnType<typeof startTestBackend>>;
const MINUTE = 60_000;

describe.each(['sqlite', 'postgres'] as const)('an app that shows codes, on %s', database => {
  let backend: Backend;
  const clock = new TestClock();
  beforeAll(async () => {
    backend = await startTestBackend({ database, clock, plugins: ['access', 'billing'] });
  });
  afterAll(() => backend.stop());

  const works = async (token: string) => (await backend.request('GET', 'me', { token })).status;
  const rowsOf = async (table: string) =>
    JSON.stringify(await backend.services.database.read.all(`SELECT * FROM ${table}`));

  test('is set up by a code it shows, and comes with recovery codes, which are shown once', async () => {
    const { token, username } = await backend.signUp();
    expect(await backend.call(getFactors, { token })).toEqual({
      totp: null,
      passkeys: [],
      recovery_codes_left: 0,
      required_by: [],
      passkeys_available: true,
    });
    const begun = await backend.call(beginTotp, { token });
    expect(new URL(begun.otpauth_uri).searchParams.get('secret')).toBe(begun.secret);
    expect(decodeURIComponent(begun.otpauth_uri)).toContain(`Portico:${username}`);
    // Not a factor yet: signing in goes on as before.
    await backend.call(signIn, { body: { username, password: 'correct horse battery staple' } });

    const confirmed = await backend.call(confirmTotp, { token, body: { code: codeOf(begun.secret, clock) } });
    expect(confirmed.recovery_codes).toHaveLength(10);
    const factors = await backend.call(getFactors, { token });
    expect(factors).toMatchObject({ totp: { since: confirmed.since }, recovery_codes_left: 10 });
    expect(await rowsOf('access_totp')).not.toContain(begun.secret);
    const stored = await rowsOf('access_recovery_codes');
    for (const code of confirmed.recovery_codes ?? []) {
      expect(stored).not.toContain(code);
      expect(stored).not.toContain(code.replaceAll('-', ''));
    }
    for (const told of [await rowsOf('platform_audit_log'), await rowsOf('platform_outbox')]) {
      expect(told).toContain('access.second_factor');
      for (const secret of [begun.secret, ...(confirmed.recovery_codes ?? [])]) expect(told).not.toContain(secret);
    }
  });

  test('is not set up by a wrong code, nor by one of an earlier begin', async () => {
    const { token } = await backend.signUp();
    const wrong = { token, body: { code: '000000' } };
    expect(await backend.refusal(confirmTotp, wrong)).toMatchObject({ status: 409, code: 'totp_not_begun' });
    const first = await backend.call(beginTotp, { token });
    const second = await backend.call(beginTotp, { token });
    const confirm = (secret: string) => backend.refusal(confirmTotp, { token, body: { code: codeOf(secret, clock) } });
    expect(await confirm(first.secret)).toMatchObject({ status: 422, code: 'totp_code_wrong' });
    expect(Date.parse(second.expires_at) - clock.now()).toBe(15 * MINUTE);
  });

  test('that was begun and not confirmed in time cannot be confirmed', async () => {
    const person = await backend.signUp();
    const { secret, expires_at } = await backend.call(beginTotp, { token: person.token });
    clock.set(Date.parse(expires_at));
    const { access_token: token } = await backend.call(signIn, {
      body: { username: person.username, password: person.password },
    });
    const late = { token: token ?? '', body: { code: codeOf(secret, clock) } };
    expect(await backend.refusal(confirmTotp, late)).toMatchObject({ code: 'totp_not_begun' });
  });

  test('is one per account', async () => {
    const { token } = await backend.signUp();
    await withTotp(backend, clock, token);
    expect(await backend.refusal(beginTotp, { token })).toMatchObject({ status: 409, code: 'totp_already_on' });
  });

  test('is asked for after the password, and opens the session that the password did not', async () => {
    const person = await backend.signUp();
    const { secret } = await withTotp(backend, clock, person.token);
    const needed = await passwordStep(backend, person);
    expect(needed).toMatchObject({ methods: ['totp', 'recovery_code'], passkey: null });
    expect(Date.parse(needed.expires_at) - clock.now()).toBe(5 * MINUTE);
    // A challenge is no session.
    for (const token of [needed.challenge, `pts_${needed.challenge}`]) expect(await works(token)).toBe(401);

    const reply = await backend.call(signInWithSecondFactor, {
      body: { challenge: needed.challenge, method: 'totp', code: codeOf(secret, clock) },
    });
    expect(Object.keys(reply).sort()).toEqual([
      'access_token',
      'default_project',
      'expires_in_seconds',
      'organization',
      'refresh_token',
      'user',
    ]);
    expect((await backend.call(getMe, { token: reply.access_token })).user.username).toBe(person.username);
    const session = await backend.services.database.read.first<{ second_factor_at: number }>(
      'SELECT second_factor_at FROM access_sessions WHERE user_id = ? ORDER BY created_at DESC, session_id DESC LIMIT 1',
      [person.userId],
    );
    expect(session?.second_factor_at).toBe(clock.now());
  });

  test('a wrong password is answered as before, and tells nothing of factors', async () => {
    const person = await backend.signUp();
    await withTotp(backend, clock, person.token);
    const body = { username: person.username, password: 'wrong horse battery staple' };
    expect(await backend.refusal(signIn, { body })).toMatchObject({
      status: 401,
      code: 'credentials_invalid',
      details: {},
    });
  });

  test.each([
    [-2, 401],
    [-1, 200],
    [0, 200],
    [1, 200],
    [2, 401],
  ])('a code of %i steps away answers %i', async (steps, status) => {
    const person = await backend.signUp();
    const { secret } = await withTotp(backend, clock, person.token);
    await clock.advance(2 * MINUTE);
    const { challenge } = await passwordStep(backend, person);
    const body = { challenge, method: 'totp', code: codeOf(secret, clock, steps) };
    expect((await backend.request('POST', 'auth/second-factor', { body })).status).toBe(status);
  });

  test('a code is good once, also for the sign-in beside it, and for who confirmed the app with it', async () => {
    const person = await backend.signUp();
    const { secret } = await backend.call(beginTotp, { token: person.token });
    const code = codeOf(secret, clock);
    await backend.call(confirmTotp, { token: person.token, body: { code } });
    const attempt = async (given: string) => {
      const { challenge } = await passwordStep(backend, person);
      return backend.request('POST', 'auth/second-factor', { body: { challenge, method: 'totp', code: given } });
    };
    expect(await attempt(code)).toMatchObject({ status: 401, body: { code: 'second_factor_wrong' } });
    await clock.advance(30_000);
    const next = codeOf(secret, clock);
    const replies = await Promise.all(Array.from({ length: 6 }, () => attempt(next)));
    expect(replies.map(reply => reply.status).sort()).toEqual([200, 401, 401, 401, 401, 401]);
    expect((await attempt(next)).status).toBe(401);
    // The one before it is spent with it.
    expect((await attempt(codeOf(secret, clock, -1))).status).toBe(401);
  });

  test('a challenge ends after five wrong answers, and a right one comes too late', async () => {
    const person = await backend.signUp();
    const { secret } = await withTotp(backend, clock, person.token);
    const { challenge } = await passwordStep(backend, person);
    const answer = (code: string) =>
      backend.refusal(signInWithSecondFactor, { body: { challenge, method: 'totp', code } });
    const wrong = await Promise.all(Array.from({ length: 8 }, () => answer('000000')));
    const left = wrong.flatMap(({ details }) => details.attempts_left ?? []);
    expect(left.sort()).toEqual([0, 1, 2, 3, 4]);
    expect(wrong.filter(({ code }) => code === 'sign_in_challenge_invalid')).toHaveLength(3);
    expect(await answer(codeOf(secret, clock))).toMatchObject({ status: 401, code: 'sign_in_challenge_invalid' });
    const told = await backend.services.database.read.all(
      `SELECT 1 AS told FROM platform_audit_log WHERE action = 'access.second_factor.guessed' AND target_id = ?`,
      [person.userId],
    );
    expect(told).toHaveLength(1);
  });

  test.each([
    ['another network', { 'x-forwarded-for': '203.0.113.9' }, 'curl'],
    ['another program', {}, 'wget'],
  ])('a challenge is not taken from %s', async (_what, headers, agent) => {
    // The trusted proxy in front says where a request comes from.
    const proxied = await startTestBackend({
      database,
      clock,
      plugins: ['access', 'billing'],
      settings: { server: { trustedProxies: ['127.0.0.1'] } },
    });
    try {
      const person = await proxied.signUp();
      const { secret } = await withTotp(proxied, clock, person.token);
      const home = { 'user-agent': 'curl', 'x-forwarded-for': '198.51.100.1' };
      const { challenge } = await passwordStep(proxied, person, home);
      const body = { challenge, method: 'totp', code: codeOf(secret, clock) } as const;
      const elsewhere = { ...home, ...headers, 'user-agent': agent };
      expect(await proxied.refusal(signInWithSecondFactor, { body, headers: elsewhere })).toMatchObject({
        status: 401,
        code: 'sign_in_challenge_invalid',
      });
      await proxied.call(signInWithSecondFactor, { body, headers: home });
    } finally {
      await proxied.stop();
    }
  });

  test('a challenge is good once, for five minutes, and for its own account', async () => {
    const ada = await backend.signUp();
    const bob = await backend.signUp();
    const adas = await withTotp(backend, clock, ada.token);
    const bobs = await withTotp(backend, clock, bob.token);
    const first = await passwordStep(backend, ada);
    const attempt = (challenge: string, secret: string) =>
      backend.request('POST', 'auth/second-factor', {
        body: { challenge, method: 'totp', code: codeOf(secret, clock) },
      });
    expect((await attempt(first.challenge, bobs.secret)).body.code).toBe('second_factor_wrong');
    expect((await attempt(first.challenge, adas.secret)).status).toBe(200);
    await clock.advance(30_000);
    expect((await attempt(first.challenge, adas.secret)).body.code).toBe('sign_in_challenge_invalid');
    const second = await passwordStep(backend, ada);
    clock.set(Date.parse(second.expires_at));
    expect((await attempt(second.challenge, adas.secret)).body.code).toBe('sign_in_challenge_invalid');
    expect((await attempt('nothing', adas.secret)).body.code).toBe('sign_in_challenge_invalid');
  });

  test('a user disabled between password and code does not come in', async () => {
    const person = await backend.signUp();
    const { secret } = await withTotp(backend, clock, person.token);
    const { challenge } = await passwordStep(backend, person);
    await backend.services.database.transaction(tx =>
      tx.run(`UPDATE access_users SET status = 'disabled' WHERE user_id = ?`, [person.userId]),
    );
    const body = { challenge, method: 'totp', code: codeOf(secret, clock) } as const;
    expect((await backend.refusal(signInWithSecondFactor, { body })).code).toBe('sign_in_challenge_invalid');
  });

  test.each(['totp', 'recovery_code', 'passkey'] as const)('%s without what it needs is malformed', async method => {
    const refusal = await backend.refusal(signInWithSecondFactor, { body: { challenge: 'nothing', method } });
    expect(refusal).toMatchObject({ status: 400, code: 'request_malformed' });
  });

  describe('recovery codes', () => {
    const use = async (person: { username: string; password: string }, code: string) => {
      const { challenge } = await passwordStep(backend, person);
      const body = { challenge, method: 'recovery_code', code };
      return backend.request('POST', 'auth/second-factor', { body });
    };

    test('sign in once each, of two at once one', async () => {
      const person = await backend.signUp();
      const { recoveryCodes } = await withTotp(backend, clock, person.token);
      const [one = '', two = ''] = recoveryCodes ?? [];
      const replies = await Promise.all([use(person, one), use(person, one), use(person, one)]);
      expect(replies.map(reply => reply.status).sort()).toEqual([200, 401, 401]);
      expect((await use(person, one)).body.code).toBe('second_factor_wrong');
      expect((await use(person, two.toUpperCase().replaceAll('-', ' '))).status).toBe(200);
      expect((await backend.call(getFactors, { token: person.token })).recovery_codes_left).toBe(8);
    });

    test('are nobody else’s, and good for nothing but signing in', async () => {
      const ada = await backend.signUp();
      const bob = await backend.signUp();
      const { recoveryCodes } = await withTotp(backend, clock, ada.token);
      await withTotp(backend, clock, bob.token);
      expect((await use(bob, recoveryCodes?.[0] ?? '')).status).toBe(401);
      const { challenge } = await passwordStep(backend, ada);
      const body = { challenge, method: 'totp', code: recoveryCodes?.[0] };
      expect((await backend.request('POST', 'auth/second-factor', { body })).status).toBe(401);
    });

    test('are replaced by a new set, and that is stored under its key for who repeats the request', async () => {
      const person = await backend.signUp();
      const { token } = person;
      expect(await backend.refusal(renewRecoveryCodes, { token })).toMatchObject({ code: 'second_factor_missing' });
      const { recoveryCodes } = await withTotp(backend, clock, token);
      const renewed = await backend.call(renewRecoveryCodes, { token, idempotencyKey: 'renew' });
      const repeated = await backend.call(renewRecoveryCodes, { token, idempotencyKey: 'renew' });
      expect(repeated).toEqual(renewed);
      expect(await rowsOf('platform_idempotency_keys')).not.toContain(renewed.recovery_codes[0]);
      expect((await use(person, recoveryCodes?.[0] ?? '')).status).toBe(401);
      expect((await use(person, renewed.recovery_codes[0] ?? '')).status).toBe(200);
    });
  });

  describe('other sessions', () => {
    test('end with the first factor and with every removal, not with a second factor', async () => {
      const person = await backend.signUp();
      const other = await backend.call(signIn, { body: { username: person.username, password: person.password } });
      const { secret } = await withTotp(backend, clock, person.token);
      expect(await works(other.access_token ?? '')).toBe(401);
      expect(await works(person.token)).toBe(200);
      const second = await signInByTotp(backend, clock, { ...person, secret });
      const { recoveryCodes } = await withPasskey(backend, person.token);
      expect(recoveryCodes).toBeNull();
      expect(await works(second)).toBe(200);
      await backend.call(removeTotp, { token: person.token });
      expect([await works(second), await works(person.token)]).toEqual([401, 200]);
    });

    test('a challenge that was open ends with them', async () => {
      const person = await backend.signUp();
      const { secret } = await withTotp(backend, clock, person.token);
      await withPasskey(backend, person.token);
      const { challenge } = await passwordStep(backend, person);
      await backend.call(removeTotp, { token: person.token });
      const body = { challenge, method: 'totp', code: codeOf(secret, clock) } as const;
      expect((await backend.refusal(signInWithSecondFactor, { body })).code).toBe('sign_in_challenge_invalid');
    });
  });

  test('is not there to remove twice', async () => {
    const { token } = await backend.signUp();
    expect(await backend.refusal(removeTotp, { token })).toMatchObject({ status: 404 });
  });
});
