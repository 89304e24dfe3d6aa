import { createApiKey } from '@portico/plugin-access/contract';
import { startTestBackend, startTestIdentityProvider, TEST_CLIENT, TEST_PORTAL_URL } from '@portico/plugin-kit/testing';
import type { TestIdentityProvider } from '@portico/plugin-kit/testing';
import { OidcBrowser } from '../testing/oidc-browser';

/** What the organization of one test is renamed to: ids are made by the portal, and the configuration is written before. */
const BY_ID = 'org_00000000000000000000000000';

describe.each(['sqlite', 'postgres'] as const)('memberships that follow from claims, on %s', database => {
  let backend: Awaited<ReturnType<typeof startTestBackend>>;
  let idp: TestIdentityProvider;

  beforeAll(async () => {
    idp = await startTestIdentityProvider();
    const provider = (id: string) => ({
      ...TEST_CLIENT,
      id,
      label: id,
      issuer: idp.issuer,
      allowInsecure: true,
      signUp: 'open',
      memberships: [
        { claim: 'groups', value: 'research-admins', organization: 'Research', role: 'admin' },
        { claim: 'groups', value: 'research', organization: 'research', role: 'member' },
        { claim: 'groups', value: 'lab', organization: 'lab', role: 'viewer' },
        { claim: 'groups', value: 'research', organization: 'nowhere', role: 'member' },
        { claim: 'groups', value: 'by-id', organization: BY_ID, role: 'billing' },
      ],
    });
    backend = await startTestBackend({
      database,
      plugins: ['access', 'billing'],
      settings: {
        server: { publicUrl: TEST_PORTAL_URL },
        access: { oidc: { providers: [provider('acme'), provider('other')] } },
      },
    });
  });
  afterAll(async () => {
    await backend.stop();
    await idp.close();
  });

  const run = (sql: string, parameters: (string | number | null)[]) =>
    backend.services.database.transaction(tx => tx.run(sql, parameters));
  const rows = <Row extends object>(sql: string, parameters: (string | number)[] = []) =>
    backend.services.database.read.all<Row>(sql, parameters);

  const organizations = { research: '', lab: '' };
  const projects = { research: '', lab: '' };
  let sub = 0;
  beforeEach(async () => {
    sub += 1;
    await run('UPDATE access_organizations SET slug = NULL', []);
    for (const slug of ['research', 'lab'] as const) {
      const { organizationId, projectId } = await backend.signUp();
      organizations[slug] = organizationId;
      projects[slug] = projectId;
      await run('UPDATE access_organizations SET slug = ? WHERE organization_id = ?', [slug, organizationId]);
    }
  });

  /** Signs the person of this test in, with these groups; their id and the token of the session. */
  const come = async (groups: unknown, provider = 'acme') => {
    idp.signsIn({
      sub: `sub-${sub}`,
      preferred_username: `person-${sub}`,
      ...(groups === undefined ? {} : { groups }),
    });
    const browser = new OidcBrowser(backend);
    const begun = await browser.begin({ provider, session: 'token' });
    const answer = await browser.visit(String(begun.body.authorization_url));
    const { status, body } = await browser.exchange(answer, { session: 'token', flow_token: begun.body.flow_token });
    expect(status).toBe(200);
    return { userId: (body.user as { user_id: string }).user_id, token: String(body.access_token) };
  };
  const rolesOf = async (userId: string) => {
    const held = await rows<{ slug: string; role: string }>(
      `SELECT o.slug, m.role FROM access_memberships m JOIN access_organizations o ON o.organization_id = m.organization_id
       WHERE m.user_id = ? AND o.slug IS NOT NULL ORDER BY o.slug`,
      [userId],
    );
    return Object.fromEntries(held.map(({ slug, role }) => [slug, role]));
  };
  const inOrganization = (token: string, slug: 'research' | 'lab') =>
    backend.request('GET', 'projects', { token, headers: { 'x-project-id': projects[slug] } });

  test('come, change and go with the claims, at every sign-in', async () => {
    const { userId, token } = await come(['research', 'lab', 'others']);
    expect(await rolesOf(userId)).toEqual({ research: 'member', lab: 'viewer' });
    expect((await inOrganization(token, 'research')).status).toBe(200);
    await come(['research', 'research-admins']);
    expect(await rolesOf(userId)).toEqual({ research: 'admin' });
    expect((await inOrganization(token, 'lab')).status).toBe(404);
    await come('research');
    expect(await rolesOf(userId)).toEqual({ research: 'member' });
    await come(undefined);
    expect(await rolesOf(userId)).toEqual({});
    const told = await rows<{ action: string; actor_id: string }>(
      `SELECT action, actor_id FROM platform_audit_log WHERE target_id = ? AND action LIKE 'access.member.%' ORDER BY audit_id`,
      [userId],
    );
    expect(told.map(({ action }) => action.split('.')[2])).toEqual(
      expect.arrayContaining(['add', 'add', 'change_role', 'remove', 'change_role', 'remove']),
    );
    expect(new Set(told.map(({ actor_id }) => actor_id))).toEqual(new Set(['identity-provider:acme']));
  });

  test('are in the organization of an id, whoever takes which slug', async () => {
    await run('UPDATE access_organizations SET organization_id = ? WHERE organization_id = ?', [
      BY_ID,
      organizations.lab,
    ]);
    const { userId } = await come(['by-id']);
    expect(await rolesOf(userId)).toEqual({ lab: 'billing' });
    await run('UPDATE access_organizations SET organization_id = ? WHERE organization_id = ?', [
      organizations.lab,
      BY_ID,
    ]);
  });

  test('that were given by hand stay as they are', async () => {
    const { userId } = await come(undefined);
    const give = 'INSERT INTO access_memberships (user_id, organization_id, role, created_at) VALUES (?, ?, ?, 1)';
    await run(give, [userId, organizations.research, 'viewer']);
    await come(['research', 'research-admins']);
    expect(await rolesOf(userId)).toEqual({ research: 'viewer' });
    await come([]);
    expect(await rolesOf(userId)).toEqual({ research: 'viewer' });
  });

  test('of another provider stay as they are', async () => {
    const { userId } = await come(['research']);
    await run(
      'INSERT INTO access_identities (identity_id, provider, subject, user_id, created_at) VALUES (?, ?, ?, ?, 1)',
      [`ident_${sub}`, 'other', `sub-${sub}`, userId],
    );
    await come(['research-admins', 'lab'], 'other');
    expect(await rolesOf(userId)).toEqual({ research: 'member', lab: 'viewer' });
    await come([], 'other');
    expect(await rolesOf(userId)).toEqual({ research: 'member' });
  });

  test('never end the ownership of who was made an owner, so an organization keeps its last one', async () => {
    const { userId } = await come(['research']);
    await run(`UPDATE access_memberships SET role = 'owner' WHERE user_id = ? AND organization_id = ?`, [
      userId,
      organizations.research,
    ]);
    await come(['research']);
    await come([]);
    expect(await rolesOf(userId)).toEqual({ research: 'owner' });
  });

  test('take with them what was open there: keys, roles in projects, and the project one was in', async () => {
    const { userId, token } = await come(['research']);
    const headers = { 'x-project-id': projects.research };
    const key = await backend.call(createApiKey, {
      token,
      headers,
      body: { name: 'robot', scopes: ['access.project.read'] },
    });
    await run('UPDATE access_users SET default_project_id = ? WHERE user_id = ?', [projects.research, userId]);
    await run(`INSERT INTO access_project_members (project_id, user_id, role, created_at) VALUES (?, ?, 'admin', 1)`, [
      projects.research,
      userId,
    ]);
    expect((await backend.request('GET', 'projects', { token: key.key })).status).toBe(200);
    const again = await come([]);
    expect((await backend.request('GET', 'projects', { token: key.key })).status).toBe(401);
    expect((await backend.request('GET', 'me', { token: again.token })).status).toBe(200);
    expect(await rows('SELECT * FROM access_project_members WHERE user_id = ?', [userId])).toEqual([]);
  });

  test('are the same when many sign in at once', async () => {
    const people = await Promise.all(
      Array.from({ length: 6 }, async (_, index) => {
        const browser = new OidcBrowser(backend);
        return { browser, begun: await browser.begin({ provider: 'acme', session: 'token' }), index };
      }),
    );
    const answers = [];
    for (const { browser, begun, index } of people) {
      idp.signsIn({ sub: `many-${sub}-${index % 2}`, groups: ['research', 'lab'] });
      answers.push({
        browser,
        flow_token: begun.body.flow_token,
        answer: await browser.visit(String(begun.body.authorization_url)),
      });
    }
    const replies = await Promise.all(
      answers.map(({ browser, answer, flow_token }) => browser.exchange(answer, { session: 'token', flow_token })),
    );
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200]);
    for (const { body } of replies)
      expect(await rolesOf((body.user as { user_id: string }).user_id)).toEqual({ research: 'member', lab: 'viewer' });
  });
});
