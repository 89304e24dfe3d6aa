import {
  endOtherSessions,
  endSession,
  getMe,
  getProfile,
  listSessions,
  refreshToken,
  signIn,
  updateProfile,
} from '@portico/plugin-access/contract';
import { listAllAuditLogs, listAuditLogs } from '@portico/plugin-kit/contract';
import { startTestBackend, TestClock, waitFor } from '@portico/plugin-kit/testing';

const password = 'correct horse battery staple';
const FIREFOX = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:139.0) Gecko/20100101 Firefox/139.0';

describe.each(['sqlite', 'postgres'] as const)('sessions, on %s', database => {
  let backend: Awaited<ReturnType<typeof startTestBackend>>;
  const clock = new TestClock();
  beforeAll(async () => {
    backend = await startTestBackend({ database, clock, plugins: ['access', 'billing'] });
  });
  afterAll(() => backend?.stop());

  async function signInAgain(username: string, userAgent = 'curl/8.5.0') {
    clock.set(clock.now() + 1);
    const reply = await backend.call(signIn, { body: { username, password }, headers: { 'user-agent': userAgent } });
    return { token: reply.access_token ?? '', refresh: reply.refresh_token ?? '' };
  }
  const sessions = async (token: string) => (await backend.call(listSessions, { token, query: { limit: 200 } })).items;
  const works = async (token: string) => (await backend.request('GET', 'me', { token })).status === 200;

  test('are listed with what one knows them by, newest first, page by page, and nobody else’s', async () => {
    const ada = await backend.signUp();
    await backend.signUp();
    await signInAgain(ada.username, FIREFOX);
    const last = await signInAgain(ada.username);
    const all = await sessions(last.token);
    expect(all.map(({ device, is_current }) => [device, is_current])).toEqual([
      ['curl', true],
      ['Firefox on Windows', false],
      ['node', false],
    ]);
    expect(all[0]).toMatchObject({ kind: 'token', address: '127.0.0.1', provider: null, has_second_factor: false });
    const pages = [];
    let cursor: string | null = null;
    do {
      const query: { limit: number; cursor?: string } = { limit: 1, ...(cursor === null ? {} : { cursor }) };
      const page = await backend.call(listSessions, { token: last.token, query });
      pages.push(...page.items.map(({ session_id }) => session_id));
      cursor = page.next_cursor;
    } while (cursor !== null);
    expect(pages).toEqual(all.map(({ session_id }) => session_id));
  });

  test('end one by one, their refresh tokens with them, and only one’s own', async () => {
    const [ada, eve] = [await backend.signUp(), await backend.signUp()];
    const other = await signInAgain(ada.username);
    const [{ session_id } = { session_id: '' }] = await sessions(other.token);
    const end = (token: string) => backend.request('DELETE', `account/sessions/${session_id}`, { token });
    expect(await end(eve.token)).toMatchObject({ status: 404, body: { code: 'not_found' } });
    expect(await works(other.token)).toBe(true);
    expect((await end(ada.token)).status).toBe(204);
    expect(await works(other.token)).toBe(false);
    expect((await backend.refusal(refreshToken, { body: { refresh_token: other.refresh } })).status).toBe(401);
    expect((await sessions(ada.token)).map(({ is_current }) => is_current)).toEqual([true]);
    expect((await backend.refusal(endSession, { token: ada.token, params: { session_id } })).status).toBe(404);
    const { items } = await backend.call(listAuditLogs, { token: ada.token, query: { resource_id: session_id } });
    expect(items[0]).toMatchObject({
      action: 'access.session.end',
      changes: { end_reason: { after: 'ended_by_user' } },
    });
  });

  test('end all but the one that asks', async () => {
    const [ada, eve] = [await backend.signUp(), await backend.signUp()];
    const others = [await signInAgain(ada.username), await signInAgain(ada.username)];
    expect(await backend.call(endOtherSessions, { token: ada.token })).toEqual({ ended: 2 });
    expect(await Promise.all(others.map(({ token }) => works(token)))).toEqual([false, false]);
    expect([await works(ada.token), await works(eve.token)]).toEqual([true, true]);
    expect(await backend.call(endOtherSessions, { token: ada.token })).toEqual({ ended: 0 });
  });

  test('are opened anew by every sign-in, whatever cookie was planted in the browser', async () => {
    const [ada, eve] = [await backend.signUp(), await backend.signUp()];
    const open = async (username: string, planted: Record<string, string> = {}) => {
      const reply = await backend.request('POST', 'auth/personal/login', {
        body: { username, password, session: 'cookie' },
        headers: { 'sec-fetch-site': 'same-origin', ...planted },
      });
      expect(reply.status).toBe(200);
      const cookie = reply.headers.get('set-cookie')?.split(';')[0] ?? '';
      return { cookie, 'x-csrf-token': String(reply.body['csrf_token']) };
    };
    const evil = await open(eve.username);
    const opened = await open(ada.username, evil);
    const handle = ({ cookie }: { cookie: string }) => cookie.slice('portico=pts_'.length, 'portico=pts_'.length + 22);
    expect(handle(opened)).not.toBe(handle(evil));
    expect(opened['x-csrf-token']).not.toBe(evil['x-csrf-token']);
    const who = async (headers: { cookie: string }) =>
      ((await backend.request('GET', 'me', { headers })).body as unknown as { user: { user_id: string } }).user.user_id;
    expect([await who(evil), await who(opened)]).toEqual([eve.userId, ada.userId]);
  });

  test('are told in the audit when they open and end, reuse included, and not each time they go on', async () => {
    const ada = await backend.signUp();
    const [{ session_id } = { session_id: '' }] = await sessions(ada.token);
    const next = await backend.call(refreshToken, { body: { refresh_token: ada.refreshToken } });
    await backend.call(refreshToken, { body: { refresh_token: next.refresh_token ?? '' } });
    await backend.refusal(refreshToken, { body: { refresh_token: ada.refreshToken } });
    const again = await signInAgain(ada.username);
    const { items } = await backend.call(listAuditLogs, { token: again.token, query: { resource_id: session_id } });
    expect(items.map(({ action, changes }) => [action, (changes as { end_reason?: object }).end_reason])).toEqual([
      ['access.session.end', { after: 'reused' }],
      ['access.session.open', undefined],
    ]);
  });

  describe('the profile', () => {
    test('is changed by a name, which others hear of', async () => {
      const ada = await backend.signUp();
      const changed = await backend.call(updateProfile, { token: ada.token, body: { display_name: ' Ada Lovelace ' } });
      expect(changed).toMatchObject({ display_name: 'Ada Lovelace', username: ada.username, has_password: true });
      expect((await backend.call(getMe, { token: ada.token })).user.display_name).toBe('Ada Lovelace');
    });

    test.each([
      { status: 'disabled' },
      { kind: 'service_account' },
      { username: 'admin' },
      { user_id: 'usr_someoneelse' },
      { email: 'eve@example.org' },
      { email_verified_at: '2026-01-01T00:00:00.000Z' },
      { pending_email: 'eve@example.org' },
      { organization_id: 'org_other' },
      { platform_role: 'platform_admin' },
      { role: 'owner' },
      { password_hash: 'x' },
      { permissions: ['access.user.manage_any'] },
    ])('takes no other field: %j', async field => {
      const ada = await backend.signUp();
      const before = await backend.call(getProfile, { token: ada.token });
      const reply = await backend.request('PATCH', 'account/profile', {
        token: ada.token,
        body: { display_name: 'Mallory', ...field },
      });
      expect([reply.status, reply.body.code]).toEqual([400, 'request_malformed']);
      expect(await backend.call(getProfile, { token: ada.token })).toEqual(before);
    });
  });

  describe('a sign-in that fails', () => {
    const fail = (username: string, correlationId: string) =>
      backend.request('POST', 'auth/personal/login', {
        body: { username, password: 'wrong password' },
        headers: { 'x-correlation-id': correlationId },
      });
    const told = async (query: object) => {
      const admin = await backend.call(signIn, { body: { username: 'admin', password } });
      const token = admin.access_token ?? '';
      return (await backend.call(listAllAuditLogs, { token, query: { action: 'access.sign_in.fail', ...query } }))
        .items;
    };

    test('is told once, then by tens, with how many there were; again in the next hour', async () => {
      const ada = await backend.signUp();
      for (let attempt = 1; attempt <= 12; attempt += 1) await fail(ada.username, `corr-${attempt}`);
      const failures = async () =>
        (await told({ resource_id: ada.userId })).map(({ changes, correlation_id, actor, organization_id }) => ({
          failures: (changes as { failures: { after: number } }).failures.after,
          correlation_id,
          actor: actor.type,
          organization_id,
        }));
      const organization_id = ada.organizationId;
      expect(await failures()).toEqual([
        { failures: 10, correlation_id: 'corr-10', actor: 'system', organization_id },
        { failures: 1, correlation_id: 'corr-1', actor: 'system', organization_id },
      ]);
      clock.set(clock.now() + 60 * 60 * 1000);
      await fail(ada.username, 'corr-later');
      expect((await failures())[0]).toMatchObject({ failures: 1, correlation_id: 'corr-later' });
    });

    test('with a name nobody has is told without it, since it may be a password', async () => {
      const typed = `my-secret-${database}`;
      clock.set(clock.now() + 60 * 60 * 1000);
      await fail(typed, 'corr-of-nobody');
      const items = await told({ correlation_id: 'corr-of-nobody' });
      expect(items).toMatchObject([{ resource: { type: 'user', id: 'nobody' }, organization_id: null }]);
      const tables = ['platform_audit_log', 'platform_outbox', 'access_sign_in_failures'];
      const rows = await Promise.all(tables.map(table => backend.services.database.read.all(`SELECT * FROM ${table}`)));
      expect(JSON.stringify(rows)).not.toContain(typed);
    });

    test('counts every attempt, though many come at once', async () => {
      const ada = await backend.signUp();
      await Promise.all(Array.from({ length: 20 }, () => fail(ada.username, 'corr-flood')));
      const [row] = await backend.services.database.read.all<{ failures: number }>(
        'SELECT failures FROM access_sign_in_failures WHERE subject = ?',
        [ada.userId],
      );
      expect(row?.failures).toBe(20);
      expect(await told({ resource_id: ada.userId })).toHaveLength(2);
    });
  });
});

test('a session that is ended takes its event stream along within seconds, and no other’s', async () => {
  const backend = await startTestBackend({ plugins: ['access', 'billing'] });
  try {
    const ada = await backend.signUp();
    const elsewhere = await backend.call(signIn, { body: { username: ada.username, password } });
    const listen = async (token: string) => {
      const response = await fetch(`${backend.url}/api/v1/events`, { headers: { authorization: `Bearer ${token}` } });
      const heard = { status: response.status, isOver: false };
      void response.text().then(() => (heard.isOver = true));
      return heard;
    };
    const [here, there] = [await listen(ada.token), await listen(elsewhere.access_token ?? '')];
    expect([here.status, there.status]).toEqual([200, 200]);
    await backend.call(endOtherSessions, { token: ada.token });
    await waitFor(() => there.isOver);
    expect(here.isOver).toBe(false);
  } finally {
    await backend.stop();
  }
});
