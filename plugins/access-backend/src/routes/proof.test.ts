import {
  beginProof,
  beginTotp,
  getMe,
  getProof,
  giveProof,
  removeTotp,
  renewRecoveryCodes,
  signIn,
} from '@portico/plugin-access/contract';
import type { SignedUp } from '@portico/plugin-kit/testing';
import { startTestBackend, TestClock } from '@portico/plugin-kit/testing';
import { codeOf, signInByTotp, withPasskey, withTotp } from '../testing/people-with-factors';
import { administrator } from '../testing/platform-people';
import type { SoftwareAuthenticator } from '../testing/software-authenticator';

type Backend = Awaited<ReturnType<typeof startTestBackend>>;
const MINUTE = 60_000;

describe.each(['sqlite', 'postgres'] as const)('confirming again who one is, on %s', database => {
  let backend: Backend;
  const clock = new TestClock();
  beforeAll(async () => {
    // The access token outlives the proof here, so that a session can be stale while it works.
    backend = await startTestBackend({
      database,
      clock,
      plugins: ['access', 'billing'],
      settings: { access: { proofMinutes: 5 } },
    });
  });
  afterAll(() => backend.stop());

  const stale = () => clock.advance(5 * MINUTE);
  const sql = (statement: string, parameter: string) =>
    backend.services.database.transaction(tx => tx.run(statement, [parameter]));
  const sensitive = async (token: string) => {
    const { status, body } = await backend.request('POST', 'account/factors/recovery-codes', { token });
    return status === 201 ? 'done' : body.code;
  };

  test('is asked for when the last time is too long ago, and not before', async () => {
    const { token } = await backend.signUp();
    const proof = await backend.call(getProof, { token });
    expect(proof).toEqual({
      fresh_until: new Date(clock.now() + 5 * MINUTE).toISOString(),
      methods: ['password'],
      provider: null,
    });
    await clock.advance(5 * MINUTE - 1);
    await backend.call(beginTotp, { token });
    await clock.advance(1);
    expect(await backend.refusal(beginTotp, { token })).toMatchObject({ status: 403, code: 'step_up_required' });
    expect((await backend.call(getProof, { token })).fresh_until).toBeNull();
    // What is the person's own and harmless stays open.
    await backend.call(getMe, { token });
  });

  test('by the password, where there is nothing better', async () => {
    const { token, password } = await backend.signUp();
    await stale();
    const wrong = await backend.refusal(giveProof, { token, body: { method: 'password', password: 'wrong horse' } });
    expect(wrong).toMatchObject({ status: 403, code: 'proof_wrong' });
    expect((await backend.refusal(beginTotp, { token })).code).toBe('step_up_required');
    const given = await backend.call(giveProof, { token, body: { method: 'password', password } });
    expect(given.fresh_until).toBe(new Date(clock.now() + 5 * MINUTE).toISOString());
    await backend.call(beginTotp, { token });
    const deeds = await backend.services.database.read.all<{ action: string; changes_json: string }>(
      `SELECT action, changes_json FROM platform_audit_log WHERE action LIKE 'access.session.prove%' AND actor_id = (
         SELECT user_id FROM access_sessions WHERE authenticated_at = ? ORDER BY session_id DESC LIMIT 1) ORDER BY at, audit_id`,
      [clock.now()],
    );
    expect(deeds.map(({ action }) => action).sort()).toEqual(['access.session.prove', 'access.session.prove_wrong']);
    expect(JSON.stringify(deeds)).not.toContain(password);
  });

  test('frees this session alone', async () => {
    const { token, username, password } = await backend.signUp();
    const { access_token: other = '' } = await backend.call(signIn, { body: { username, password } });
    await stale();
    await backend.call(giveProof, { token, body: { method: 'password', password } });
    expect((await backend.refusal(beginTotp, { token: other })).code).toBe('step_up_required');
  });

  test('by a code of the app, which is good once; the password alone does not do', async () => {
    const person = await backend.signUp();
    const { token, password } = person;
    const { secret } = await withTotp(backend, clock, token);
    await stale();
    expect((await backend.call(getProof, { token })).methods).toEqual(['totp']);
    expect(await sensitive(token)).toBe('step_up_required');
    const byPassword = await backend.refusal(giveProof, { token, body: { method: 'password', password } });
    expect(byPassword).toMatchObject({
      status: 409,
      code: 'proof_method_unavailable',
      details: { methods: ['totp'], provider: null },
    });
    expect(await sensitive(token)).toBe('step_up_required');
    const code = codeOf(secret, clock);
    await backend.call(giveProof, { token, body: { method: 'totp', code } });
    expect(await sensitive(token)).toBe('done');
    expect((await backend.refusal(giveProof, { token, body: { method: 'totp', code } })).code).toBe('proof_wrong');
  });

  test('by a code that a sign-in spent is refused', async () => {
    const person = await backend.signUp();
    const { secret } = await withTotp(backend, clock, person.token);
    const code = codeOf(secret, clock);
    await signInByTotp(backend, clock, { ...person, secret });
    const body = { method: 'totp', code } as const;
    expect((await backend.refusal(giveProof, { token: person.token, body })).code).toBe('proof_wrong');
  });

  test('by a passkey of one’s own, for a challenge of this session', async () => {
    const ada = await backend.signUp();
    const bob = await backend.signUp();
    const { authenticator } = await withPasskey(backend, ada.token);
    const bobs = await withPasskey(backend, bob.token);
    await stale();
    const { token } = ada;
    expect((await backend.call(getProof, { token })).methods).toEqual(['passkey']);
    const prove = (challenge: string, assertion: ReturnType<SoftwareAuthenticator['assert']>, by = token) =>
      backend.request('POST', 'account/proof', { token: by, body: { method: 'passkey', challenge, assertion } });

    const first = await backend.call(beginProof, { token });
    expect(first.options.allowCredentials).toMatchObject([{ id: authenticator.credentialId }]);
    const right = authenticator.assert(first.options);
    expect((await prove(first.challenge, right, bob.token)).body.code).toBe('passkey_challenge_expired');
    expect((await prove(first.challenge, bobs.authenticator.assert(first.options))).body.code).toBe('proof_wrong');
    expect((await prove(first.challenge, right)).body.code).toBe('passkey_challenge_expired');
    expect(await sensitive(token)).toBe('step_up_required');

    const second = await backend.call(beginProof, { token });
    expect((await prove(second.challenge, right)).body.code).toBe('proof_wrong');
    const third = await backend.call(beginProof, { token });
    expect((await prove(third.challenge, authenticator.assert(third.options))).status).toBe(200);
    expect(await sensitive(token)).toBe('done');

    const late = await backend.call(beginProof, { token });
    clock.set(Date.parse(late.expires_at));
    expect((await prove(late.challenge, authenticator.assert(late.options))).body.code).toBe(
      'passkey_challenge_expired',
    );
  });

  test('by a challenge for signing in, or for adding a passkey, is refused', async () => {
    const { token } = await backend.signUp();
    const { authenticator } = await withPasskey(backend, token);
    const begun = await backend.request('POST', 'auth/passkeys/challenge');
    const { challenge, options } = begun.body as { challenge: string; options: never };
    const body = { method: 'passkey', challenge, assertion: authenticator.assert(options) } as const;
    expect((await backend.refusal(giveProof, { token, body })).code).toBe('passkey_challenge_expired');
  });

  test('by a factor lifts what an organization asks of the sign-in', async () => {
    const person = await backend.signUp();
    const { token } = person;
    const { secret } = await withTotp(backend, clock, token);
    await sql(
      'UPDATE access_organizations SET requires_second_factor = 1 WHERE organization_id = ?',
      person.organizationId,
    );
    // As of a session that was opened before there was a factor.
    await sql('UPDATE access_sessions SET second_factor_at = NULL WHERE user_id = ?', person.userId);
    const restriction = async () => (await backend.call(getMe, { token })).restriction;
    expect(await restriction()).toBe('second_factor_required');
    await backend.call(giveProof, { token, body: { method: 'totp', code: codeOf(secret, clock) } });
    expect(await restriction()).toBeNull();
  });

  test('is impossible for who came by a provider and has nothing here: details say to sign in again', async () => {
    const person = await backend.signUp();
    await sql(`UPDATE access_sessions SET provider = 'acme' WHERE user_id = ?`, person.userId);
    await sql('DELETE FROM access_credentials WHERE user_id = ?', person.userId);
    const { token } = person;
    expect(await backend.call(getProof, { token })).toMatchObject({ methods: [], provider: 'acme' });
    const refusals = [
      await backend.refusal(giveProof, { token, body: { method: 'password', password: person.password } }),
      await backend.refusal(beginProof, { token }),
    ];
    for (const refusal of refusals) {
      expect(refusal).toMatchObject({
        status: 409,
        code: 'proof_method_unavailable',
        details: { methods: [], provider: 'acme' },
      });
    }
  });

  test.each(['password', 'totp', 'passkey'] as const)('by %s without what it needs is malformed', async method => {
    const { token } = await backend.signUp();
    expect((await backend.refusal(giveProof, { token, body: { method } })).code).toBe('request_malformed');
  });

  const someKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJnWBxg9qCOOsew8JffWYvlK07bXfyqGJI+OvaXAb6YU';
  test.each([
    ['add an SSH key', 'POST', 'ssh-keys', { name: 'laptop', public_key: someKey }],
    ['remove an SSH key', 'DELETE', 'ssh-keys/key_1', undefined],
    ['make an API key', 'POST', 'api-keys', { name: 'robot', scopes: ['access.ssh_key.read'] }],
    ['rotate an API key', 'POST', 'api-keys/apikey_1/rotate', {}],
    ['delete a project', 'DELETE', 'projects/proj_1', undefined],
    ['take a passkey away', 'DELETE', 'account/factors/passkeys/passkey_1', undefined],
    ['take the app away', 'DELETE', 'account/factors/totp', undefined],
  ])('is asked of a person to %s', async (_what, method, path, body) => {
    const { token, password } = await backend.signUp();
    await stale();
    const attempt = async () => (await backend.request(method, path, { token, body })).body?.code;
    expect(await attempt()).toBe('step_up_required');
    await backend.call(giveProof, { token, body: { method: 'password', password } });
    expect([undefined, 'not_found']).toContain(await attempt());
  });

  test('is asked of an administrator who credits somebody', async () => {
    const { userId } = await backend.signUp();
    const { token } = await administrator(backend);
    await stale();
    const body = { amount: { amount: '1000000', currency: 'USD', scale: 6 }, reason: 'goodwill' };
    const reply = await backend.request('POST', `admin/users/${userId}/balance`, { token, body });
    expect(reply).toMatchObject({ status: 403, body: { code: 'step_up_required' } });
  });

  test('is for people: an API key can neither prove nor be asked', async () => {
    const { token } = await backend.signUp();
    const key = await backend.request('POST', 'api-keys', {
      token,
      body: { name: 'robot', scopes: ['access.ssh_key.read'] },
    });
    const secret = String(key.body.key);
    expect((await backend.refusal(getProof, { token: secret })).code).toBe('session_required');
    expect((await backend.refusal(removeTotp, { token: secret })).code).toBe('session_required');
    expect((await backend.refusal(renewRecoveryCodes, { token: secret })).code).toBe('session_required');
  });
});

describe.each(['sqlite', 'postgres'] as const)('guessing in an open session, on %s', database => {
  test('is limited like signing in', async () => {
    const backend = await startTestBackend({
      database,
      plugins: ['access', 'billing'],
      settings: { rateLimits: { signIn: { perMinute: 3, burst: 0 } } },
    });
    try {
      const person: SignedUp = await backend.signUp();
      const prove = async (password: string) =>
        (await backend.refusal(giveProof, { token: person.token, body: { method: 'password', password } })).code;
      const codes = [await prove('a'), await prove('b'), await prove('c'), await prove(person.password)];
      expect(codes).toEqual(['proof_wrong', 'proof_wrong', 'proof_wrong', 'rate_limited']);
    } finally {
      await backend.stop();
    }
  });
});
