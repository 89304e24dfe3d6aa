import { getMe, listIdentities, REFRESH_TOKEN_SECONDS } from '@portico/plugin-access/contract';
import {
  startTestBackend,
  startTestIdentityProvider,
  TEST_CLIENT,
  TEST_PORTAL_URL,
  TestClock,
} from '@portico/plugin-kit/testing';
import type { TestIdentityProvider, TestPerson } from '@portico/plugin-kit/testing';
import { OidcBrowser } from '../testing/oidc-browser';

const HOUR = 60 * 60_000;

describe.each(['sqlite', 'postgres'] as const)('accounts of people who come through a provider, on %s', database => {
  let backend: Awaited<ReturnType<typeof startTestBackend>>;
  let idp: TestIdentityProvider;
  const clock = new TestClock();

  beforeAll(async () => {
    idp = await startTestIdentityProvider();
    const common = { ...TEST_CLIENT, issuer: idp.issuer, allowInsecure: true };
    backend = await startTestBackend({
      database,
      clock,
      plugins: ['access', 'billing'],
      settings: {
        server: { publicUrl: TEST_PORTAL_URL },
        access: {
          oidc: {
            providers: [
              { ...common, id: 'trusted', label: 'Trusted', trustEmail: true },
              { ...common, id: 'closed', label: 'Closed' },
              { ...common, id: 'open', label: 'Open', signUp: 'open' },
              { ...common, id: 'both', label: 'Both', signUp: 'open', trustEmail: true },
            ],
          },
        },
      },
    });
  });
  afterAll(async () => {
    await backend.stop();
    await idp.close();
  });
  beforeEach(() => {
    idp.alterIdToken = null;
  });

  let made = 0;
  const somebody = (claims: Record<string, unknown> = {}): TestPerson => {
    made += 1;
    return { sub: `sub-${made}`, email: `person${made}@acme.example`, email_verified: true, ...claims };
  };
  const run = (sql: string, parameters: (string | number | null)[]) =>
    backend.services.database.transaction(tx => tx.run(sql, parameters));
  const rows = <Row extends object>(sql: string, parameters: (string | number)[] = []) =>
    backend.services.database.read.all<Row>(sql, parameters);
  const signIn = (person: TestPerson, provider: string) => {
    idp.signsIn(person);
    return new OidcBrowser(backend).signIn({ provider });
  };
  const userIdOf = (reply: { body: Record<string, unknown> }) => (reply.body.user as { user_id: string }).user_id;
  const accountWith = async (email: unknown, isVerified: boolean) => {
    const account = await backend.signUp();
    const set = 'UPDATE access_users SET email = ?, email_verified_at = ? WHERE user_id = ?';
    await run(set, [String(email), isVerified ? 1 : null, account.userId]);
    return account;
  };

  describe('an address', () => {
    test.each([
      ['trusted', 'verified', true, 'opens the account'],
      ['both', 'verified', true, 'opens the account'],
      ['trusted', 'verified', false, 'oidc_account_unknown'],
      ['trusted', 'verified', 'true', 'oidc_account_unknown'],
      ['trusted', 'typed', true, 'oidc_account_unknown'],
      ['closed', 'verified', true, 'oidc_account_unknown'],
      ['open', 'verified', true, 'makes another account'],
      ['both', 'typed', true, 'makes another account'],
      ['both', 'verified', false, 'makes another account'],
    ])(
      'through “%s”, %s by the account, verified by the provider: %s → %s',
      async (provider, state, verified, outcome) => {
        const person = somebody({ email_verified: verified });
        const account = await accountWith(person.email, state === 'verified');
        const reply = await signIn({ ...person, email: String(person.email).toUpperCase() }, provider);
        if (reply.status !== 200) {
          expect(reply.body.code).toBe(outcome);
          expect(await rows('SELECT * FROM access_identities WHERE subject = ?', [person.sub])).toEqual([]);
          return;
        }
        expect(userIdOf(reply) === account.userId ? 'opens the account' : 'makes another account').toBe(outcome);
        const again = await signIn({ ...person, email: 'another@acme.example', email_verified: false }, provider);
        expect(userIdOf(again)).toBe(userIdOf(reply));
      },
    );

    test('that has no one form to compare opens no account that has it, and keeps nobody from having their own', async () => {
      const person = somebody({ email: 'jörg@acme.example' });
      const account = await accountWith(person.email, true);
      const reply = await signIn(person, 'both');
      expect(reply.status).toBe(200);
      expect(userIdOf(reply)).not.toBe(account.userId);
      const verified = 'SELECT user_id FROM access_users WHERE email = ? AND email_verified_at IS NOT NULL';
      expect(await rows(verified, [String(person.email)])).toEqual([{ user_id: account.userId }]);
    });

    test('that was linked is told in the audit, with why', async () => {
      const person = somebody();
      const account = await accountWith(person.email, true);
      await signIn(person, 'trusted');
      const entries = await rows<{ reason: string }>(
        `SELECT reason FROM platform_audit_log WHERE action = 'access.identity.link' AND actor_id = ?`,
        [account.userId],
      );
      expect(entries).toEqual([{ reason: 'verified_email' }]);
    });

    test('that was given to somebody else since does not open the account of the one before', async () => {
      const person = somebody();
      await accountWith(person.email, true);
      expect((await signIn(person, 'trusted')).status).toBe(200);
      expect((await signIn({ ...person, sub: `${person.sub}-new` }, 'trusted')).body.code).toBe('oidc_account_unknown');
    });

    test('that an untrusted provider says is verified does not become so, and waits for nobody', async () => {
      const victim = somebody();
      const attacker = await signIn({ ...victim, sub: `${victim.sub}-attacker` }, 'open');
      expect(attacker.status).toBe(200);
      expect((await signIn(victim, 'trusted')).body.code).toBe('oidc_account_unknown');
      const own = await signIn(victim, 'both');
      expect(userIdOf(own)).not.toBe(userIdOf(attacker));
    });

    test('of two providers is not one identity', async () => {
      const person = somebody();
      const one = await signIn(person, 'open');
      const other = await signIn({ ...person, sub: `${person.sub}-other` }, 'both');
      expect([one.status, other.status]).toEqual([200, 200]);
      expect(userIdOf(one)).not.toBe(userIdOf(other));
    });
  });

  test('whom nobody knows gets an account of their own, without a password and without credit', async () => {
    const person = somebody({ preferred_username: 'zoe', name: 'Zoë' });
    const [first, second] = [await signIn(person, 'open'), await signIn({ ...person, sub: `${person.sub}-2` }, 'open')];
    expect(first.body).toMatchObject({
      user: { username: 'zoe', display_name: 'Zoë', email: person.email },
      organization: { name: 'Zoë' },
    });
    expect(second.body).toMatchObject({ user: { username: 'zoe-2' } });
    const login = { username: 'zoe', password: 'correct horse battery staple' };
    expect((await backend.request('POST', 'auth/personal/login', { body: login })).status).toBe(401);
    const entries = await rows('SELECT * FROM billing_entries WHERE user_id = ?', [userIdOf(first)]);
    expect(entries).toEqual([]);
  });

  test('who is disabled stays out, by the identity and by the address', async () => {
    const [known, linkable] = [somebody(), somebody()];
    const userId = userIdOf(await signIn(known, 'open'));
    const account = await accountWith(linkable.email, true);
    for (const id of [userId, account.userId])
      await run(`UPDATE access_users SET status = 'disabled' WHERE user_id = ?`, [id]);
    expect((await signIn(known, 'open')).body.code).toBe('oidc_account_disabled');
    expect((await signIn(linkable, 'both')).body.code).toBe('oidc_account_disabled');
    expect(await rows('SELECT * FROM access_identities WHERE user_id = ?', [account.userId])).toEqual([]);
  });

  describe('linking an identity', () => {
    const answered = async (token: string, person: TestPerson) => {
      idp.signsIn(person);
      const begun = await backend.request('POST', 'account/identities/authorize', {
        token,
        body: { provider: 'closed', return_to: '/account/security' },
      });
      expect(begun.status).toBe(200);
      const answer = await new OidcBrowser(backend).visit(String(begun.body.authorization_url));
      return { ...answer, flow_token: begun.body.flow_token };
    };
    const link = async (token: string, person: TestPerson, as = token) =>
      backend.request('POST', 'account/identities', { token: as, body: await answered(token, person) });
    const identities = async (token: string) => (await backend.call(listIdentities, { token })).items;
    const unlink = (token: string, id: unknown) =>
      backend.request('DELETE', `account/identities/${String(id)}`, { token });

    test('lets one sign in through it, until it is removed', async () => {
      const [person, account] = [somebody(), await backend.signUp()];
      const linked = await link(account.token, person);
      expect(linked).toMatchObject({
        status: 201,
        body: { provider: { id: 'closed' }, return_to: '/account/security' },
      });
      expect(await identities(account.token)).toMatchObject([
        { identity_id: linked.body.identity_id, email: person.email },
      ]);
      expect(userIdOf(await signIn(person, 'closed'))).toBe(account.userId);
      expect((await link(account.token, person)).body.identity_id).toBe(linked.body.identity_id);
      expect((await unlink(account.token, linked.body.identity_id)).status).toBe(204);
      expect((await unlink(account.token, linked.body.identity_id)).status).toBe(404);
      expect((await signIn(person, 'closed')).body.code).toBe('oidc_account_unknown');
    });

    test('in a browser needs the cookie of the browser that began', async () => {
      const person = somebody();
      idp.signsIn(person);
      const [browser, other] = [new OidcBrowser(backend), new OidcBrowser(backend)];
      const user = { username: `linker-${made}`, password: 'correct horse battery staple' };
      await browser.send('POST', 'auth/personal/signup', { body: { ...user, session: 'cookie' } });
      await other.send('POST', 'auth/personal/login', { body: { ...user, session: 'cookie' } });
      const begun = await browser.send('POST', 'account/identities/authorize', { body: { provider: 'closed' } });
      expect(begun.body.flow_token).toBeUndefined();
      const answer = await browser.visit(String(begun.body.authorization_url));
      expect((await other.send('POST', 'account/identities', { body: answer })).body.code).toBe('oidc_flow_invalid');
      expect((await browser.send('POST', 'account/identities', { body: answer })).status).toBe(201);
    });

    test('answers again to a client that lost the reply, though the provider’s answer is good once', async () => {
      const account = await backend.signUp();
      const body = await answered(account.token, somebody());
      const send = (headers = {}) =>
        backend.request('POST', 'account/identities', { token: account.token, body, headers });
      const headers = { 'idempotency-key': 'link-1' };
      const linked = await send(headers);
      expect(linked.status).toBe(201);
      const replayed = await send(headers);
      expect([replayed.status, replayed.body]).toEqual([201, linked.body]);
      expect(replayed.headers.get('idempotency-replayed')).toBe('true');
      expect((await send()).body.code).toBe('oidc_flow_invalid');
    });

    test('is for who began it alone, and an identity opens one account', async () => {
      const [person, ann, bob] = [somebody(), await backend.signUp(), await backend.signUp()];
      expect((await link(ann.token, person, bob.token)).body.code).toBe('oidc_flow_invalid');
      const linked = await link(ann.token, person);
      expect((await link(bob.token, person)).body.code).toBe('identity_in_use');
      expect((await unlink(bob.token, linked.body.identity_id)).status).toBe(404);
      expect(await identities(bob.token)).toEqual([]);
    });

    test('needs a fresh proof, as removing does', async () => {
      const { refreshToken } = await backend.signUp();
      clock.set(clock.now() + 2 * HOUR);
      const refreshed = await backend.request('POST', 'auth/token/refresh', { body: { refresh_token: refreshToken } });
      const token = String(refreshed.body.access_token);
      const begin = await backend.request('POST', 'account/identities/authorize', {
        token,
        body: { provider: 'closed' },
      });
      expect(begin.body.code).toBe('step_up_required');
      expect((await unlink(token, 'ident_1')).body.code).toBe('step_up_required');
    });

    test('does not let one remove the last way in, though two try at once', async () => {
      idp.signsIn(somebody());
      const browser = new OidcBrowser(backend);
      const begun = await browser.begin({ provider: 'open', session: 'token' });
      const answer = await browser.visit(String(begun.body.authorization_url));
      const opened = await browser.exchange(answer, { session: 'token', flow_token: begun.body.flow_token });
      const token = String(opened.body.access_token);
      const [only] = await identities(token);
      expect((await unlink(token, only?.identity_id)).body.code).toBe('identity_is_last');
      // Several times, because one may happen to come after the other.
      for (let round = 0; round < 10; round += 1) {
        await link(token, somebody());
        const both = await identities(token);
        const replies = await Promise.all(both.map(({ identity_id }) => unlink(token, identity_id)));
        expect(replies.map(({ status }) => status).sort()).toEqual([204, 409]);
        expect(await identities(token)).toHaveLength(1);
      }
    });
  });

  describe('what a session has proved', () => {
    const begin = async (query: Record<string, unknown>) => {
      const browser = new OidcBrowser(backend);
      const reply = await browser.signIn({ provider: 'open', ...query });
      return { browser, reply };
    };
    const proofOf = async (browser: OidcBrowser) =>
      (await browser.send('POST', 'account/identities/authorize', { body: { provider: 'closed' } })).body.code ??
      'fresh';

    test.each([
      [['pwd'], false],
      [['pwd', 'otp', 'mfa'], true],
    ])('methods %j: second factor %s', async (amr, expected) => {
      const userId = userIdOf(await signIn(somebody({ amr }), 'open'));
      const [session] = await rows<{ provider: string; second_factor_at: number | null }>(
        'SELECT provider, second_factor_at FROM access_sessions WHERE user_id = ?',
        [userId],
      );
      expect([session?.provider, session?.second_factor_at !== null]).toEqual(['open', expected]);
    });

    test('is as old as the provider says, so who was signed in there for long proves it anew', async () => {
      idp.signsIn(somebody());
      expect(await proofOf((await begin({})).browser)).toBe('fresh');
      idp.alterIdToken = claims => ({ ...claims, auth_time: Math.floor((clock.now() - 2 * HOUR) / 1000) });
      expect(await proofOf((await begin({})).browser)).toBe('step_up_required');
      expect((await begin({ prompt: 'login' })).reply.body.code).toBe('oidc_answer_invalid');
      idp.alterIdToken = null;
      expect(await proofOf((await begin({ prompt: 'login' })).browser)).toBe('fresh');
    });

    test('is always asked of the provider: that it let somebody through without a word proves nothing', async () => {
      idp.signsIn(somebody());
      const begun = await new OidcBrowser(backend).begin({ provider: 'open' });
      const sent = new URL(String(begun.body.authorization_url)).searchParams;
      expect([sent.get('prompt'), Number(sent.get('max_age'))]).toEqual([null, REFRESH_TOKEN_SECONDS]);
      let said: unknown;
      idp.alterIdToken = claims => {
        said = claims['auth_time'];
        return claims;
      };
      await begin({});
      expect(typeof said).toBe('number');
    });
  });

  test('an organization that demands its provider lets no other session in, and hinders nobody elsewhere', async () => {
    const [owner, person] = [await backend.signUp(), somebody()];
    const member = await accountWith(person.email, true);
    await run(`UPDATE access_organizations SET required_provider = 'trusted' WHERE organization_id = ?`, [
      owner.organizationId,
    ]);
    await run(`INSERT INTO access_memberships (user_id, organization_id, role, created_at) VALUES (?, ?, 'admin', 1)`, [
      member.userId,
      owner.organizationId,
    ]);
    const there = { 'x-project-id': owner.projectId };
    const projects = (token: string, headers = {}) => backend.request('GET', 'projects', { token, headers });
    expect(await projects(member.token, there)).toMatchObject({
      status: 403,
      body: { code: 'auth_enterprise_required' },
    });
    expect((await projects(member.token)).status).toBe(200);
    const me = await backend.call(getMe, { token: member.token, headers: there });
    expect(me.restriction).toBe('auth_enterprise_required');

    idp.signsIn(person);
    const tokenThrough = async (provider: string) => {
      const browser = new OidcBrowser(backend);
      const begun = await browser.begin({ provider, session: 'token' });
      const answer = await browser.visit(String(begun.body.authorization_url));
      const opened = await browser.exchange(answer, { session: 'token', flow_token: begun.body.flow_token });
      expect(userIdOf(opened)).toBe(member.userId);
      return String(opened.body.access_token);
    };
    expect((await projects(await tokenThrough('trusted'), there)).status).toBe(200);
    await run('UPDATE access_identities SET provider = ? WHERE subject = ?', ['both', person.sub]);
    expect((await projects(await tokenThrough('both'), there)).body.code).toBe('auth_enterprise_required');
  });
});
