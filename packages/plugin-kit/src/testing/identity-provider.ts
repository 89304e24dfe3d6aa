import { generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Configuration, Provider } from 'oidc-provider';

/** Where the portal says it is in tests that go there without a browser: the provider's answer is read off the address. */
export const TEST_PORTAL_URL = 'http://localhost:7007';
export const TEST_CLIENT = { clientId: 'portico', clientSecret: 'a secret of the portal and its provider' } as const;

export interface TestPerson {
  readonly sub: string;
  readonly [claim: string]: unknown;
}

/** A certified provider on a port of its own. Whoever comes is signed in as the one `signsIn` names: at once, or by a page where one may refuse. */
export interface TestIdentityProvider {
  readonly issuer: string;
  /** Whom the provider knows, and who sits in front of the browser. */
  signsIn(person: TestPerson): void;
  /** Whether people press a button to sign in, or not to. */
  hasPage: boolean;
  /** Alters the claims of every ID token, which is signed by the provider's own key nonetheless. Null: as they are. */
  alterIdToken: ((claims: Record<string, unknown>) => Record<string, unknown>) | null;
  /** Signs with a key of somebody else. */
  forgesSignature: boolean;
  /** The last request that came to the page people sign in on. */
  readonly authorizationRequests: URLSearchParams[];
  /** Requests that came, answered or not. */
  requests: number;
  /** How it fails everybody who asks; null: it does not. */
  fails: 'bad_gateway' | 'hangs_up' | null;
  close(): Promise<void>;
}

/** `portalUrl`: where it sends people back to. */
export async function startTestIdentityProvider(portalUrl = TEST_PORTAL_URL): Promise<TestIdentityProvider> {
  // An ES module, and large: only tests that start a provider load it.
  const { Provider } = await import('oidc-provider');
  const server = createServer();
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const { privateKey: strangersKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const jwk = { ...privateKey.export({ format: 'jwk' }), kid: 'test', alg: 'RS256', use: 'sig' };
  const people = new Map<string, TestPerson>();
  let present: TestPerson = { sub: 'nobody' };

  const idp: TestIdentityProvider = {
    issuer,
    signsIn(person) {
      people.set(person.sub, person);
      present = person;
    },
    hasPage: false,
    alterIdToken: null,
    forgesSignature: false,
    authorizationRequests: [],
    requests: 0,
    fails: null,
    close: () =>
      new Promise((resolve, reject) => {
        server.closeAllConnections();
        server.close(error => (error ? reject(error) : resolve()));
      }),
  };

  const provider = new Provider(issuer, configurationOf({ jwk, people, portalUrl }));
  provider.use(async (ctx, next) => {
    idp.requests += 1;
    if (idp.fails === 'hangs_up') {
      ctx.respond = false;
      ctx.req.socket.destroy();
      return;
    }
    if (idp.fails === 'bad_gateway') {
      ctx.status = 502;
      ctx.body = 'bad gateway';
      return;
    }
    if (ctx.path === '/auth') idp.authorizationRequests.push(new URLSearchParams(ctx.querystring));
    if (ctx.path.startsWith('/interaction/')) {
      const answer = ctx.query.answer ?? (idp.hasPage ? undefined : 'sign-in');
      const { prompt } = await provider.interactionDetails(ctx.req, ctx.res);
      if (prompt.name === 'login' && answer === undefined) {
        ctx.type = 'html';
        ctx.body = signInPageFor(present);
        return;
      }
      ctx.respond = false;
      await (answer === 'refuse' ? refuse : signIn)(provider, { request: ctx.req, response: ctx.res, person: present });
      return;
    }
    await next();
    const body = ctx.body as { id_token?: string } | undefined;
    if (ctx.path !== '/token' || body?.id_token === undefined) return;
    if (idp.alterIdToken === null && !idp.forgesSignature) return;
    const claims = claimsOf(body.id_token);
    body.id_token = signed(idp.alterIdToken?.(claims) ?? claims, idp.forgesSignature ? strangersKey : privateKey);
  });
  const handle = provider.callback();
  server.on('request', (request, response) => void handle(request, response));
  return idp;
}

function claimsOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;
}

function signed(claims: object, key: KeyObject): string {
  const parts = [{ alg: 'RS256', kid: 'test' }, claims];
  const text = parts.map(part => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${text}.${sign('RSA-SHA256', Buffer.from(text), key).toString('base64url')}`;
}

function configurationOf({
  jwk,
  people,
  portalUrl,
}: {
  jwk: object;
  people: ReadonlyMap<string, TestPerson>;
  portalUrl: string;
}): Configuration {
  return {
    clients: [
      {
        client_id: TEST_CLIENT.clientId,
        client_secret: TEST_CLIENT.clientSecret,
        redirect_uris: [`${portalUrl}/login/callback`],
        post_logout_redirect_uris: [`${portalUrl}/login`],
        grant_types: ['authorization_code'],
        response_types: ['code'],
      },
    ],
    jwks: { keys: [jwk] },
    cookies: { keys: ['keys of a test'] },
    // What is of `openid` stands in the ID token; the rest is told on request, as the standard has it.
    claims: {
      openid: ['sub', 'amr', 'groups'],
      profile: ['name', 'preferred_username'],
      email: ['email', 'email_verified'],
    },
    findAccount: (_ctx, sub) => ({ accountId: sub, claims: async () => ({ ...people.get(sub), sub }) }),
    interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
    features: { devInteractions: { enabled: false } },
    ttl: { AuthorizationCode: 60, AccessToken: 60, IdToken: 60, Interaction: 60, Session: 600, Grant: 600 },
  };
}

function signInPageFor({ sub }: TestPerson): string {
  const button = (answer: string, label: string) => `<button name="answer" value="${answer}">${label}</button>`;
  return `<!doctype html><html lang="en"><title>Identity provider</title><h1>Identity provider</h1>
<form>${button('sign-in', `Sign in as ${sub}`)}${button('refuse', 'Cancel')}</form></html>`;
}

interface Interaction {
  readonly request: Parameters<Provider['interactionDetails']>[0];
  readonly response: Parameters<Provider['interactionDetails']>[1];
  readonly person: TestPerson;
}

async function refuse(provider: Provider, { request, response }: Interaction): Promise<void> {
  await provider.interactionFinished(request, response, { error: 'access_denied' }, { mergeWithLastSubmission: false });
}

async function signIn(provider: Provider, { request, response, person }: Interaction): Promise<void> {
  const { prompt, params } = await provider.interactionDetails(request, response);
  if (prompt.name === 'login') {
    const login = { login: { accountId: person.sub } };
    await provider.interactionFinished(request, response, login, { mergeWithLastSubmission: false });
    return;
  }
  const grant = new provider.Grant({ accountId: person.sub, clientId: String(params.client_id) });
  grant.addOIDCScope('openid profile email');
  const consent = { grantId: await grant.save() };
  await provider.interactionFinished(request, response, { consent }, { mergeWithLastSubmission: true });
}
