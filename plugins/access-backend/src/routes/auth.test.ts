import { getMe, getSignInOptions, refreshToken, signIn, signOut, signUp } from '@portico/plugin-access/contract';
import { startTestBackend, TestClock } from '@portico/plugin-kit/testing';

type Backend = Awaited<ReturnType<typeof startTestBackend>>;

describe.each(['sqlite', 'postgres'] as const)('signing in, on %s', database => {
  let backend: Backend;
  const clock = new TestClock();
  const password = 'correct horse battery staple';

  beforeAll(async () => {
    backend = await startTestBackend({ database, clock, plugins: ['access', 'billing'] });
  });
  afterAll(() => backend.stop());

  describe('sign-up', () => {
    test('makes user, organization, project, account and session at once', async () => {
      const reply = await backend.call(signUp, {
        body: { username: 'Ada.Lovelace', password, display_name: ' Ada ', email: 'ada@example.org' },
      });
      expect(reply.user).toMatchObject({ username: 'ada.lovelace', display_name: 'Ada', email: 'ada@example.org' });
      expect(reply.default_project).toMatchObject({
        organization_id: reply.organization.organization_id,
        is_default: true,
      });
      expect(reply.expires_in_seconds).toBe(900);
      expect(reply.access_token).toMatch(/^pts_/);
      expect(reply.refresh_token).toMatch(/^ptr_/);

      const me = await backend.call(getMe, { token: reply.access_token });
      expect(me.user).toEqual(reply.user);
      expect(me.projects).toEqual([reply.default_project]);
      expect(me.active_project_id).toBe(reply.default_project.project_id);
      expect(me.permissions).toContain('workloads.allocation.launch');
      expect(me.permissions).not.toContain('access.user.read_any');
      expect(me.first_run.ssh_key_count).toBe(0);
      expect(me.first_run.available).toMatchObject({ scale: 6 });
      expect(me).not.toHaveProperty('csrf_token');
    });

    test('refuses a name that is taken, in whatever case, and names that pass for the portal', async () => {
      await backend.call(signUp, { body: { username: 'taken', password } });
      expect(await backend.refusal(signUp, { body: { username: 'TAKEN', password } })).toMatchObject({
        status: 409,
        code: 'username_taken',
      });
      expect(await backend.refusal(signUp, { body: { username: 'Admin', password } })).toMatchObject({
        status: 409,
        code: 'username_taken',
      });
    });

    test('of one name twenty times at once makes one account', async () => {
      const replies = await Promise.all(
        Array.from({ length: 20 }, () =>
          backend.request('POST', 'auth/personal/signup', { body: { username: 'race', password } }),
        ),
      );
      expect(replies.map(reply => reply.status).sort()).toEqual([201, ...Array<number>(19).fill(409)]);
    });

    test('refuses a weak password and says what to do', async () => {
      const refusal = await backend.refusal(signUp, { body: { username: 'weak', password: 'password123' } });
      expect(refusal).toMatchObject({ status: 422, code: 'password_too_weak', details: { reason: 'too_common' } });
      expect(refusal.message).toMatch(/unrelated words/);
    });

    test.each([
      [{ username: 'ab', password }],
      [{ username: 'has space', password }],
      [{ username: 'Kelvin\u212A', password }],
      [{ username: 'nul\u0000nul', password }],
      [{ username: 'long', password: 'x'.repeat(257) }],
      [{ username: 'mail', password, email: 'nowhere' }],
      [{ username: 'unknown', password, role: 'platform_admin' }],
      [{ username: ['a', 'b', 'c'], password }],
      [{ password }],
    ])('refuses %j', async body => {
      expect((await backend.request('POST', 'auth/personal/signup', { body })).status).toBe(400);
    });

    test('sent twice with one key answers the same session', async () => {
      const send = () =>
        backend.request('POST', 'auth/personal/signup', {
          body: { username: 'replayed', password },
          headers: { 'idempotency-key': 'k1' },
        });
      const first = await send();
      const second = await send();
      expect([first.status, second.status]).toEqual([201, 201]);
      expect(second.body).toEqual(first.body);
      expect(second.headers.get('idempotency-replayed')).toBe('true');
    });
  });

  describe('sign-in', () => {
    beforeAll(() => backend.call(signUp, { body: { username: 'grace', password: 'caf\u00e9 au lait \u{1F600} ok' } }));

    test('takes the name in any case and the password in any form of its characters', async () => {
      const reply = await backend.call(signIn, {
        body: { username: 'GRACE', password: 'cafe\u0301 au lait \u{1F600} ok' },
      });
      expect(reply.user.username).toBe('grace');
    });

    test('answers an unknown name, an impossible one and a wrong password alike', async () => {
      const attempts = ['grace', 'nobody-here', "x' OR '1'='1", '../../etc', 'Kelvin\u212A', 'a', 'ada.lovelace\n'];
      const refusals = await Promise.all(
        attempts.map(username => backend.refusal(signIn, { body: { username, password: 'wrong password' } })),
      );
      const seen = refusals.map(({ status, code, message, details, headers }) => ({
        status,
        code,
        message,
        details,
        type: headers.get('content-type'),
      }));
      for (const one of seen) expect(one).toEqual(seen[0]);
      expect(seen[0]).toMatchObject({ status: 401, code: 'credentials_invalid', details: {} });
    });

    test('is refused to garbage tokens', async () => {
      const bearer = async (token: string) => (await backend.request('GET', 'me', { token })).status;
      expect(await bearer('pts_x')).toBe(401);
      expect(await bearer(`pts_${'A'.repeat(65)}`)).toBe(401);
      expect((await backend.request('GET', 'me', { headers: { authorization: 'Basic YTpi' } })).status).toBe(401);
      expect((await backend.request('GET', 'me')).status).toBe(401);
    });
  });

  describe('tokens', () => {
    test('run out after fifteen minutes, and a refresh goes on', async () => {
      const account = await backend.signUp();
      clock.set(clock.now() + 15 * 60 * 1000);
      expect(await backend.refusal(getMe, { token: account.token })).toMatchObject({
        status: 401,
        code: 'authentication_required',
      });
      const next = await backend.call(refreshToken, { body: { refresh_token: account.refreshToken } });
      expect(next.expires_in_seconds).toBe(900);
      expect((await backend.call(getMe, { token: next.access_token })).user.user_id).toBe(account.userId);
    });

    test('of requests under way live on when a refresh overtakes them', async () => {
      const account = await backend.signUp();
      await backend.call(refreshToken, { body: { refresh_token: account.refreshToken } });
      expect((await backend.call(getMe, { token: account.token })).user.user_id).toBe(account.userId);
    });

    test('used twice to refresh end the session, in every generation', async () => {
      const account = await backend.signUp();
      const second = await backend.call(refreshToken, { body: { refresh_token: account.refreshToken } });
      const third = await backend.call(refreshToken, { body: { refresh_token: second.refresh_token } });
      expect(await backend.refusal(refreshToken, { body: { refresh_token: account.refreshToken } })).toMatchObject({
        status: 401,
        code: 'session_revoked',
      });
      expect(await backend.refusal(refreshToken, { body: { refresh_token: third.refresh_token } })).toMatchObject({
        status: 401,
        code: 'session_revoked',
      });
      for (const token of [account.token, second.access_token, third.access_token]) {
        expect((await backend.refusal(getMe, { token })).status).toBe(401);
      }
    });

    test('refreshed at once by two are one success and an ended session', async () => {
      const account = await backend.signUp();
      const other = await backend.call(signIn, { body: { username: account.username, password: account.password } });
      const replies = await Promise.all(
        [1, 2].map(() =>
          backend.request('POST', 'auth/token/refresh', { body: { refresh_token: account.refreshToken } }),
        ),
      );
      expect(replies.map(reply => reply.status).sort()).toEqual([200, 401]);
      expect((await backend.request('GET', 'me', { token: account.token })).status).toBe(401);
      expect((await backend.request('GET', 'me', { token: other.access_token })).status).toBe(200);
    });

    test('for refreshing run out after thirty days', async () => {
      const account = await backend.signUp();
      // A jump, not an advance: background loops need not live through every second of a month.
      clock.set(clock.now() + 30 * 24 * 60 * 60 * 1000);
      expect(await backend.refusal(refreshToken, { body: { refresh_token: account.refreshToken } })).toMatchObject({
        status: 401,
        code: 'refresh_token_invalid',
      });
    });

    test('for one purpose do not serve the other', async () => {
      const account = await backend.signUp();
      expect((await backend.refusal(getMe, { token: account.refreshToken })).status).toBe(401);
      expect((await backend.refusal(refreshToken, { body: { refresh_token: account.token } })).code).toBe(
        'refresh_token_invalid',
      );
      expect((await backend.refusal(refreshToken, { body: {} })).code).toBe('refresh_token_invalid');
    });

    test('end with sign-out', async () => {
      const account = await backend.signUp();
      const reply = await backend.request('POST', 'auth/logout', { token: account.token });
      expect(reply.status).toBe(204);
      expect((await backend.refusal(getMe, { token: account.token })).status).toBe(401);
      expect((await backend.refusal(refreshToken, { body: { refresh_token: account.refreshToken } })).code).toBe(
        'refresh_token_invalid',
      );
      expect((await backend.refusal(signOut, { token: account.token })).status).toBe(401);
    });
  });

  test('X-Project-Id chooses among one’s own projects; another organization’s is not there', async () => {
    const [mine, theirs] = [await backend.signUp(), await backend.signUp()];
    const me = (project: string) =>
      backend.request('GET', 'me', { token: mine.token, headers: { 'x-project-id': project } });
    expect((await me(mine.projectId)).body.active_project_id).toBe(mine.projectId);
    for (const project of [theirs.projectId, 'proj_none', "' OR 1=1 --", '']) {
      expect(await me(project)).toMatchObject({ status: 404, body: { code: 'not_found' } });
    }
  });

  test('the sign-in page learns the rules without signing in', async () => {
    expect(await backend.call(getSignInOptions, {})).toEqual({
      sign_up: 'open',
      methods: ['personal', 'passkey'],
      providers: [],
      password_length_min: 10,
    });
  });
});

test('sign-up can be closed, sign-in stays', async () => {
  const backend = await startTestBackend({
    plugins: ['access', 'billing'],
    settings: { access: { signUp: 'closed' } },
  });
  try {
    const body = { username: 'late', password: 'correct horse battery staple' };
    expect(await backend.refusal(signUp, { body })).toMatchObject({ status: 403, code: 'sign_up_closed' });
    expect((await backend.call(getSignInOptions, {})).sign_up).toBe('closed');
    expect((await backend.call(signIn, { body: { username: 'admin', password: body.password } })).user.username).toBe(
      'admin',
    );
  } finally {
    await backend.stop();
  }
});

test('attempts are counted per account and address', async () => {
  const backend = await startTestBackend({
    plugins: ['access', 'billing'],
    settings: { rateLimits: { signIn: { perMinute: 10, burst: 0 } } },
  });
  try {
    const { username, password } = await backend.signUp();
    const other = await backend.signUp();
    for (let attempt = 0; attempt < 10; attempt += 1) {
      expect((await backend.refusal(signIn, { body: { username, password: 'wrong password' } })).status).toBe(401);
    }
    const refusal = await backend.refusal(signIn, { body: { username: username.toUpperCase(), password } });
    expect(refusal).toMatchObject({ status: 429, code: 'rate_limited' });
    expect(Number(refusal.headers.get('retry-after'))).toBeGreaterThan(0);
    await backend.call(signIn, { body: { username: other.username, password: other.password } });
  } finally {
    await backend.stop();
  }
});

/** One backend whose one limit is tight, and attempts from wherever they say. */
async function withLimit(name: 'signInAccount' | 'signInAddress', perMinute: number) {
  const backend = await startTestBackend({
    plugins: ['access', 'billing'],
    settings: { rateLimits: { [name]: { perMinute, burst: 0 } }, server: { trustedProxies: ['127.0.0.1'] } },
  });
  const post = async (path: string, address: string, body: object) =>
    (await backend.request('POST', path, { body, headers: { 'x-forwarded-for': address } })).status;
  return {
    backend,
    signIn: (address: string, username: string, password = 'wrong password') =>
      post('auth/personal/login', address, { username, password }),
    signUp: (address: string, username: string) =>
      post('auth/personal/signup', address, { username, password: 'Correct-Horse-Battery-9' }),
  };
}

test('one password tried on everybody is counted by where it comes from, and so is making accounts', async () => {
  const { backend, signIn, signUp } = await withLimit('signInAddress', 4);
  try {
    const sprayed = [];
    for (let name = 1; name <= 3; name += 1) sprayed.push(await signIn('192.0.2.1', `somebody-${name}`));
    expect(sprayed).toEqual([401, 401, 401]);
    expect(await signUp('192.0.2.1', 'first-of-many')).toBe(201);
    expect(await signUp('192.0.2.1', 'second-of-many')).toBe(429);
    expect(await signIn('192.0.2.1', 'somebody-4')).toBe(429);
    expect(await signIn('192.0.2.2', 'somebody-4')).toBe(401);
  } finally {
    await backend.stop();
  }
});

test.each(['somebody', 'nobody'])(
  'guesses at %s are counted over all addresses, but not where that person has been',
  async name => {
    const { backend, signIn, signUp } = await withLimit('signInAccount', 3);
    try {
      expect(await signUp('198.51.100.1', 'somebody')).toBe(201);
      const guesses = [];
      for (let host = 1; host <= 5; host += 1) guesses.push(await signIn(`192.0.2.${host}`, name));
      expect(guesses).toEqual([401, 401, 401, 429, 429]);
      expect(await signIn('192.0.2.6', name, 'Correct-Horse-Battery-9')).toBe(429);
      expect(await signIn('198.51.100.1', name, 'Correct-Horse-Battery-9')).toBe(name === 'somebody' ? 200 : 429);
    } finally {
      await backend.stop();
    }
  },
);

test('a host that has a whole IPv6 network to itself has no more attempts than another', async () => {
  const backend = await startTestBackend({
    plugins: ['access', 'billing'],
    settings: {
      rateLimits: { signIn: { perMinute: 3, burst: 0 }, api: { perMinute: 5, burst: 0 } },
      server: { trustedProxies: ['127.0.0.1'] },
    },
  });
  try {
    const attempt = async (address: string, username: string) => {
      const body = { username, password: 'wrong password' };
      const headers = { 'x-forwarded-for': address };
      return (await backend.request('POST', 'auth/personal/login', { body, headers })).status;
    };
    const guesses = [];
    for (let host = 1; host <= 4; host += 1) guesses.push(await attempt(`2001:db8:0:1::${host}`, 'somebody'));
    expect(guesses).toEqual([401, 401, 401, 429]);
    // The network's common allowance has two requests left, whatever name they try.
    const others = [];
    for (let host = 5; host <= 7; host += 1) others.push(await attempt(`2001:db8:0:1::${host}`, `name-${host}`));
    expect(others).toEqual([401, 429, 429]);
    expect(await attempt('2001:db8:0:2::1', 'somebody')).toBe(401);
  } finally {
    await backend.stop();
  }
});

test('a stranger sends little, and is told so before it is all there', async () => {
  const backend = await startTestBackend({ plugins: ['access', 'billing'] });
  try {
    const reply = await backend.request('POST', 'auth/personal/login', {
      body: { username: 'somebody', password: 'x'.repeat(64 * 1024) },
    });
    expect({ status: reply.status, body: reply.body }).toMatchObject({
      status: 413,
      body: { code: 'body_too_large', details: { limit_bytes: 64 * 1024 } },
    });
  } finally {
    await backend.stop();
  }
});
