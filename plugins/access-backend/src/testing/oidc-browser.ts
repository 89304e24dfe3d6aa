import { TEST_PORTAL_URL } from '@portico/plugin-kit/testing';
import type { startTestBackend } from '@portico/plugin-kit/testing';

type Backend = Pick<Awaited<ReturnType<typeof startTestBackend>>, 'request'>;
type Reply = Awaited<ReturnType<Backend['request']>>;

/** What a provider sends the browser back with. */
export type ProviderAnswer = Record<string, string>;

const REDIRECTS_MAX = 10;

/** As much of a browser as signing in through a provider needs: cookies by site, and the way there and back. */
export class OidcBrowser {
  readonly #cookies = new Map<string, Map<string, string>>();
  csrf = '';

  constructor(private readonly backend: Backend) {}

  /** A request of a page of the portal. */
  async send(
    method: string,
    path: string,
    options: { body?: unknown; query?: Record<string, unknown>; headers?: Record<string, string> } = {},
  ): Promise<Reply> {
    const reply = await this.backend.request(method, path, {
      ...options,
      headers: {
        origin: TEST_PORTAL_URL,
        'sec-fetch-site': 'same-origin',
        cookie: this.#sent('portal'),
        ...(this.csrf ? { 'x-csrf-token': this.csrf } : {}),
        ...options.headers,
      },
    });
    this.#keep('portal', reply.headers);
    if (typeof reply.body?.csrf_token === 'string') this.csrf = reply.body.csrf_token;
    return reply;
  }

  /** Names of the portal's cookies it holds. */
  get portalCookies(): string[] {
    return [...(this.#cookies.get('portal') ?? new Map<string, string>()).keys()];
  }

  async begin(query: Record<string, unknown> = {}): Promise<Reply> {
    return this.send('GET', 'auth/oidc/authorize', { query: { session: 'cookie', ...query } });
  }

  /** Goes to the provider and signs in there; what the page it is sent back to would read off its address. */
  async visit(authorizationUrl: string): Promise<ProviderAnswer> {
    let url = authorizationUrl;
    for (let step = 0; step < REDIRECTS_MAX; step += 1) {
      const site = new URL(url).origin;
      const response = await fetch(url, { redirect: 'manual', headers: { cookie: this.#sent(site) } });
      this.#keep(site, response.headers);
      const location = response.headers.get('location');
      if (location === null) throw new Error(`the provider answered ${response.status}: ${await response.text()}`);
      url = new URL(location, url).href;
      if (url.startsWith(`${TEST_PORTAL_URL}/login/callback`)) return Object.fromEntries(new URL(url).searchParams);
    }
    throw new Error('the provider redirects without end');
  }

  exchange(answer: ProviderAnswer, more: Record<string, unknown> = {}): Promise<Reply> {
    return this.send('POST', 'auth/oidc/exchange', { body: { ...answer, session: 'cookie', ...more } });
  }

  /** There and back, until the provider's answer; the portal has not seen it yet. */
  async answered(query: Record<string, unknown> = {}): Promise<ProviderAnswer> {
    const begun = await this.begin(query);
    if (begun.status !== 200) throw new Error(`authorize answered ${begun.status}: ${begun.text}`);
    return this.visit(String(begun.body.authorization_url));
  }

  async signIn(query: Record<string, unknown> = {}): Promise<Reply> {
    return this.exchange(await this.answered(query));
  }

  #sent(site: string): string {
    return [...(this.#cookies.get(site) ?? [])].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  #keep(site: string, headers: Headers): void {
    const jar = this.#cookies.get(site) ?? new Map<string, string>();
    this.#cookies.set(site, jar);
    for (const cookie of headers.getSetCookie()) {
      const [pair = '', ...attributes] = cookie.split(/; */);
      const name = pair.slice(0, pair.indexOf('='));
      const isOver = attributes.some(one => /^max-age=0$/i.test(one) || /^expires=.*1970/i.test(one));
      if (isOver) jar.delete(name);
      else jar.set(name, pair.slice(pair.indexOf('=') + 1));
    }
  }
}
