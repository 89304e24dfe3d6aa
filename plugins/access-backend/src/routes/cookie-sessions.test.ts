import { startTestBackend, TestClock } from '@portico/plugin-kit/testing';

type Backend = Awaited<ReturnType<typeof startTestBackend>>;
const password = 'correct horse battery staple';
const MINUTE = 60_000;

/** As much of a browser as sessions by cookie need: it keeps the cookie it was last given, and says where its page came from. */
class Browser {
  cookie = '';
  csrf = '';
  readonly #headers: Record<string, string>;

  constructor(
    readonly backend: Backend,
    site: Record<string, string> = { 'sec-fetch-site': 'same-origin', origin: new URL(backend.url).origin },
  ) {
    this.#headers = site;
  }

  async send(
    method: string,
    path: string,
    options: { body?: unknown; headers?: Record<string, string>; loseReply?: boolean } = {},
  ) {
    const reply = await this.backend.request(method, path, {
      body: options.body,
      headers: {
        ...this.#headers,
        ...(this.cookie ? { cookie: this.cookie } : {}),
        ...(this.csrf ? { 'x-csrf-token': this.csrf } : {}),
        ...options.headers,
      },
    });
    const given = reply.headers.get('set-cookie');
    if (given && !options.loseReply) this.cookie = given.split(';')[0] ?? '';
    if (typeof reply.body?.csrf_token === 'string') this.csrf = reply.body.csrf_token;
    return reply;
  }

  async signUp(username: string) {
    const reply = await this.send('POST', 'auth/personal/signup', { body: { username, password, session: 'cookie' } });
    expect(reply.status).toBe(201);
    return reply;
  }
}

describe.each(['sqlite', 'postgres'] as const)('a session by cookie, on %s', database => {
  let backend: Backend;
  const clock = new TestClock();
  beforeAll(async () => {
    backend = await startTestBackend({ database, clock, plugins: ['access', 'billing'] });
  });
  afterAll(() => backend.stop());

  test('carries no token in its reply, and a cookie scripts cannot read', async () => {
    const browser = new Browser(backend);
    const reply = await browser.signUp('cookie-1');
    expect(Object.keys(reply.body).sort()).toEqual(['csrf_token', 'default_project', 'organization', 'user']);
    const cookie = reply.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/^portico=pts_[\w-]+; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Lax$/);
    const me = await browser.send('GET', 'me');
    expect(me.body).toMatchObject({ user: { username: 'cookie-1' }, csrf_token: reply.body.csrf_token });
    expect(me.headers.get('set-cookie')).toBeNull();
  });

  test('changes something only with its own CSRF token and from a page of the portal', async () => {
    const browser = new Browser(backend);
    await browser.signUp('cookie-2');
    const other = new Browser(backend);
    await other.signUp('cookie-3');
    const signOut = (headers: Record<string, string>) => browser.send('POST', 'auth/logout', { headers });
    const foreign: Record<string, string>[] = [
      { 'x-csrf-token': '' },
      { 'x-csrf-token': other.csrf },
      { 'x-csrf-token': `${browser.csrf}x` },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'none' },
      { origin: 'https://evil.example' },
      { origin: 'null' },
    ];
    for (const headers of foreign) {
      expect(await signOut(headers)).toMatchObject({ status: 403, body: { code: 'csrf_token_invalid' } });
    }
    expect((await browser.send('GET', 'me', { headers: { 'sec-fetch-site': 'cross-site' } })).status).toBe(200);
    expect((await signOut({})).status).toBe(204);
  });

  test('is not opened for another site’s page', async () => {
    const reply = await new Browser(backend, { origin: 'https://evil.example' }).send('POST', 'auth/personal/signup', {
      body: { username: 'cookie-4', password, session: 'cookie' },
    });
    expect(reply).toMatchObject({ status: 403, body: { code: 'csrf_token_invalid' } });
  });

  test('does not work as a bearer token, nor a token as a cookie', async () => {
    const browser = new Browser(backend);
    await browser.signUp('cookie-5');
    expect((await backend.request('GET', 'me', { token: browser.cookie.split('=')[1] ?? '' })).status).toBe(401);
    const { token } = await backend.signUp();
    expect((await backend.request('GET', 'me', { headers: { cookie: `portico=${token}` } })).status).toBe(401);
  });

  test('ends with sign-out, cookie included', async () => {
    const browser = new Browser(backend);
    await browser.signUp('cookie-6');
    const old = browser.cookie;
    const reply = await browser.send('POST', 'auth/logout');
    expect(reply.headers.get('set-cookie')).toMatch(/^portico=; Max-Age=0; /);
    expect((await backend.request('GET', 'me', { headers: { cookie: old } })).status).toBe(401);
  });

  test('that has ended does not keep anyone from signing in', async () => {
    const browser = new Browser(backend);
    await browser.signUp('cookie-7');
    const old = browser.cookie;
    await browser.send('POST', 'auth/logout');
    const again = await browser.send('POST', 'auth/personal/login', {
      body: { username: 'cookie-7', password, session: 'cookie' },
      headers: { cookie: old, 'x-csrf-token': '' },
    });
    expect(again.status).toBe(200);
    expect((await browser.send('GET', 'me')).status).toBe(200);
  });

  describe('gets a new cookie by and by', () => {
    const opened = async (name: string) => {
      const browser = new Browser(backend);
      await browser.signUp(name);
      const first = browser.cookie;
      clock.set(clock.now() + 16 * MINUTE);
      return { browser, first };
    };

    test('and lives for months of use', async () => {
      const { browser, first } = await opened('rotate-1');
      for (let week = 0; week < 12; week += 1) {
        clock.set(clock.now() + 7 * 24 * 60 * MINUTE);
        expect((await browser.send('GET', 'me')).status).toBe(200);
      }
      expect(browser.cookie).not.toBe(first);
      clock.set(clock.now() + 30 * 24 * 60 * MINUTE);
      expect((await browser.send('GET', 'me')).status).toBe(401);
    });

    test('and lets requests under way arrive with the old one, for a minute', async () => {
      const { browser, first } = await opened('rotate-2');
      await browser.send('GET', 'me');
      expect((await browser.send('GET', 'me')).status).toBe(200);
      expect((await backend.request('GET', 'me', { headers: { cookie: first } })).status).toBe(200);
    });

    test('and a reply that was lost signs nobody out', async () => {
      const { browser, first } = await opened('rotate-3');
      await browser.send('GET', 'me', { loseReply: true });
      clock.set(clock.now() + 20 * MINUTE);
      const reply = await browser.send('GET', 'me');
      expect(reply.status).toBe(200);
      expect(browser.cookie).not.toBe(first);
      expect((await browser.send('GET', 'me')).status).toBe(200);
    });

    test('and the old one, used after that, ends the session for whoever has it', async () => {
      const { browser, first } = await opened('rotate-4');
      await browser.send('GET', 'me');
      await browser.send('GET', 'me');
      clock.set(clock.now() + 2 * MINUTE);
      expect((await backend.request('GET', 'me', { headers: { cookie: first } })).status).toBe(401);
      expect((await browser.send('GET', 'me')).status).toBe(401);
    });

    test('once, though two tabs ask at once', async () => {
      const { browser } = await opened('rotate-5');
      const replies = await Promise.all(
        [1, 2].map(() => backend.request('GET', 'me', { headers: { cookie: browser.cookie } })),
      );
      expect(replies.map(reply => reply.status)).toEqual([200, 200]);
      expect(replies.filter(reply => reply.headers.get('set-cookie') !== null)).toHaveLength(1);
    });

    test('at once when asked for', async () => {
      const browser = new Browser(backend);
      await browser.signUp('rotate-6');
      const first = browser.cookie;
      const reply = await browser.send('POST', 'auth/token/refresh', { body: {} });
      expect(reply.status).toBe(200);
      expect(Object.keys(reply.body)).toEqual(['csrf_token']);
      expect(browser.cookie).not.toBe(first);
      expect((await browser.send('GET', 'me')).status).toBe(200);
    });
  });
});

test.each([
  ['https://portal.example', 201, /^__Host-portico=pts_.*; Path=\/; HttpOnly; SameSite=Lax; Secure$/],
  ['http://portal.example', 422, null],
] as const)('at %s answers %i', async (publicUrl, status, cookie) => {
  const backend = await startTestBackend({ plugins: ['access', 'billing'], settings: { server: { publicUrl } } });
  try {
    const reply = await new Browser(backend, { origin: publicUrl }).send('POST', 'auth/personal/signup', {
      body: { username: 'someone', password, session: 'cookie' },
    });
    expect(reply.status).toBe(status);
    if (cookie) expect(reply.headers.get('set-cookie')).toMatch(cookie);
    else expect(reply.body.code).toBe('cookie_session_insecure');
  } finally {
    await backend.stop();
  }
});
