import {
  changeEmail,
  changePassword,
  checkPassword,
  createApiKey,
  getMe,
  getProfile,
  listApiKeys,
  refreshToken,
  requestPasswordReset,
  resetPassword,
  signInWithSecondFactor,
  signIn,
  signUp,
  verifyEmail,
} from '@portico/plugin-access/contract';
import { mailRef } from '@portico/plugin-kit/backend';
import { startMailCatcher, startTestBackend, TestClock, waitFor } from '@portico/plugin-kit/testing';
import type { MailCatcher } from '@portico/plugin-kit/testing';
import { PasswordHasher } from '../authentication/password-hasher';
import { lockUser } from '../store/users';
import { tokenIn } from '../testing/links';
import { isWaiting } from '../testing/row-locks';

const password = 'correct horse battery staple';
const other = 'another horse battery staple';
const HOUR = 60 * 60 * 1000;
const PAGE = '/login/reset';
const VERIFY = '/account/verify-email';

describe.each(['sqlite', 'postgres'] as const)('a password, on %s', database => {
  let backend: Awaited<ReturnType<typeof start>>;
  let catcher: MailCatcher;
  const clock = new TestClock();
  let people = 0;

  const start = () =>
    startTestBackend({
      database,
      clock,
      plugins: ['access', 'billing'],
      settings: { mail: catcher.settings },
      expose: { mail: mailRef },
    });
  beforeAll(async () => {
    catcher = await startMailCatcher();
    backend = await start();
  });
  afterAll(async () => {
    await backend?.stop();
    await catcher?.stop();
  });

  const mailAfter = (seen: number, to: string, words: string) =>
    waitFor(() => catcher.mails.slice(seen).find(mail => mail.to.includes(to) && mail.text.includes(words)));

  async function person({ isVerified = true } = {}) {
    people += 1;
    const username = `person-${people}`;
    const email = `${username}@example.org`;
    const seen = catcher.mails.length;
    const reply = await backend.call(signUp, { body: { username, password, email } });
    const mail = await mailAfter(seen, email, VERIFY);
    if (isVerified) await backend.call(verifyEmail, { body: { token: tokenIn(mail, VERIFY) } });
    const { access_token: token = '', refresh_token: refresh = '' } = reply;
    return { userId: reply.user.user_id, username, email, token, refresh };
  }
  async function linkFor(login: string, email: string) {
    const seen = catcher.mails.length;
    await backend.call(requestPasswordReset, { body: { login } });
    return tokenIn(await mailAfter(seen, email, PAGE), PAGE);
  }
  const signsIn = async (username: string, given: string) =>
    (await backend.request('POST', 'auth/personal/login', { body: { username, password: given } })).status === 200;
  /** Once a later request was answered with a message, the earlier ones were dealt with: they are taken in order. */
  async function linksTo(email: string) {
    const last = await person();
    await linkFor(last.username, last.email);
    return backend.services.database.read.all(
      'SELECT message_id FROM platform_mail WHERE recipient = ? AND subject LIKE ?',
      [email, 'Set a new password%'],
    );
  }

  describe('that is forgotten', () => {
    test('is set anew by the link, once; every session ends and keys go on', async () => {
      const ada = await person();
      const elsewhere = await backend.call(signIn, { body: { username: ada.username, password } });
      const key = await backend.call(createApiKey, {
        token: ada.token,
        body: { name: 'ci', scopes: ['access.api_key.read'] },
      });
      const token = await linkFor(ada.username, ada.email);
      const seen = catcher.mails.length;
      const reply = await backend.request('POST', 'auth/password/reset', { body: { token, password: other } });
      expect([reply.status, reply.text]).toEqual([204, '']);
      for (const session of [ada.token, elsewhere.access_token ?? ''])
        expect((await backend.refusal(getMe, { token: session })).status).toBe(401);
      expect((await backend.refusal(refreshToken, { body: { refresh_token: ada.refresh } })).status).toBe(401);
      await backend.call(listApiKeys, { token: key.key });
      expect([await signsIn(ada.username, password), await signsIn(ada.username, other)]).toEqual([false, true]);
      expect((await mailAfter(seen, ada.email, 'was changed')).subject).toContain('has changed');
      expect(await backend.refusal(resetPassword, { body: { token, password } })).toMatchObject({
        status: 410,
        code: 'reset_link_invalid',
      });
    });

    test('is asked for by address in any case, and by name', async () => {
      const ada = await person();
      await linkFor(ada.email.toUpperCase(), ada.email);
      await linkFor(` ${ada.username.toUpperCase()} `, ada.email);
    });

    test('is not set by an older link, after an hour, or twice at once', async () => {
      const ada = await person();
      const [first, second] = [await linkFor(ada.email, ada.email), await linkFor(ada.email, ada.email)];
      const reset = async (token: string) =>
        (await backend.request('POST', 'auth/password/reset', { body: { token, password: other } })).status;
      expect(await reset(first)).toBe(410);
      const replies = await Promise.all([reset(second), reset(second), reset(second)]);
      expect(replies.sort()).toEqual([204, 410, 410]);
      const third = await linkFor(ada.email, ada.email);
      clock.set(clock.now() + HOUR);
      expect(await reset(third)).toBe(410);
    });

    test('is not replaced by a weak one, which leaves the link for another try', async () => {
      const ada = await person();
      const token = await linkFor(ada.email, ada.email);
      for (const weak of ['password123', `${ada.username}-2026`, 'x'.repeat(20)]) {
        expect(await backend.refusal(resetPassword, { body: { token, password: weak } })).toMatchObject({
          status: 422,
          code: 'password_too_weak',
        });
      }
      await backend.request('POST', 'auth/password/reset', { body: { token, password: other } });
      expect(await signsIn(ada.username, other)).toBe(true);
    });

    test('does away with the second factor no more than with anything else', async () => {
      const ada = await person();
      await backend.services.database.transaction(tx =>
        tx.run(
          `INSERT INTO access_totp (user_id, secret_encrypted, created_at, confirmed_at) VALUES (?, 'sealed', ?, ?)`,
          [ada.userId, tx.now, tx.now],
        ),
      );
      const before = await backend.refusal(signIn, { body: { username: ada.username, password } });
      expect(before.code).toBe('second_factor_needed');
      const token = await linkFor(ada.email, ada.email);
      await backend.call(resetPassword, { body: { token, password: other } });
      const after = await backend.refusal(signIn, { body: { username: ada.username, password: other } });
      expect(after.code).toBe('second_factor_needed');
      // What the old password had begun does not go on.
      const challenge = before.details['challenge'] as string;
      const late = await backend.refusal(signInWithSecondFactor, {
        body: { challenge, method: 'recovery_code', code: 'abcd-efgh-jkmn' },
      });
      const inTime = await backend.refusal(signInWithSecondFactor, {
        body: { challenge: after.details['challenge'] as string, method: 'recovery_code', code: 'abcd-efgh-jkmn' },
      });
      expect([late.code, inTime.code]).toEqual(['sign_in_challenge_invalid', 'second_factor_wrong']);
    });

    test('ends what somebody with the old one had begun: another address, and links', async () => {
      const ada = await person();
      const seen = catcher.mails.length;
      await backend.call(changeEmail, { token: ada.token, body: { email: `eve-${ada.email}` } });
      const evesLink = tokenIn(await mailAfter(seen, `eve-${ada.email}`, VERIFY), VERIFY);
      const token = await linkFor(ada.email, ada.email);
      await backend.call(resetPassword, { body: { token, password: other } });
      expect(await backend.refusal(verifyEmail, { body: { token: evesLink } })).toMatchObject({ status: 410 });
      const { access_token } = await backend.call(signIn, { body: { username: ada.username, password: other } });
      expect(await backend.call(getProfile, { token: access_token ?? '' })).toMatchObject({
        email: ada.email,
        pending_email: null,
      });
    });

    test('gets no link where nobody confirmed the address, the user is kept out or no person, or there is no password', async () => {
      const unverified = await person({ isVerified: false });
      const [disabled, program, provider] = [await person(), await person(), await person()];
      await backend.services.database.transaction(async tx => {
        await tx.run(`UPDATE access_users SET status = 'disabled' WHERE user_id = ?`, [disabled.userId]);
        await tx.run(`UPDATE access_users SET kind = 'service_account' WHERE user_id = ?`, [program.userId]);
        await tx.run('DELETE FROM access_credentials WHERE user_id = ?', [provider.userId]);
      });
      for (const { username, email } of [unverified, disabled, program, provider]) {
        for (const login of [username, email]) await backend.call(requestPasswordReset, { body: { login } });
        expect(await linksTo(email)).toEqual([]);
      }
    });

    test('is asked for with whatever people type, and nobody waits behind it', async () => {
      const ada = await person();
      for (const login of ['@', "x' OR '1'='1", '\ud800@example.org', '%@%', 'x'.repeat(254)])
        await backend.call(requestPasswordReset, { body: { login } });
      await linkFor(ada.email, ada.email);
    });

    test('is sent five links an hour at most, whoever asks', async () => {
      const ada = await person();
      for (let ask = 1; ask <= 8; ask += 1) await backend.call(requestPasswordReset, { body: { login: ada.email } });
      expect(await linksTo(ada.email)).toHaveLength(5);
    });

    test('is asked for alike by every name: one row, no hash, and nothing waits for mail', async () => {
      const ada = await person();
      const { mail, database: db } = backend.services;
      const hash = jest.spyOn(PasswordHasher.prototype, 'hash');
      const verify = jest.spyOn(PasswordHasher.prototype, 'verify');
      let release: () => void = () => {};
      const held = new Promise<void>(resolve => (release = resolve));
      const enqueue = jest.spyOn(mail, 'enqueue').mockImplementation(() => held);
      try {
        const rows = async () =>
          db.read.all<{ payload_json: string }>(
            `SELECT payload_json FROM platform_outbox WHERE event_type = 'access.password_reset_requested'`,
          );
        const before = (await rows()).length;
        // The one with an account comes last: on SQLite its message, held here, would keep others from writing.
        const logins = ['nobody-here', 'no name at all', 'nobody@example.org', ada.email];
        const replies = [];
        for (const login of logins) {
          const { status, text, headers } = await backend.request('POST', 'auth/password/forgot', { body: { login } });
          replies.push([status, text, headers.get('content-length'), headers.get('retry-after')]);
        }
        expect(new Set(replies.map(reply => JSON.stringify(reply))).size).toBe(1);
        expect(replies[0]?.[0]).toBe(202);
        const written = (await rows()).slice(before);
        expect(written).toHaveLength(logins.length);
        for (const login of logins) expect(JSON.stringify(written)).not.toContain(login);
        await waitFor(() => enqueue.mock.calls.length === 1);
        expect([hash.mock.calls.length, verify.mock.calls.length]).toEqual([0, 0]);
      } finally {
        release();
        for (const spy of [hash, verify, enqueue]) spy.mockRestore();
      }
    });
  });

  describe('that is known', () => {
    test('is changed by who knows it; sessions elsewhere end, this one and keys go on', async () => {
      const ada = await person();
      const elsewhere = await backend.call(signIn, { body: { username: ada.username, password } });
      const key = await backend.call(createApiKey, {
        token: ada.token,
        body: { name: 'ci', scopes: ['access.api_key.read'] },
      });
      const link = await linkFor(ada.email, ada.email);
      const seen = catcher.mails.length;
      await backend.call(changePassword, {
        token: ada.token,
        body: { current_password: password, new_password: other },
      });
      await backend.call(getMe, { token: ada.token });
      await backend.call(listApiKeys, { token: key.key });
      expect((await backend.refusal(getMe, { token: elsewhere.access_token ?? '' })).status).toBe(401);
      expect([await signsIn(ada.username, password), await signsIn(ada.username, other)]).toEqual([false, true]);
      expect((await mailAfter(seen, ada.email, 'was changed')).subject).toContain('has changed');
      expect((await backend.refusal(resetPassword, { body: { token: link, password } })).code).toBe(
        'reset_link_invalid',
      );
    });

    test('is not changed by a session alone, to a weak one, with a key, or where there is none', async () => {
      const ada = await person();
      const change = (token: string, current: string, next: string) =>
        backend.refusal(changePassword, { token, body: { current_password: current, new_password: next } });
      expect(await change(ada.token, 'wrong password', other)).toMatchObject({
        status: 422,
        code: 'current_password_wrong',
      });
      expect(await change(ada.token, password, 'password123')).toMatchObject({ code: 'password_too_weak' });
      const key = await backend.call(createApiKey, {
        token: ada.token,
        body: { name: 'ci', scopes: ['access.api_key.read'] },
      });
      expect(await change(key.key, password, other)).toMatchObject({ status: 403, code: 'session_required' });
      await backend.services.database.transaction(tx =>
        tx.run('DELETE FROM access_credentials WHERE user_id = ?', [ada.userId]),
      );
      expect(await change(ada.token, password, other)).toMatchObject({ status: 409, code: 'password_not_set' });
    });

    test('is changed once by two who change it at once', async () => {
      const ada = await person();
      const change = (next: string) =>
        backend.request('POST', 'account/password', {
          token: ada.token,
          body: { current_password: password, new_password: next },
        });
      const both = () => Promise.all([other, 'a third horse battery staple'].map(change));
      let replies: ReturnType<typeof both> | undefined;
      if (database === 'postgres')
        // Both have shown the present password before either may set another.
        await backend.services.database.transaction(async tx => {
          await lockUser(tx, ada.userId);
          replies ??= both();
          await waitFor(() => isWaiting(tx, 2));
        });
      expect((await (replies ?? both())).map(({ status }) => status).sort()).toEqual([204, 422]);
    });
  });

  test('is looked at before it is set, with what is known of the person', async () => {
    const ada = await person();
    const look = (given: string, body: object = {}, token?: string) =>
      backend.call(checkPassword, { body: { password: given, ...body }, ...(token === undefined ? {} : { token }) });
    expect(await look('correct horse battery staple')).toEqual({ score: 4, is_acceptable: true, advice: null });
    expect(await look('password123')).toMatchObject({ is_acceptable: false, advice: expect.any(String) as string });
    expect(await look('grace-hopper', { username: 'grace-hopper' })).toMatchObject({ is_acceptable: false });
    expect((await look(`${ada.username}-x`)).is_acceptable).not.toBe(
      (await look(`${ada.username}-x`, {}, ada.token)).is_acceptable,
    );
  });
});

test('guesses at the present password and requests for links are counted', async () => {
  const backend = await startTestBackend({
    plugins: ['access', 'billing'],
    settings: { rateLimits: { signIn: { perMinute: 3, burst: 0 }, mail: { perMinute: 3, burst: 0 } } },
  });
  try {
    const { token } = await backend.signUp();
    const guess = async () =>
      (
        await backend.refusal(changePassword, {
          token,
          body: { current_password: 'wrong password', new_password: other },
        })
      ).code;
    expect([await guess(), await guess(), await guess(), await guess()]).toEqual([
      'current_password_wrong',
      'current_password_wrong',
      'current_password_wrong',
      'rate_limited',
    ]);
    const ask = async (login: string) =>
      (await backend.request('POST', 'auth/password/forgot', { body: { login } })).status;
    const asked = [];
    for (const login of ['nobody-here', 'Nobody-Here', ' nobody-here', 'NOBODY-HERE']) asked.push(await ask(login));
    expect(asked).toEqual([202, 202, 202, 429]);
    expect(await ask('somebody-else')).toBe(202);
  } finally {
    await backend.stop();
  }
});
