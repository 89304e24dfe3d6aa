import {
  createProject,
  createServiceAccount,
  endSupportSession,
  getAnyOrganization,
  getMe,
  getProject,
  listAllOrganizations,
  listProjects,
  listSupportSessions,
  openSupportSession,
  revokePlatformRole,
  signIn,
  signOut,
  SUPPORT_SESSION_MINUTES,
  setDefaultProject,
} from '@portico/plugin-access/contract';
import { listAllAuditLogs, listAuditLogs } from '@portico/plugin-kit/contract';
import { startTestBackend, TestClock, waitFor } from '@portico/plugin-kit/testing';
import type { SignedUp } from '@portico/plugin-kit/testing';
import { administrator, givePlatformRole, password } from '../testing/platform-people';

const MINUTE = 60_000;
const clock = new TestClock();
const start = (database: 'sqlite' | 'postgres') =>
  startTestBackend({ database, clock, plugins: ['access', 'billing'], settings: { access: { proofMinutes: 90 } } });
const reason = 'Ticket 4711: their launch fails';

describe.each(['sqlite', 'postgres'] as const)('support, on %s', database => {
  let backend: Awaited<ReturnType<typeof start>>;
  let agent: SignedUp;
  beforeAll(async () => {
    backend = await start(database);
    agent = await newAgent();
  });
  afterAll(() => backend.stop());

  const adminToken = async () => (await administrator(backend)).token;
  async function newAgent(): Promise<SignedUp> {
    const person = await backend.signUp();
    await givePlatformRole(backend, { token: await adminToken(), userId: person.userId, role: 'support_agent' });
    return person;
  }
  /** A new sign-in of the agent, so that no test has the sessions of another. */
  const signedIn = async (person = agent) =>
    (await backend.call(signIn, { body: { username: person.username, password } })).access_token ?? '';
  const open = (token: string, organizationId: string) =>
    backend.call(openSupportSession, { token, body: { organization_id: organizationId, reason } });
  const inside = (projectId: string) => ({ 'x-project-id': projectId });
  const seen = async (token: string, projectId: string) =>
    (await backend.request('GET', 'projects', { token, headers: inside(projectId) })).status;

  test('reads what the owner may read, sees whose guest it is, and changes nothing', async () => {
    const customer = await backend.signUp();
    const token = await signedIn();
    expect(await seen(token, customer.projectId)).toBe(404);
    const session = await open(token, customer.organizationId);
    expect(session).toMatchObject({
      organization: { organization_id: customer.organizationId },
      user: { user_id: agent.userId, username: agent.username },
      reason,
      status: 'open',
      is_own: true,
      project_id: customer.projectId,
      expires_at: new Date(clock.now() + SUPPORT_SESSION_MINUTES * MINUTE).toISOString(),
      ended_at: null,
    });
    const headers = inside(customer.projectId);
    const me = await backend.call(getMe, { token, headers });
    expect(me).toMatchObject({
      user: { user_id: agent.userId },
      organization: { organization_id: customer.organizationId },
      active_project_id: customer.projectId,
      projects: [{ project_id: customer.projectId }],
      support: { support_session_id: session.support_session_id, reason, expires_at: session.expires_at },
    });
    expect(me.organizations.map(item => item.organization_id)).toEqual([agent.organizationId]);
    const granted = me.permissions.filter(permission => !permission.endsWith('.read'));
    expect(granted).toEqual(['access.support.open_any', 'access.user.read_any']);
    expect((await backend.call(listProjects, { token, headers })).items).toHaveLength(1);
    await backend.call(getProject, { token, headers, params: { project_id: customer.projectId } });
    expect((await backend.call(listAuditLogs, { token, headers })).items.length).toBeGreaterThan(0);
    expect((await backend.refusal(createProject, { token, headers, body: { name: 'mine' } })).status).toBe(403);
    expect((await backend.call(getMe, { token })).support).toBeNull();
    // Another organization stays shut, and so does this one to the agent's other sign-ins.
    const other = await backend.signUp();
    expect([await seen(token, other.projectId), await seen(await signedIn(), customer.projectId)]).toEqual([404, 404]);
  });

  test('stands in the organization’s own log: who came, why, what was refused, and that they left', async () => {
    const customer = await backend.signUp();
    const token = await signedIn();
    const { support_session_id: id } = await open(token, customer.organizationId);
    await backend.refusal(createProject, { token, headers: inside(customer.projectId), body: { name: 'mine' } });
    await backend.call(endSupportSession, { token, params: { support_session_id: id } });
    const { items } = await backend.call(listAuditLogs, { token: customer.token, query: { actor_id: agent.userId } });
    expect(items.map(item => [item.action, item.actor.type, item.actor.name, item.reason, item.resource.id])).toEqual([
      ['access.support_session.end', 'user', agent.username, null, id],
      ['authorization.denied', 'support', agent.username, null, 'createProject'],
      ['access.support_session.open', 'user', agent.username, reason, id],
    ]);
    expect(items[1]).toMatchObject({
      actor: { support_session_id: id },
      on_behalf_of: { type: 'organization', id: customer.organizationId },
    });
    const denied = await backend.call(listAuditLogs, { token: customer.token, query: { actor_type: 'support' } });
    expect(denied.items.map(item => item.action)).toEqual(['authorization.denied']);
  });

  test('what one does elsewhere while looking in is told there as done by the person', async () => {
    const [customer, other] = [await backend.signUp(), await backend.signUp()];
    const token = await signedIn();
    await open(token, customer.organizationId);
    await backend.call(openSupportSession, {
      token,
      headers: inside(customer.projectId),
      body: { organization_id: other.organizationId, reason },
    });
    const { items } = await backend.call(listAuditLogs, { token: other.token, query: { actor_id: agent.userId } });
    expect(items.map(item => [item.actor.type, item.on_behalf_of])).toEqual([['user', null]]);
    expect(JSON.stringify(items)).not.toContain(customer.organizationId);
  });

  const endings: readonly [string, (token: string, id: string, person: SignedUp) => Promise<unknown>, string][] = [
    [
      'when it is left',
      (token, id) => backend.call(endSupportSession, { token, params: { support_session_id: id } }),
      'ended',
    ],
    [
      'when an administrator ends it',
      async (_, id) =>
        backend.call(endSupportSession, { token: await adminToken(), params: { support_session_id: id } }),
      'ended',
    ],
    ['when the sign-in ends', token => backend.call(signOut, { token }), 'ended'],
    ['at its expiry', async () => clock.set(clock.now() + SUPPORT_SESSION_MINUTES * MINUTE), 'expired'],
    [
      'when the role is taken',
      async (_, __, person) =>
        backend.call(revokePlatformRole, {
          token: await adminToken(),
          params: { user_id: person.userId, role: 'support_agent' },
        }),
      'ended',
    ],
    [
      'when the role is gone, however that came',
      (_, __, person) =>
        backend.services.database.transaction(tx =>
          tx.run('DELETE FROM access_platform_roles WHERE user_id = ?', [person.userId]),
        ),
      'open',
    ],
  ];
  test.each(endings)('ends %s, at once', async (_name, end, status) => {
    const [customer, person] = [await backend.signUp(), await newAgent()];
    const token = await signedIn(person);
    const { support_session_id: id } = await open(token, customer.organizationId);
    expect(await seen(token, customer.projectId)).toBe(200);
    const isExpiry = status === 'expired';
    // The access token is good for less than a look: what is asked is whether the look ended.
    if (isExpiry)
      await backend.services.database.transaction(tx =>
        tx.run('UPDATE access_sessions SET access_expires_at = ? WHERE user_id = ?', [
          clock.now() + 2 * SUPPORT_SESSION_MINUTES * MINUTE,
          person.userId,
        ]),
      );
    await end(token, id, person);
    expect(await seen(token, customer.projectId)).not.toBe(200);
    const token2 = await adminToken();
    const { items } = await backend.call(listSupportSessions, {
      token: token2,
      query: { organization_id: customer.organizationId },
    });
    expect(items.map(item => [item.support_session_id, item.status, item.is_own])).toEqual([[id, status, false]]);
    expect(items[0]?.project_id === null).toBe(status !== 'open');
  });

  test('its event stream ends within seconds of leaving', async () => {
    const customer = await backend.signUp();
    const token = await signedIn();
    const { support_session_id: id } = await open(token, customer.organizationId);
    const response = await fetch(`${backend.url}/api/v1/events`, {
      headers: { authorization: `Bearer ${token}`, ...inside(customer.projectId) },
    });
    expect(response.status).toBe(200);
    let ended = false;
    const reading = response.text().then(() => (ended = true));
    await backend.call(endSupportSession, { token, params: { support_session_id: id } });
    const before = clock.now();
    await waitFor(async () => {
      await clock.advance(500);
      return ended;
    }, 'the stream ends');
    await reading;
    expect(clock.now() - before).toBeLessThanOrEqual(10_000);
  });

  test('leads nobody’s default project into an organization they do not belong to', async () => {
    const customer = await backend.signUp();
    const token = await signedIn();
    await open(token, customer.organizationId);
    const choice = { token, headers: inside(customer.projectId), params: { project_id: customer.projectId } };
    expect(await backend.refusal(setDefaultProject, choice)).toMatchObject({ status: 404, code: 'not_found' });
  });

  test('is open once per sign-in and organization, however many ask at once', async () => {
    const customer = await backend.signUp();
    const token = await signedIn();
    const body = { organization_id: customer.organizationId, reason };
    const replies = await Promise.all(
      Array.from({ length: 8 }, () => backend.request('POST', 'admin/support-sessions', { token, body })),
    );
    expect(replies.map(reply => reply.status).sort()).toEqual([201, ...Array<number>(7).fill(409)]);
    const id = replies.find(reply => reply.status === 201)?.body.support_session_id;
    const refused = replies.find(reply => reply.status === 409)?.body;
    expect(refused).toMatchObject({ code: 'support_session_open', details: { support_session_id: id } });
    // Left, it can be opened again; another sign-in of the same person has one of its own.
    await backend.call(endSupportSession, { token, params: { support_session_id: String(id) } });
    await open(token, customer.organizationId);
    await open(await signedIn(), customer.organizationId);
    const { items } = await backend.call(listSupportSessions, {
      token,
      query: { organization_id: customer.organizationId, is_open: true },
    });
    expect(items.map(item => item.is_own).sort()).toEqual([false, true]);
    const over = await backend.call(listSupportSessions, {
      token,
      query: { organization_id: customer.organizationId, is_open: false },
    });
    expect(over.items.map(item => item.support_session_id)).toEqual([id]);
  });

  test('is refused where it is not needed, not allowed, or of nothing', async () => {
    const token = await signedIn();
    const ask = async (given: object, by = token) =>
      (await backend.request('POST', 'admin/support-sessions', { token: by, body: { reason, ...given } })).body.code;
    expect(await ask({ organization_id: agent.organizationId })).toBe('support_of_own_organization');
    expect(await ask({ organization_id: 'org_nobody' })).toBe('not_found');
    const customer = await backend.signUp();
    expect(await ask({ organization_id: customer.organizationId, reason: '  ' })).toBe('request_malformed');
    expect(await ask({ organization_id: customer.organizationId, expires_at: '2030-01-01T00:00:00Z' })).toBe(
      'request_malformed',
    );
    expect(await ask({ organization_id: agent.organizationId }, customer.token)).toBe('permission_denied');
    const key = await backend.request('POST', 'api-keys', {
      token,
      body: { name: 'support', scopes: ['access.support.open_any'] },
    });
    expect(await ask({ organization_id: customer.organizationId }, String(key.body.key))).toBe('session_required');
    const { support_session_id: id } = await open(token, customer.organizationId);
    const colleague = await newAgent();
    expect(
      await backend.refusal(endSupportSession, { token: colleague.token, params: { support_session_id: id } }),
    ).toMatchObject({ status: 403, details: { permission: 'access.user.manage_any' } });
    expect(
      (await backend.refusal(endSupportSession, { token, params: { support_session_id: 'sup_nobody' } })).status,
    ).toBe(404);
    expect(await seen(token, customer.projectId)).toBe(200);
  });

  test('finds an organization by its name or by who is in it', async () => {
    const token = await signedIn();
    const made = await backend.request('POST', 'auth/personal/signup', {
      body: { username: 'needle-in-hay', password, display_name: 'Élan 100%', email: 'needle@example.org' },
    });
    const organizationId = (made.body.organization as { organization_id: string }).organization_id;
    // Programs that work for it are no members.
    const robot = { token: String(made.body.access_token), body: { name: 'robot', role: 'viewer' as const } };
    await backend.call(createServiceAccount, robot);
    const found = async (q: string) =>
      (await backend.call(listAllOrganizations, { token, query: { q } })).items.map(item => item.organization_id);
    for (const q of ['LAN 100%', 'needle-in', 'NEEDLE@example', 'élan'])
      expect([q, await found(q)]).toEqual([q, [organizationId]]);
    expect(await found('no such thing')).toEqual([]);
    const one = await backend.call(getAnyOrganization, { token, params: { organization_id: organizationId } });
    expect(one).toMatchObject({
      name: 'Élan 100%',
      member_count: 1,
      project_count: 1,
      requires_second_factor: false,
      owners: [{ username: 'needle-in-hay', display_name: 'Élan 100%' }],
    });
    expect(
      (await backend.refusal(getAnyOrganization, { token, params: { organization_id: 'org_nobody' } })).status,
    ).toBe(404);
    const seenIds: string[] = [];
    let cursor: string | null | undefined;
    do {
      const page = await backend.call(listAllOrganizations, {
        token,
        query: { limit: 3, ...(cursor ? { cursor } : {}) },
      });
      seenIds.push(...page.items.map(item => item.organization_id));
      cursor = page.next_cursor;
    } while (cursor);
    expect(new Set(seenIds).size).toBe(seenIds.length);
    expect(seenIds).toContain(organizationId);
  });

  test('the whole of it is a history the platform reads page by page', async () => {
    const token = await adminToken();
    const ids: string[] = [];
    let cursor: string | null | undefined;
    do {
      const page = await backend.call(listSupportSessions, {
        token,
        query: { user_id: agent.userId, limit: 2, ...(cursor ? { cursor } : {}) },
      });
      ids.push(...page.items.map(item => item.support_session_id));
      cursor = page.next_cursor;
    } while (cursor);
    const opened = await backend.call(listAllAuditLogs, {
      token,
      query: { action: 'access.support_session.open', actor_id: agent.userId, limit: 200 },
    });
    expect([...ids].sort()).toEqual(opened.items.map(item => item.resource.id).sort());
  });
});
