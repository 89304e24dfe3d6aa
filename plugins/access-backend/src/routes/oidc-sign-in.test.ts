import { OIDC_FLOW_SECONDS } from '@portico/plugin-access/contract';
import {
  startTestBackend,
  startTestIdentityProvider,
  TEST_CLIENT,
  TEST_PORTAL_URL,
  TestClock,
} from '@portico/plugin-kit/testing';
import type { TestIdentityProvider } from '@portico/plugin-kit/testing';
import { OidcBrowser } from '../testing/oidc-browser';

const ann = {
  sub: 'ann-1',
  email: 'ann@acme.example',
  email_verified: true,
  name: 'Ann Acme',
  preferred_username: 'ann',
};

describe.each(['sqlite', 'postgres'] as const)('signing in through a provider, on %s', database => {
  let backend: Awaited<ReturnType<typeof startTestBackend>>;
  let idp: TestIdentityProvider;
  let other: TestIdentityProvider;
  const clock = new TestClock();

  beforeAll(async () => {
    [idp, other] = await Promise.all([startTestIdentityProvider(), startTestIdentityProvider()]);
    const common = { ...TEST_CLIENT, allowInsecure: true, signUp: 'open' };
    backend = await startTestBackend({
      database,
      clock,
      plugins: ['access', 'billing'],
      settings: {
        server: { publicUrl: TEST_PORTAL_URL },
        access: {
          oidc: {
            providers: [
              {
                ...common,
                id: 'acme',
                label: 'Acme',
                issuer: idp.issuer,
                domains: ['Acme.example'],
                organizationSlugs: ['acme'],
              },
              { ...common, id: 'other', label: 'Other', issuer: other.issuer, domains: ['other.example'] },
              { ...common, id: 'dead', label: 'Dead', issuer: 'http://127.0.0.1:1', domains: ['dead.example'] },
            ],
          },
        },
      },
    });
  });
  afterAll(async () => {
    await backend.stop();
    await Promise.all([idp.close(), other.close()]);
  });
  beforeEach(() => {
    Object.assign(idp, { alterIdToken: null, forgesSignature: false, fails: null });
    idp.signsIn(ann);
    other.signsIn({ ...ann, sub: 'ann-elsewhere' });
  });

  const tables = ['access_users', 'access_sessions', 'access_identities', 'access_memberships'];
  const countRows = async () => {
    const counts = tables.map(async table => {
      const row = await backend.services.database.read.first<{ count: number }>(
        `SELECT COUNT(*) AS count FROM ${table}`,
      );
      return row?.count;
    });
    return Promise.all(counts);
  };
  const refused = async (reply: Promise<{ status: number; body: Record<string, unknown> }>) => {
    const { status, body } = await reply;
    return [status, body.code];
  };
  const INVALID_FLOW = [422, 'oidc_flow_invalid'];
  const INVALID_ANSWER = [422, 'oidc_answer_invalid'];

  test('is offered where there are providers', async () => {
    const { body } = await backend.request('GET', 'auth/options');
    expect(body).toMatchObject({
      methods: ['personal', 'work', 'passkey'],
      providers: [
        { id: 'acme', label: 'Acme' },
        { id: 'other', label: 'Other' },
        { id: 'dead', label: 'Dead' },
      ],
    });
  });

  test('opens a session in the browser, which ends where it began', async () => {
    const browser = new OidcBrowser(backend);
    const reply = await browser.signIn({ provider: 'acme', return_to: '/workloads?status=active' });
    expect(reply.status).toBe(200);
    expect(reply.body).toMatchObject({
      provider: { id: 'acme', label: 'Acme' },
      return_to: '/workloads?status=active',
      user: { username: 'ann', display_name: 'Ann Acme', email: 'ann@acme.example' },
    });
    expect(browser.portalCookies).toEqual(['portico']);
    const me = await browser.send('GET', 'me');
    expect(me.body).toMatchObject({ user: { username: 'ann' } });
    expect(await backend.services.database.read.all('SELECT * FROM access_oidc_flows')).toEqual([]);
  });

  test('opens the same account the next time, and for a client without cookies', async () => {
    const first = await new OidcBrowser(backend).signIn({ provider: 'acme' });
    const client = new OidcBrowser(backend);
    const begun = await client.begin({ provider: 'acme', session: 'token' });
    expect(begun.headers.getSetCookie()).toEqual([]);
    const answer = await client.visit(String(begun.body.authorization_url));
    const reply = await client.exchange(answer, { session: 'token', flow_token: begun.body.flow_token });
    expect(reply.body).toMatchObject({ user: first.body.user, return_to: null });
    expect((await backend.request('GET', 'me', { token: String(reply.body.access_token) })).status).toBe(200);
  });

  test('sends PKCE, state and nonce, and keeps none of them readable', async () => {
    const browser = new OidcBrowser(backend);
    const begun = await browser.begin({ provider: 'acme', hint: 'ann@acme.example' });
    const sent = new URL(String(begun.body.authorization_url)).searchParams;
    expect(Object.fromEntries(sent)).toMatchObject({
      code_challenge_method: 'S256',
      redirect_uri: `${TEST_PORTAL_URL}/login/callback`,
      scope: 'openid profile email',
      login_hint: 'ann@acme.example',
      state: expect.stringMatching(/^signin\.[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
    });
    const stored = JSON.stringify(await backend.services.database.read.all('SELECT * FROM access_oidc_flows'));
    const [cookie = ''] = begun.headers.getSetCookie();
    expect(cookie).toMatch(/^portico-oidc-[\w-]{8}=[\w-]{43}; Max-Age=600; Path=\/; HttpOnly; SameSite=Lax$/);
    for (const secret of [sent.get('state'), sent.get('nonce'), cookie.split(/[=;]/)[1]])
      expect(stored).not.toContain(secret);
  });

  test.each([
    [{ hint: 'someone@ACME.example' }, 'acme'],
    [{ hint: 'someone@other.example' }, 'other'],
    [{ hint: 'Acme' }, 'acme'],
    [{ provider: 'other', hint: 'someone@acme.example' }, 'other'],
  ])('%j leads to %s', async (query, provider) => {
    expect((await new OidcBrowser(backend).begin(query)).body.provider).toMatchObject({ id: provider });
  });

  test('a hint is answered alike for those who have an account and those who have not', async () => {
    const { username } = await backend.signUp();
    for (const hint of [username, 'nobody', 'nobody@nowhere.example', 'acme.example', '@'])
      expect(await refused(new OidcBrowser(backend).begin({ hint }))).toEqual([404, 'oidc_provider_unknown']);
    expect(await refused(new OidcBrowser(backend).begin())).toEqual([404, 'oidc_provider_unknown']);
    expect(await refused(new OidcBrowser(backend).begin({ provider: 'gone' }))).toEqual([404, 'oidc_provider_unknown']);
  });

  test.each([
    '//evil.example',
    'https://evil.example/',
    '/\\evil.example',
    '/\t/evil.example',
    '/.//evil.example',
    'evil',
  ])('does not lead to %j afterwards', async return_to => {
    const begun = new OidcBrowser(backend).begin({ provider: 'acme', return_to });
    expect(await refused(begun)).toEqual([422, 'return_to_invalid']);
  });

  describe('refuses, and changes nothing,', () => {
    let browser: OidcBrowser;
    let before: unknown;
    beforeEach(async () => {
      browser = new OidcBrowser(backend);
      expect((await browser.signIn({ provider: 'acme' })).status).toBe(200);
      before = await countRows();
    });
    afterEach(async () => {
      expect(await countRows()).toEqual(before);
    });

    test('a state nobody made', async () => {
      const answer = await browser.answered({ provider: 'acme' });
      const state = `signin.${'A'.repeat(43)}`;
      expect(await refused(browser.exchange({ ...answer, state }))).toEqual(INVALID_FLOW);
    });

    test('the answer in another’s browser, so that nobody is signed in to a stranger’s account', async () => {
      const answer = await browser.answered({ provider: 'acme' });
      const victim = new OidcBrowser(backend);
      await victim.begin({ provider: 'acme' });
      expect(await refused(victim.exchange(answer))).toEqual(INVALID_FLOW);
      expect(await refused(victim.exchange(answer, { flow_token: 'x' }))).toEqual(INVALID_FLOW);
    });

    test('an answer of one sign-in for another of the same browser', async () => {
      const [first, second] = [
        await browser.answered({ provider: 'acme' }),
        await browser.answered({ provider: 'acme' }),
      ];
      expect(await refused(browser.exchange({ ...first, code: second.code ?? '' }))).toEqual(INVALID_ANSWER);
    });

    test('an answer that comes too late', async () => {
      const answer = await browser.answered({ provider: 'acme' });
      clock.set(clock.now() + OIDC_FLOW_SECONDS * 1000);
      expect(await refused(browser.exchange(answer))).toEqual(INVALID_FLOW);
    });

    test.each<[string, (claims: Record<string, unknown>) => Record<string, unknown>]>([
      ['the nonce of another sign-in', claims => ({ ...claims, nonce: 'x'.repeat(43) })],
      ['no nonce', ({ nonce: _nonce, ...claims }) => claims],
      ['another issuer', claims => ({ ...claims, iss: 'https://evil.example' })],
      ['another client as audience', claims => ({ ...claims, aud: 'another-client' })],
      ['several audiences and none that asked', claims => ({ ...claims, aud: ['portico', 'x'], azp: 'x' })],
      ['an end that is past', claims => ({ ...claims, exp: 1_000_000_000 })],
      ['no subject', ({ sub: _sub, ...claims }) => claims],
      ['a subject that is not the one it tells of on request', claims => ({ ...claims, sub: 'admin' })],
    ])('an ID token with %s', async (_what, alter) => {
      idp.alterIdToken = alter;
      expect(await refused(browser.signIn({ provider: 'acme' }))).toEqual(INVALID_ANSWER);
    });

    test('an ID token signed by somebody else', async () => {
      idp.forgesSignature = true;
      expect(await refused(browser.signIn({ provider: 'acme' }))).toEqual(INVALID_ANSWER);
    });

    test('an answer that names another issuer, or that leaves out which one sent it', async () => {
      const mixed = await browser.answered({ provider: 'acme' });
      expect(mixed.iss).toBe(idp.issuer);
      expect(await refused(browser.exchange({ ...mixed, iss: other.issuer }))).toEqual(INVALID_ANSWER);
      const { iss: _iss, ...without } = await browser.answered({ provider: 'acme' });
      expect(await refused(browser.exchange(without))).toEqual(INVALID_ANSWER);
    });

    test('a code of another provider', async () => {
      const ours = await browser.answered({ provider: 'acme' });
      const theirs = await browser.answered({ provider: 'other' });
      expect(await refused(browser.exchange({ ...ours, code: theirs.code ?? '' }))).toEqual(INVALID_ANSWER);
    });

    test('a state of linking an identity', async () => {
      const begun = await browser.send('POST', 'account/identities/authorize', { body: { provider: 'acme' } });
      const answer = await browser.visit(String(begun.body.authorization_url));
      expect(answer.state).toMatch(/^link\./);
      expect(await refused(browser.exchange(answer))).toEqual(INVALID_FLOW);
    });

    test('to begin or to end for a page of another site', async () => {
      for (const headers of [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }] as Record<
        string,
        string
      >[]) {
        const begun = browser.send('GET', 'auth/oidc/authorize', {
          query: { provider: 'acme', session: 'cookie' },
          headers,
        });
        expect(await refused(begun)).toEqual([403, 'csrf_token_invalid']);
      }
      const answer = await browser.answered({ provider: 'acme' });
      const body = { ...answer, session: 'cookie' };
      const ended = browser.send('POST', 'auth/oidc/exchange', { body, headers: { origin: 'https://evil.example' } });
      expect(await refused(ended)).toEqual([403, 'csrf_token_invalid']);
    });
  });

  test('works once: of an answer sent several times at once, one opens a session', async () => {
    const browser = new OidcBrowser(backend);
    const answer = await browser.answered({ provider: 'acme' });
    const replies = await Promise.all(Array.from({ length: 5 }, () => browser.exchange(answer)));
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 422, 422, 422, 422]);
    expect(await refused(browser.exchange(answer))).toEqual(INVALID_FLOW);
  });

  test('makes one account of two first sign-ins at once', async () => {
    idp.signsIn({ ...ann, sub: `twin-${database}`, preferred_username: 'twin', email: `twin@${database}.example` });
    const browsers = [1, 2, 3].map(() => new OidcBrowser(backend));
    const answers = await Promise.all(browsers.map(browser => browser.answered({ provider: 'acme' })));
    const replies = await Promise.all(browsers.map((browser, index) => browser.exchange(answers[index] ?? {})));
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(new Set(replies.map(({ body }) => (body.user as { user_id: string }).user_id)).size).toBe(1);
  });

  test('of several people at once gives each their own account', async () => {
    const answers = [];
    for (const name of ['kim', 'lee', 'max', 'noa']) {
      idp.signsIn({ sub: `${name}-${database}`, preferred_username: name });
      const browser = new OidcBrowser(backend);
      answers.push({ browser, answer: await browser.answered({ provider: 'acme' }) });
    }
    const replies = await Promise.all(answers.map(({ browser, answer }) => browser.exchange(answer)));
    expect(replies.map(({ body }) => (body.user as { username: string }).username)).toEqual([
      'kim',
      'lee',
      'max',
      'noa',
    ]);
  });

  test('two tabs of one browser do not get in each other’s way', async () => {
    const browser = new OidcBrowser(backend);
    const answers = [await browser.answered({ provider: 'acme' }), await browser.answered({ provider: 'acme' })];
    for (const answer of answers) expect((await browser.exchange(answer)).status).toBe(200);
  });

  describe('through a provider that is down', () => {
    test('is not possible, and hinders nobody else', async () => {
      const browser = new OidcBrowser(backend);
      for (let attempt = 0; attempt < 2; attempt += 1)
        expect(await refused(browser.begin({ provider: 'dead' }))).toEqual([503, 'service_unavailable']);
      expect((await browser.signIn({ provider: 'acme' })).status).toBe(200);
    });

    test.each(['bad_gateway', 'hangs_up'] as const)(
      '(%s) changes nothing, and the same answer does once it is back',
      async fails => {
        const browser = new OidcBrowser(backend);
        const answer = await browser.answered({ provider: 'acme' });
        const before = await countRows();
        idp.fails = fails;
        expect(await refused(browser.exchange(answer))).toEqual([503, 'service_unavailable']);
        expect(await countRows()).toEqual(before);
        idp.fails = null;
        expect((await browser.exchange(answer)).status).toBe(200);
      },
    );

    test('lasts no longer than it is down', async () => {
      const late = await startTestIdentityProvider();
      const settings = {
        server: { publicUrl: TEST_PORTAL_URL },
        access: {
          oidc: {
            providers: [
              { ...TEST_CLIENT, id: 'late', label: 'Late', issuer: late.issuer, allowInsecure: true, signUp: 'open' },
            ],
          },
        },
      };
      late.fails = 'bad_gateway';
      late.signsIn(ann);
      const portal = await startTestBackend({ clock, plugins: ['access', 'billing'], settings });
      try {
        const browser = new OidcBrowser(portal);
        for (let attempt = 0; attempt < 3; attempt += 1)
          expect(await refused(browser.begin())).toEqual([503, 'service_unavailable']);
        expect(late.requests).toBe(1);
        late.fails = null;
        clock.set(clock.now() + 6_000);
        expect((await browser.signIn()).status).toBe(200);
        late.fails = 'bad_gateway';
        clock.set(clock.now() + 2 * 60 * 60_000);
        expect((await browser.begin()).status).toBe(200);
      } finally {
        await portal.stop();
        await late.close();
      }
    });
  });

  test('proves anew who one is, when asked to', async () => {
    const browser = new OidcBrowser(backend);
    await browser
      .begin({ provider: 'acme', prompt: 'login' })
      .then(({ body }) => browser.visit(String(body.authorization_url)));
    expect(Object.fromEntries(idp.authorizationRequests.at(-1) ?? [])).toMatchObject({
      prompt: 'login',
      max_age: '600',
    });
  });

  test('leaves again through the provider', async () => {
    const browser = new OidcBrowser(backend);
    await browser.signIn({ provider: 'acme' });
    const { body } = await browser.send('GET', 'auth/oidc/logout-url');
    const url = new URL(String(body.end_session_url));
    expect(url.origin).toBe(idp.issuer);
    expect(url.searchParams.get('post_logout_redirect_uri')).toBe(`${TEST_PORTAL_URL}/login`);
    const hint = url.searchParams.get('id_token_hint') ?? '';
    expect(hint.split('.')).toHaveLength(3);
    const stored = JSON.stringify(await backend.services.database.read.all('SELECT * FROM access_sessions'));
    expect(stored).not.toContain(hint);
    const page = await fetch(url, { redirect: 'manual' });
    expect(page.status).toBe(200);
    const { token } = await backend.signUp();
    expect((await backend.request('GET', 'auth/oidc/logout-url', { token })).body).toEqual({ end_session_url: null });
  });
});

test.each([
  ['plain HTTP', { issuer: 'http://127.0.0.1:9' }, /"p": the issuer must be an https/],
  [
    'plain HTTP elsewhere',
    { issuer: 'http://id.example', allowInsecure: true },
    /"p": allowInsecure is for an issuer on a loopback/,
  ],
  ['another protocol', { issuer: 'ftp://127.0.0.1', allowInsecure: true }, /"p": the issuer must be an https/],
])('a provider by %s stops the start with a sentence', async (_what, provider, sentence) => {
  const providers = [{ ...TEST_CLIENT, id: 'p', label: 'P', ...provider }];
  await expect(
    startTestBackend({ plugins: ['access', 'billing'], settings: { access: { oidc: { providers } } } }),
  ).rejects.toThrow(sentence);
});
