import {
  addPasskey,
  beginPasskey,
  beginPasskeySignIn,
  getFactors,
  getMe,
  getSignInOptions,
  removePasskey,
  renamePasskey,
  signIn,
  signInWithPasskey,
  signInWithSecondFactor,
} from '@portico/plugin-access/contract';
import { startTestBackend, TestClock } from '@portico/plugin-kit/testing';
import { originOf, passwordStep, withPasskey, withTotp } from '../testing/people-with-factors';
import { SoftwareAuthenticator } from '../testing/software-authenticator';
import type { Mischief } from '../testing/software-authenticator';

type Backend = Awaited<ReturnType<typeof startTestBackend>>;
const MINUTE = 60_000;
const REJECTED = { status: 401, code: 'passkey_wrong', details: {} };

describe.each(['sqlite', 'postgres'] as const)('passkeys, on %s', database => {
  let backend: Backend;
  const clock = new TestClock();
  beforeAll(async () => {
    backend = await startTestBackend({ database, clock, plugins: ['access', 'billing'] });
  });
  afterAll(() => backend.stop());

  const works = async (token: string) => (await backend.request('GET', 'me', { token })).status;

  describe('being added', () => {
    test('are listed by name, and come as the first factor with recovery codes', async () => {
      const { token } = await backend.signUp();
      const { passkey, recoveryCodes } = await withPasskey(backend, token, ' Laptop ');
      expect(passkey).toEqual({
        passkey_id: expect.stringMatching(/^passkey_/),
        name: 'Laptop',
        created_at: new Date(clock.now()).toISOString(),
        last_used_at: null,
        is_backed_up: true,
      });
      expect(recoveryCodes).toHaveLength(10);
      await clock.advance(1000);
      const second = await withPasskey(backend, token, 'Key');
      expect(second.recoveryCodes).toBeNull();
      const factors = await backend.call(getFactors, { token });
      expect(factors.passkeys).toEqual([passkey, second.passkey]);
      expect(factors.recovery_codes_left).toBe(10);
    });

    test('are asked for as discoverable, by a verified user, for this portal, without telling who made the device', async () => {
      const { token, userId, username } = await backend.signUp();
      const { authenticator } = await withPasskey(backend, token);
      const { options } = await backend.call(beginPasskey, { token });
      expect(options).toMatchObject({
        rp: { id: 'localhost', name: 'Portico' },
        user: { id: Buffer.from(userId).toString('base64url'), name: username },
        excludeCredentials: [{ id: authenticator.credentialId, type: 'public-key' }],
        authenticatorSelection: { residentKey: 'required', requireResidentKey: true, userVerification: 'required' },
        attestation: 'none',
      });
    });

    const wrong: [string, Mischief][] = [
      ['a page of another origin', { origin: 'https://evil.example' }],
      ['the address of the portal by another name', { origin: 'http://localhost.evil.example' }],
      ['another RP id', { rpId: 'evil.example' }],
      ['another challenge', { challenge: 'AAAA' }],
      ['a user who was not verified', { userVerified: false }],
      ['the answer to another question', { type: 'webauthn.get' }],
    ];
    test.each(wrong)('are refused from %s, and the challenge is spent by it', async (_what, mischief) => {
      const { token } = await backend.signUp();
      const authenticator = new SoftwareAuthenticator(originOf(backend));
      const { challenge, options } = await backend.call(beginPasskey, { token });
      const add = (given: Mischief) =>
        backend.refusal(addPasskey, {
          token,
          body: { challenge, name: 'Laptop', credential: authenticator.register(options, given) },
        });
      expect(await add(mischief)).toMatchObject({ status: 422, code: 'passkey_not_accepted' });
      expect(await add({})).toMatchObject({ status: 410, code: 'passkey_challenge_expired' });
      expect((await backend.call(getFactors, { token })).passkeys).toEqual([]);
    });

    test('need a challenge of this session, within five minutes, once', async () => {
      const ada = await backend.signUp();
      const bob = await backend.signUp();
      const authenticator = new SoftwareAuthenticator(originOf(backend));
      const { challenge, options, expires_at } = await backend.call(beginPasskey, { token: ada.token });
      expect(Date.parse(expires_at) - clock.now()).toBe(5 * MINUTE);
      const body = { challenge, name: 'Laptop', credential: authenticator.register(options) };
      const { access_token = '' } = await backend.call(signIn, {
        body: { username: ada.username, password: ada.password },
      });
      for (const token of [bob.token, access_token])
        expect((await backend.refusal(addPasskey, { token, body })).code).toBe('passkey_challenge_expired');
      const replies = await Promise.all(
        Array.from({ length: 4 }, () =>
          backend.request('POST', 'account/factors/passkeys', { token: ada.token, body }),
        ),
      );
      expect(replies.map(({ status }) => status).sort()).toEqual([201, 410, 410, 410]);

      const late = await backend.call(beginPasskey, { token: bob.token });
      clock.set(Date.parse(late.expires_at));
      const other = new SoftwareAuthenticator(originOf(backend));
      const given = { challenge: late.challenge, name: 'Late', credential: other.register(late.options) };
      expect((await backend.refusal(addPasskey, { token: bob.token, body: given })).code).toBe(
        'passkey_challenge_expired',
      );
    });

    test('are one account’s: a credential that is known is refused for another', async () => {
      const ada = await backend.signUp();
      const bob = await backend.signUp();
      const { authenticator } = await withPasskey(backend, ada.token);
      const { challenge, options } = await backend.call(beginPasskey, { token: bob.token });
      const body = { challenge, name: 'Stolen', credential: authenticator.register(options) };
      expect(await backend.refusal(addPasskey, { token: bob.token, body })).toMatchObject({
        status: 409,
        code: 'passkey_duplicate',
      });
    });

    test('are at most twenty', async () => {
      const { token } = await backend.signUp();
      for (let count = 0; count < 20; count += 1) await withPasskey(backend, token);
      expect(await backend.refusal(beginPasskey, { token })).toMatchObject({ code: 'passkey_limit_reached' });
    });
  });

  test('are renamed and taken away by their owner alone', async () => {
    const ada = await backend.signUp();
    const bob = await backend.signUp();
    const { passkey, authenticator } = await withPasskey(backend, ada.token);
    const params = { passkey_id: passkey.passkey_id };
    const body = { name: 'Desk' };
    expect((await backend.refusal(renamePasskey, { token: bob.token, params, body })).status).toBe(404);
    expect((await backend.refusal(removePasskey, { token: bob.token, params })).status).toBe(404);
    expect(await backend.call(renamePasskey, { token: ada.token, params, body })).toEqual({ ...passkey, name: 'Desk' });
    await backend.call(removePasskey, { token: ada.token, params });
    expect((await backend.refusal(removePasskey, { token: ada.token, params })).status).toBe(404);
    const { challenge, options } = await backend.call(beginPasskeySignIn, {});
    const assertion = authenticator.assert(options);
    expect(await backend.refusal(signInWithPasskey, { body: { challenge, assertion } })).toMatchObject(REJECTED);
    // With the last factor gone the password is enough again.
    await backend.call(signIn, { body: { username: ada.username, password: ada.password } });
  });

  describe('signing in by themselves', () => {
    test('open a session with both factors', async () => {
      const person = await backend.signUp();
      const { authenticator, passkey } = await withPasskey(backend, person.token);
      await clock.advance(MINUTE);
      const { challenge, options } = await backend.call(beginPasskeySignIn, {});
      expect(Object.keys(options).sort()).toEqual(['challenge', 'rpId', 'timeout', 'userVerification']);
      const assertion = authenticator.assert(options);
      const reply = await backend.call(signInWithPasskey, { body: { challenge, assertion } });
      expect(reply.user.username).toBe(person.username);
      const token = reply.access_token ?? '';
      await backend.services.database.transaction(tx =>
        tx.run('UPDATE access_organizations SET requires_second_factor = 1 WHERE organization_id = ?', [
          person.organizationId,
        ]),
      );
      expect((await backend.call(getMe, { token })).restriction).toBeNull();
      const [used] = (await backend.call(getFactors, { token })).passkeys;
      expect(used).toEqual({ ...passkey, last_used_at: new Date(clock.now()).toISOString() });
    });

    test('open a session by cookie for a page of the portal, and for no other', async () => {
      const { token } = await backend.signUp();
      const { authenticator } = await withPasskey(backend, token);
      const attempt = async (headers: Record<string, string>) => {
        const { challenge, options } = await backend.call(beginPasskeySignIn, {});
        const body = { challenge, assertion: authenticator.assert(options), session: 'cookie' };
        return backend.request('POST', 'auth/passkeys/sign-in', { body, headers });
      };
      expect((await attempt({ origin: 'https://evil.example' })).body.code).toBe('csrf_token_invalid');
      const reply = await attempt({ 'sec-fetch-site': 'same-origin', origin: new URL(backend.url).origin });
      expect(Object.keys(reply.body).sort()).toEqual(['csrf_token', 'default_project', 'organization', 'user']);
      expect(reply.headers.get('set-cookie')).toMatch(/^portico=pts_/);
    });

    const wrong: [string, Mischief][] = [
      ['a page of another origin', { origin: 'https://evil.example' }],
      ['another RP id', { rpId: 'evil.example' }],
      ['another challenge', { challenge: 'AAAA' }],
      ['a signature by another key', { forgedSignature: true }],
      ['a user who was not verified', { userVerified: false }],
      ['a copy, whose counter did not move on', { counter: 7 }],
      ['no owner', { userHandle: null }],
      ['another owner', { userHandle: Buffer.from('usr_other').toString('base64url') }],
      ['a credential nobody has', { credentialId: 'AAAAAAAAAAAAAAAAAAAAAA' }],
      ['the answer to another question', { type: 'webauthn.create' }],
    ];
    test.each(wrong)('are refused with %s, all in the same words', async (_what, mischief) => {
      const { token } = await backend.signUp();
      const { authenticator } = await withPasskey(backend, token);
      const attempt = async (given: Mischief) => {
        const { challenge, options } = await backend.call(beginPasskeySignIn, {});
        const body = { challenge, assertion: authenticator.assert(options, given) };
        return backend.request('POST', 'auth/passkeys/sign-in', { body });
      };
      expect((await attempt({ counter: 7 })).status).toBe(200);
      // Nothing but the mischief is wrong with it.
      const refused = await attempt({ counter: 8, ...mischief });
      const { message } = refused.body;
      expect([refused.status, refused.body.code, message]).toEqual([
        401,
        'passkey_wrong',
        'This passkey does not open an account here; choose another, or sign in another way.',
      ]);
      expect((await attempt({ counter: 9 })).status).toBe(200);
    });

    test('cannot be replayed: a challenge is good once, and gone after a wrong answer', async () => {
      const { token } = await backend.signUp();
      const { authenticator } = await withPasskey(backend, token);
      const { challenge, options } = await backend.call(beginPasskeySignIn, {});
      const body = { challenge, assertion: authenticator.assert(options) };
      const replies = await Promise.all(
        Array.from({ length: 5 }, () => backend.request('POST', 'auth/passkeys/sign-in', { body })),
      );
      expect(replies.map(({ status }) => status).sort()).toEqual([200, 401, 401, 401, 401]);
      const again = await backend.refusal(signInWithPasskey, { body });
      expect(again.code).toBe('sign_in_challenge_invalid');
      // What was signed for one challenge is no answer to another.
      const next = await backend.call(beginPasskeySignIn, {});
      const carried = { challenge: next.challenge, assertion: body.assertion };
      expect((await backend.refusal(signInWithPasskey, { body: carried })).code).toBe('passkey_wrong');
      const right = { challenge: next.challenge, assertion: authenticator.assert(next.options) };
      expect((await backend.refusal(signInWithPasskey, { body: right })).code).toBe('sign_in_challenge_invalid');
    });

    test('of two answers with one count at once one is taken', async () => {
      const { token } = await backend.signUp();
      const { authenticator } = await withPasskey(backend, token);
      const asked = await Promise.all(Array.from({ length: 4 }, () => backend.call(beginPasskeySignIn, {})));
      const replies = await Promise.all(
        asked.map(({ challenge, options }) =>
          backend.request('POST', 'auth/passkeys/sign-in', {
            body: { challenge, assertion: authenticator.assert(options, { counter: 3 }) },
          }),
        ),
      );
      expect(replies.map(({ status }) => status).sort()).toEqual([200, 401, 401, 401]);
    });

    test('end after five minutes, elsewhere, and for who is disabled', async () => {
      const person = await backend.signUp();
      const { authenticator } = await withPasskey(backend, person.token);
      const attempt = async (at: { wait?: number; agent?: string }) => {
        const { challenge, options } = await backend.call(beginPasskeySignIn, {});
        await clock.advance(at.wait ?? 0);
        const body = { challenge, assertion: authenticator.assert(options) };
        const headers: Record<string, string> = at.agent === undefined ? {} : { 'user-agent': at.agent };
        return (await backend.request('POST', 'auth/passkeys/sign-in', { body, headers })).body.code;
      };
      expect(await attempt({ wait: 5 * MINUTE })).toBe('sign_in_challenge_invalid');
      expect(await attempt({ agent: 'elsewhere' })).toBe('sign_in_challenge_invalid');
      await backend.services.database.transaction(tx =>
        tx.run(`UPDATE access_users SET status = 'disabled' WHERE user_id = ?`, [person.userId]),
      );
      expect(await attempt({})).toBe('passkey_wrong');
    });

    test('a challenge asked for by nobody is no session, and none after a password either', async () => {
      const person = await backend.signUp();
      const { authenticator } = await withPasskey(backend, person.token);
      const { challenge, options } = await backend.call(beginPasskeySignIn, {});
      expect(await works(challenge)).toBe(401);
      const assertion = authenticator.assert(options);
      const body = { challenge, method: 'passkey', assertion } as const;
      expect((await backend.refusal(signInWithSecondFactor, { body })).code).toBe('sign_in_challenge_invalid');
    });
  });

  describe('after a password', () => {
    test('finish the sign-in, each for its own account', async () => {
      const ada = await backend.signUp();
      const bob = await backend.signUp();
      const adas = await withPasskey(backend, ada.token);
      const bobs = await withPasskey(backend, bob.token);
      const { challenge, methods, passkey } = await passwordStep(backend, ada);
      expect(methods).toEqual(['passkey', 'recovery_code']);
      expect(passkey?.allowCredentials).toEqual([
        { id: adas.authenticator.credentialId, type: 'public-key', transports: ['internal'] },
      ]);
      // The password was right: that is worth more than what the authenticator is shown.
      expect(passkey?.challenge).not.toBe(challenge);
      if (passkey === null) throw new Error('there is a passkey');
      const answer = (assertion: ReturnType<SoftwareAuthenticator['assert']>) =>
        backend.request('POST', 'auth/second-factor', { body: { challenge, method: 'passkey', assertion } });
      expect(await answer(bobs.authenticator.assert(passkey))).toMatchObject({
        status: 401,
        body: { code: 'second_factor_wrong', details: { attempts_left: 4 } },
      });
      const right = adas.authenticator.assert(passkey);
      expect((await answer(right)).status).toBe(200);
      expect((await answer(right)).body.code).toBe('sign_in_challenge_invalid');
    });

    test('stand beside the app', async () => {
      const person = await backend.signUp();
      await withTotp(backend, clock, person.token);
      await withPasskey(backend, person.token);
      expect((await passwordStep(backend, person)).methods).toEqual(['passkey', 'totp', 'recovery_code']);
    });
  });

  test('a portal that browsers make none for says so', async () => {
    const elsewhere = await startTestBackend({
      database,
      clock,
      plugins: ['access', 'billing'],
      settings: { server: { publicUrl: 'http://192.0.2.7:7007' } },
    });
    try {
      const { token } = await elsewhere.signUp();
      expect((await elsewhere.call(getSignInOptions, {})).methods).toEqual(['personal']);
      expect((await elsewhere.call(getFactors, { token })).passkeys_available).toBe(false);
      expect((await elsewhere.refusal(beginPasskey, { token })).code).toBe('passkeys_unavailable');
      expect((await elsewhere.refusal(beginPasskeySignIn, {})).code).toBe('passkeys_unavailable');
    } finally {
      await elsewhere.stop();
    }
  });
});
