import {
  getFactors,
  getMe,
  removeTotp,
  removeUserFactors,
  renewRecoveryCodes,
  signIn,
  signInWithSecondFactor,
} from '@portico/plugin-access/contract';
import { startTestBackend, TestClock, waitFor } from '@portico/plugin-kit/testing';
import { codeOf, passwordStep, signInByTotp, withPasskey, withTotp } from '../testing/people-with-factors';
import { administrator } from '../testing/platform-people';

type Backend = Awaited<ReturnType<typeof startTestBackend>>;

describe.each(['sqlite', 'postgres'] as const)('what is asked of factors, on %s', database => {
  let backend: Backend;
  const clock = new TestClock();
  beforeAll(async () => {
    backend = await startTestBackend({ database, clock, plugins: ['access', 'billing'] });
  });
  afterAll(() => backend.stop());

  const works = async (token: string) => (await backend.request('GET', 'me', { token })).status;

  describe('an organization that asks for a second factor', () => {
    const demand = (organizationId: string, value: number) =>
      backend.services.database.transaction(tx =>
        tx.run('UPDATE access_organizations SET requires_second_factor = ? WHERE organization_id = ?', [
          value,
          organizationId,
        ]),
      );
    const projects = (token: string) => backend.request('GET', 'projects', { token });

    test('is closed to a session without one, and open at once when one is set up', async () => {
      const person = await backend.signUp();
      const { token, organizationId } = person;
      await demand(organizationId, 1);
      expect(await projects(token)).toMatchObject({ status: 403, body: { code: 'second_factor_required' } });
      expect((await backend.call(getMe, { token })).restriction).toBe('second_factor_required');
      expect((await backend.call(getFactors, { token })).required_by).toMatchObject([
        { organization_id: organizationId },
      ]);
      const { secret } = await withTotp(backend, clock, token);
      expect((await projects(token)).status).toBe(200);
      expect((await backend.call(getMe, { token })).restriction).toBeNull();
      expect((await projects(await signInByTotp(backend, clock, { ...person, secret }))).status).toBe(200);
    });

    test('is no longer heard of in a session without one within seconds of asking', async () => {
      const { token, organizationId } = await backend.signUp();
      const response = await fetch(`${backend.url}/api/v1/events`, { headers: { authorization: `Bearer ${token}` } });
      expect(response.status).toBe(200);
      let ended = false;
      const reading = response.text().then(() => (ended = true));
      await demand(organizationId, 1);
      const before = clock.now();
      await waitFor(async () => {
        await clock.advance(500);
        return ended;
      }, 'the stream ends');
      await reading;
      expect(clock.now() - before).toBeLessThanOrEqual(10_000);
    });

    test('keeps the last factor from being taken away, and only the last', async () => {
      const { token, organizationId } = await backend.signUp();
      await withTotp(backend, clock, token);
      await demand(organizationId, 1);
      const refusal = await backend.refusal(removeTotp, { token });
      expect(refusal).toMatchObject({ status: 409, code: 'second_factor_still_required' });
      expect(refusal.details.organizations).toMatchObject([{ organization_id: organizationId }]);
      await withPasskey(backend, token);
      await backend.call(removeTotp, { token });
      expect((await projects(token)).status).toBe(200);
    });

    test('keeps one of two factors that are taken away at once', async () => {
      const { token, organizationId } = await backend.signUp();
      await withTotp(backend, clock, token);
      const { passkey } = await withPasskey(backend, token);
      await demand(organizationId, 1);
      const replies = await Promise.all([
        backend.request('DELETE', 'account/factors/totp', { token }),
        backend.request('DELETE', `account/factors/passkeys/${passkey.passkey_id}`, { token }),
      ]);
      expect(replies.map(({ status }) => status).sort()).toEqual([204, 409]);
    });

    test('may be every one, by the policy of the platform', async () => {
      const { token, organizationId } = await backend.signUp();
      await withTotp(backend, clock, token);
      const policy = (statement: string) => backend.services.database.transaction(tx => tx.run(statement));
      await policy(`INSERT INTO access_policies (level, organization_id, subject_id, name, value_json, set_by, set_at)
        VALUES ('platform', '', '', 'mfa_required', 'true', 'usr_1', 0)`);
      expect((await backend.call(getFactors, { token })).required_by).toMatchObject([
        { organization_id: organizationId },
      ]);
      expect((await backend.refusal(removeTotp, { token })).code).toBe('second_factor_still_required');
      await policy(`DELETE FROM access_policies WHERE name = 'mfa_required'`);
      await backend.call(removeTotp, { token });
    });

    test('is closed again to a session whose factors went before it asked', async () => {
      const { token, organizationId } = await backend.signUp();
      await withTotp(backend, clock, token);
      await backend.call(removeTotp, { token });
      expect((await backend.call(getFactors, { token })).recovery_codes_left).toBe(0);
      await demand(organizationId, 1);
      expect((await projects(token)).status).toBe(403);
    });
  });

  describe('those of somebody who has lost everything', () => {
    const body = { reason: 'Lost the telephone; known by sight.' };

    test('are taken away by an administrator: the password alone signs in again, and every session has ended', async () => {
      const person = await backend.signUp();
      const { secret } = await withTotp(backend, clock, person.token);
      await withPasskey(backend, person.token);
      const { challenge } = await passwordStep(backend, person);
      const { token } = await administrator(backend);
      const params = { user_id: person.userId };
      expect(await backend.call(removeUserFactors, { token, params, body })).toEqual({ removed_count: 2 });
      expect(await works(person.token)).toBe(401);
      const late = { challenge, method: 'totp', code: codeOf(secret, clock) } as const;
      expect((await backend.refusal(signInWithSecondFactor, { body: late })).code).toBe('sign_in_challenge_invalid');
      const { username, password } = person;
      const { access_token: again = '' } = await backend.call(signIn, { body: { username, password } });
      expect(await backend.call(getFactors, { token: again })).toMatchObject({ totp: null, passkeys: [] });
      expect((await backend.call(getFactors, { token: again })).recovery_codes_left).toBe(0);
      expect(await backend.call(removeUserFactors, { token, params, body })).toEqual({ removed_count: 0 });
      expect(await works(again)).toBe(200);
    });

    test('not by oneself that way, nor by anybody else', async () => {
      const person = await backend.signUp();
      const { token, userId } = await administrator(backend);
      const own = { token, params: { user_id: userId }, body };
      expect((await backend.refusal(removeUserFactors, own)).code).toBe('user_is_self');
      const other = { token: person.token, params: { user_id: userId }, body };
      expect((await backend.refusal(removeUserFactors, other)).code).toBe('permission_denied');
      const nobody = { token, params: { user_id: 'usr_none' }, body };
      expect((await backend.refusal(removeUserFactors, nobody)).code).toBe('not_found');
    });
  });

  test('a change tells an address that is known to be theirs, and no other, what happened', async () => {
    const mail = async (email: string) =>
      (
        await backend.services.database.read.all<{ subject: string }>(
          'SELECT subject FROM platform_mail WHERE recipient = ? ORDER BY message_id',
          [email],
        )
      ).map(({ subject }) => subject);
    const person = await backend.signUp();
    const email = `${person.username}@example.org`;
    const setEmail = (verifiedAt: number | null) =>
      backend.services.database.transaction(tx =>
        tx.run('UPDATE access_users SET email = ?, email_verified_at = ? WHERE user_id = ?', [
          email,
          verifiedAt,
          person.userId,
        ]),
      );
    await setEmail(null);
    await withTotp(backend, clock, person.token);
    expect(await mail(email)).toEqual([]);
    await setEmail(1);
    const { token } = person;
    const renewed = await backend.call(renewRecoveryCodes, { token });
    await clock.advance(1000);
    const { challenge } = await passwordStep(backend, person);
    const code = renewed.recovery_codes[0] ?? '';
    const used = { challenge, method: 'recovery_code', code } as const;
    await backend.call(signInWithSecondFactor, { body: used });
    await clock.advance(1000);
    const guessed = await passwordStep(backend, person);
    const wrong = { challenge: guessed.challenge, method: 'totp', code: '000000' } as const;
    for (let count = 0; count < 5; count += 1) await backend.refusal(signInWithSecondFactor, { body: wrong });
    await clock.advance(1000);
    await backend.call(removeTotp, { token });
    expect(await mail(email)).toEqual([
      'New recovery codes were made for your Portico account',
      'A recovery code opened your Portico account',
      'Somebody knows the password of your Portico account',
      'The app that shows codes was removed from your Portico account',
    ]);
  });
});

describe.each(['sqlite', 'postgres'] as const)('guessing codes, on %s', database => {
  test('is limited by account, however many challenges and networks there are', async () => {
    const clock = new TestClock();
    const backend = await startTestBackend({
      database,
      clock,
      plugins: ['access', 'billing'],
      settings: { server: { trustedProxies: ['127.0.0.1'] }, rateLimits: { signIn: { perMinute: 7, burst: 0 } } },
    });
    try {
      const person = await backend.signUp();
      const { secret } = await withTotp(backend, clock, person.token);
      const guess = async (at: number, code: string) => {
        const headers = { 'x-forwarded-for': `198.51.100.${at}` };
        const { challenge } = await passwordStep(backend, person, headers);
        const body = { challenge, method: 'totp', code };
        return (await backend.request('POST', 'auth/second-factor', { body, headers })).status;
      };
      const statuses: number[] = [];
      for (let at = 1; at <= 8; at += 1) statuses.push(await guess(at, '000000'));
      expect(statuses).toEqual([401, 401, 401, 401, 401, 401, 401, 429]);
      expect(await guess(9, codeOf(secret, clock))).toBe(429);
    } finally {
      await backend.stop();
    }
  });
});
