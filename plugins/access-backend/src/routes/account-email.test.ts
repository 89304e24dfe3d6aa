import {
  changeEmail,
  getProfile,
  refreshToken,
  requestPasswordReset,
  resendVerification,
  resetPassword,
  signUp,
  verifyEmail,
} from '@portico/plugin-access/contract';
import { startMailCatcher, startTestBackend, TestClock, waitFor } from '@portico/plugin-kit/testing';
import type { MailCatcher } from '@portico/plugin-kit/testing';
import { tokenIn } from '../testing/links';

const password = 'correct horse battery staple';
const HOUR = 60 * 60 * 1000;
const PAGE = '/account/verify-email';

describe.each(['sqlite', 'postgres'] as const)('an e-mail address, on %s', database => {
  let backend: Awaited<ReturnType<typeof startTestBackend>>;
  let catcher: MailCatcher;
  const clock = new TestClock();
  let people = 0;

  beforeAll(async () => {
    catcher = await startMailCatcher();
    backend = await startTestBackend({
      database,
      clock,
      plugins: ['access', 'billing'],
      settings: { mail: catcher.settings },
    });
  });
  afterAll(async () => {
    await backend?.stop();
    await catcher?.stop();
  });

  async function person(email?: string) {
    people += 1;
    const username = `person-${people}`;
    const address = email ?? `${username}@example.org`;
    const seen = catcher.mails.length;
    const reply = await backend.call(signUp, { body: { username, password, email: address } });
    const mail = await waitFor(() => catcher.mails.slice(seen).find(({ to }) => to.includes(address)));
    return { username, email: address, mail, token: reply.access_token ?? '', refresh: reply.refresh_token ?? '' };
  }
  const profile = (token: string) => backend.call(getProfile, { token });
  const mailAfter = (seen: number, to: string) =>
    waitFor(() => catcher.mails.slice(seen).find(mail => mail.to.includes(to)));

  test('is confirmed by the link sent at sign-up, which works once and is not stored', async () => {
    const ada = await person();
    expect(ada.mail.text).toContain(`http://localhost:`);
    expect(await profile(ada.token)).toMatchObject({ email: ada.email, email_verified_at: null, pending_email: null });
    const token = tokenIn(ada.mail, PAGE);
    const rows = await backend.services.database.read.all('SELECT * FROM access_links');
    const kept = await backend.services.database.read.all('SELECT * FROM platform_mail');
    expect(JSON.stringify([rows, kept])).not.toContain(token);
    expect(await backend.call(verifyEmail, { body: { token } })).toEqual({ email: ada.email, username: ada.username });
    expect((await profile(ada.token)).email_verified_at).not.toBeNull();
    expect(await backend.refusal(verifyEmail, { body: { token } })).toMatchObject({
      status: 410,
      code: 'verification_link_invalid',
    });
  });

  test('is not confirmed after a day, by an older link, or by one for another purpose', async () => {
    const ada = await person();
    const first = tokenIn(ada.mail, PAGE);
    const seen = catcher.mails.length;
    await backend.call(resendVerification, { token: ada.token });
    const second = tokenIn(await mailAfter(seen, ada.email), PAGE);
    const refused = async (token: string) => (await backend.refusal(verifyEmail, { body: { token } })).code;
    expect(await refused(first)).toBe('verification_link_invalid');
    expect(await refused('0'.repeat(64))).toBe('verification_link_invalid');
    expect(await backend.refusal(resetPassword, { body: { token: second, password } })).toMatchObject({
      code: 'reset_link_invalid',
    });
    clock.set(clock.now() + 24 * HOUR);
    expect(await refused(second)).toBe('verification_link_invalid');
  });

  test('belongs to the first account that confirms it, though two try at once', async () => {
    const two = [await person(`shared-${database}@example.org`), await person(`Shared-${database}@example.org`)];
    const replies = await Promise.all(
      two.map(({ mail }) => backend.request('POST', 'auth/email/verify', { body: { token: tokenIn(mail, PAGE) } })),
    );
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(replies.find(({ status }) => status === 409)?.body).toMatchObject({ code: 'email_taken' });
    const verified = await Promise.all(two.map(async ({ token }) => (await profile(token)).email_verified_at));
    expect(verified.filter(at => at !== null)).toHaveLength(1);
  });

  test('that somebody has confirmed gets no link for others, and they are answered like anybody', async () => {
    const ada = await person();
    await backend.call(verifyEmail, { body: { token: tokenIn(ada.mail, PAGE) } });
    const eve = await person(ada.email);
    expect(eve.mail.text).toContain('You have confirmed it for your own account');
    expect(eve.mail.text).not.toContain('#');
    expect(await profile(eve.token)).toMatchObject({ email: ada.email, email_verified_at: null });
  });

  test('is replaced when the new one is confirmed; the old one is told, and links to it open nothing any more', async () => {
    const ada = await person();
    await backend.call(verifyEmail, { body: { token: tokenIn(ada.mail, PAGE) } });
    let seen = catcher.mails.length;
    await backend.call(requestPasswordReset, { body: { login: ada.email } });
    const reset = tokenIn(await mailAfter(seen, ada.email), '/login/reset');

    const email = `new-${ada.email}`;
    seen = catcher.mails.length;
    const asked = await backend.call(changeEmail, { token: ada.token, body: { email } });
    expect(asked).toMatchObject({ email: ada.email, pending_email: email });
    expect((await mailAfter(seen, ada.email)).text).toContain(`replace this e-mail address by ${email}`);
    const token = tokenIn(await mailAfter(seen, email), PAGE);

    seen = catcher.mails.length;
    await backend.call(verifyEmail, { body: { token } });
    expect(await profile(ada.token)).toMatchObject({ email, pending_email: null });
    expect((await mailAfter(seen, ada.email)).text).toContain(`now has the e-mail address ${email}`);
    expect(await backend.refusal(resetPassword, { body: { token: reset, password } })).toMatchObject({
      code: 'reset_link_invalid',
    });
  });

  test('is not asked to change by a session that has not proved lately who it is', async () => {
    const ada = await person();
    clock.set(clock.now() + HOUR);
    const { access_token: token } = await backend.call(refreshToken, { body: { refresh_token: ada.refresh } });
    const refusal = await backend.refusal(changeEmail, { token: token ?? '', body: { email: 'eve@example.org' } });
    expect(refusal).toMatchObject({ status: 403, code: 'step_up_required' });
    expect((await profile(token ?? '')).pending_email).toBeNull();
  });

  test('asked for anew ends the request before, and the present one takes it back', async () => {
    const ada = await person();
    await backend.call(verifyEmail, { body: { token: tokenIn(ada.mail, PAGE) } });
    const seen = catcher.mails.length;
    await backend.call(changeEmail, { token: ada.token, body: { email: `b-${ada.email}` } });
    const token = tokenIn(await mailAfter(seen, `b-${ada.email}`), PAGE);
    const back = await backend.call(changeEmail, { token: ada.token, body: { email: ada.email } });
    expect(back).toMatchObject({ email: ada.email, pending_email: null });
    expect((await backend.refusal(verifyEmail, { body: { token } })).code).toBe('verification_link_invalid');
    expect(await backend.refusal(resendVerification, { token: ada.token })).toMatchObject({
      status: 409,
      code: 'email_not_pending',
    });
  });

  test('is sent five links an hour at most, whoever asks', async () => {
    const ada = await person();
    for (let link = 2; link <= 5; link += 1) await backend.call(resendVerification, { token: ada.token });
    expect(await backend.refusal(resendVerification, { token: ada.token })).toMatchObject({
      status: 429,
      code: 'rate_limited',
      details: { limit: 'linksPerHour' },
    });
    // Another account that names it is made all the same, and sends nothing.
    await backend.call(signUp, { body: { username: `other-${ada.username}`, password, email: ada.email } });
    await waitFor(() => catcher.mails.filter(({ to }) => to.includes(ada.email)).length === 5);
    const sent = await backend.services.database.read.all('SELECT message_id FROM platform_mail WHERE recipient = ?', [
      ada.email,
    ]);
    expect(sent).toHaveLength(5);
    clock.set(clock.now() + HOUR);
    const { access_token: token } = await backend.call(refreshToken, { body: { refresh_token: ada.refresh } });
    await backend.call(resendVerification, { token: token ?? '' });
  });

  test.each([
    'ada@example.org\r\nBcc: eve@example.org',
    'ada@example.org, eve@example.org',
    'ada@example.org,eve@example.org',
    'Eve <eve@example.org>',
    'nowhere',
    `${'a'.repeat(65)}@example.org`,
  ])('is one address: %j is refused', async email => {
    const refusal = await backend.request('POST', 'auth/personal/signup', {
      body: { username: 'injector', password, email },
    });
    expect([refusal.status, refusal.body.code]).toEqual([400, 'request_malformed']);
  });
});
