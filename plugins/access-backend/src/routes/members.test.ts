import {
  changeMemberRole,
  createApiKey,
  createProject,
  getMe,
  getMember,
  leaveOrganization,
  listApiKeys,
  listMembers,
  listProjectMembers,
  listRoles,
  removeMember,
  removeProjectMember,
  setDefaultProject,
  setProjectMember,
  transferOrganization,
} from '@portico/plugin-access/contract';
import { listAuditLogs } from '@portico/plugin-kit/contract';
import { startTestBackend, TestClock, waitFor } from '@portico/plugin-kit/testing';
import type { SignedUp } from '@portico/plugin-kit/testing';
import { colleague } from '../testing/organization-members';

const start = (database: 'sqlite' | 'postgres', clock: TestClock) =>
  startTestBackend({ database, clock, plugins: ['access', 'billing'] });

describe.each(['sqlite', 'postgres'] as const)('members, on %s', database => {
  let backend: Awaited<ReturnType<typeof start>>;
  const clock = new TestClock();
  beforeAll(async () => {
    backend = await start(database, clock);
  });
  afterAll(() => backend?.stop());

  const roleOf = async (owner: SignedUp, user_id: string) =>
    (await backend.call(getMember, { token: owner.token, params: { user_id } })).member.role;
  const change = (by: { token: string; there?: Record<string, string> }, user_id: string, role: 'owner' | 'admin') => ({
    token: by.token,
    ...(by.there ? { headers: by.there } : {}),
    params: { user_id },
    body: { role },
  });
  const standingIn = async (token: string, headers: Record<string, string>) =>
    (await backend.request('GET', 'me', { token, headers })).status;

  test('are listed newest first, searched, narrowed to a role and paged; what only managers may know is told to them', async () => {
    const owner = await backend.signUp();
    const viewer = await colleague(backend, owner, { role: 'viewer' });
    clock.set(clock.now() + 1);
    const admin = await colleague(backend, owner, { role: 'admin' });
    const { items } = await backend.call(listMembers, { token: owner.token });
    expect(items.map(item => [item.user_id, item.role, item.source, item.is_caller])).toEqual([
      [admin.userId, 'admin', 'invitation', false],
      ...[viewer, owner]
        .sort((one, other) => (one.userId < other.userId ? 1 : -1))
        .map(({ userId }) =>
          userId === owner.userId ? [userId, 'owner', 'founder', true] : [userId, 'viewer', 'invitation', false],
        ),
    ]);
    expect(items.find(item => item.user_id === viewer.userId)).toMatchObject({
      has_second_factor: false,
      assignable_roles: ['owner', 'admin', 'member', 'billing', 'security', 'guest'],
      may_remove: true,
    });
    const seen = await backend.call(listMembers, { token: viewer.token, headers: viewer.there });
    for (const item of seen.items)
      expect(item).toMatchObject({ has_second_factor: null, email: null, assignable_roles: [] });
    expect(seen.items.map(item => [item.user_id, item.may_remove])).toContainEqual([viewer.userId, true]);
    const found = await backend.call(listMembers, { token: owner.token, query: { q: admin.username.toUpperCase() } });
    expect(found.items.map(item => item.user_id)).toEqual([admin.userId]);
    const viewers = await backend.call(listMembers, { token: owner.token, query: { role: 'viewer' } });
    expect(viewers.items.map(item => item.user_id)).toEqual([viewer.userId]);

    const paged: string[] = [];
    let cursor: string | null = null;
    do {
      const page: { items: { user_id: string }[]; next_cursor: string | null } = await backend.call(listMembers, {
        token: owner.token,
        query: { limit: 1, ...(cursor === null ? {} : { cursor }) },
      });
      paged.push(...page.items.map(item => item.user_id));
      cursor = page.next_cursor;
    } while (cursor !== null);
    expect(paged).toEqual(items.map(item => item.user_id));
  });

  test('what a role grants and whether one may give it is data', async () => {
    const owner = await backend.signUp();
    const admin = await colleague(backend, owner, { role: 'admin' });
    const { items } = await backend.call(listRoles, { token: admin.token, headers: admin.there });
    expect(items.filter(item => item.held_in === 'organization').map(item => [item.role, item.may_grant])).toEqual([
      ['owner', false],
      ...['admin', 'member', 'viewer', 'billing', 'security', 'guest'].map(role => [role, true]),
    ]);
    expect(items.filter(item => item.held_in === 'project').every(item => item.may_grant)).toBe(true);
  });

  test('get another role, which counts from the next request on and is told of with before and after', async () => {
    const owner = await backend.signUp();
    const member = await colleague(backend, owner, { role: 'viewer' });
    const may = async () =>
      (await backend.call(getMe, { token: member.token, headers: member.there })).permissions.includes(
        'access.member.manage',
      );
    expect(await may()).toBe(false);
    expect(await backend.call(changeMemberRole, change(owner, member.userId, 'admin'))).toMatchObject({
      user_id: member.userId,
      role: 'admin',
    });
    expect(await may()).toBe(true);
    const query = { action: 'access.member.change_role' };
    const { items } = await backend.call(listAuditLogs, { token: owner.token, query });
    expect(items.map(item => [item.resource.id, item.actor.id, item.changes.role])).toEqual([
      [member.userId, owner.userId, { before: 'viewer', after: 'admin' }],
    ]);
  });

  test('who are admins neither make nor unmake owners', async () => {
    const owner = await backend.signUp();
    const admin = await colleague(backend, owner, { role: 'admin' });
    const other = await colleague(backend, owner, { role: 'member' });
    for (const [userId, role] of [
      [other.userId, 'owner'],
      [owner.userId, 'admin'],
    ] as const)
      expect(await backend.refusal(changeMemberRole, change(admin, userId, role))).toMatchObject({
        status: 403,
        code: 'role_beyond_own',
        details: { permissions: ['access.organization.transfer'] },
      });
    expect(await backend.refusal(changeMemberRole, change(admin, admin.userId, 'owner'))).toMatchObject({
      status: 403,
      code: 'own_role_raised',
    });
    const removal = { token: admin.token, headers: admin.there, params: { user_id: owner.userId } };
    expect((await backend.refusal(removeMember, removal)).code).toBe('role_beyond_own');
    expect(await roleOf(owner, owner.userId)).toBe('owner');
  });

  test('the last owner stays one, until there is another', async () => {
    const owner = await backend.signUp();
    const other = await colleague(backend, owner, { role: 'admin' });
    const { token, userId } = owner;
    for (const refusal of [
      await backend.refusal(changeMemberRole, change(owner, userId, 'admin')),
      await backend.refusal(removeMember, { token, params: { user_id: userId } }),
      await backend.refusal(leaveOrganization, { token, body: { organization_id: owner.organizationId } }),
    ])
      expect(refusal).toMatchObject({ status: 409, code: 'last_owner' });
    await backend.call(changeMemberRole, change(owner, other.userId, 'owner'));
    await backend.call(changeMemberRole, change(owner, userId, 'admin'));
    expect(await roleOf(owner, other.userId)).toBe('owner');
  });

  test('an owner who cannot sign in does not count', async () => {
    const owner = await backend.signUp();
    const other = await colleague(backend, owner, { role: 'owner' });
    await backend.services.database.transaction(tx =>
      tx.run(`UPDATE access_users SET status = 'disabled' WHERE user_id = ?`, [other.userId]),
    );
    expect((await backend.refusal(changeMemberRole, change(owner, owner.userId, 'admin'))).code).toBe('last_owner');
  });

  test('nobody leaves the organization that came with their account, nor is put out of it', async () => {
    const owner = await backend.signUp();
    const other = await colleague(backend, owner, { role: 'owner' });
    const body = { organization_id: owner.organizationId };
    const kept = { status: 409, code: 'personal_organization_kept' };
    expect(await backend.refusal(leaveOrganization, { token: owner.token, body })).toMatchObject(kept);
    const params = { user_id: owner.userId };
    const by = { token: other.token, headers: other.there, params };
    expect(await backend.refusal(removeMember, by)).toMatchObject(kept);
    expect(await backend.refusal(changeMemberRole, { ...by, body: { role: 'guest' } })).toMatchObject(kept);
    await backend.call(changeMemberRole, { ...by, body: { role: 'viewer' } });
    expect(await standingIn(owner.token, {})).toBe(200);
  });

  test('removed, lose roles, keys and default project there at once, and what they have open closes', async () => {
    const owner = await backend.signUp();
    const { project_id } = await backend.call(createProject, { token: owner.token, body: { name: 'Theirs' } });
    const leaver = await colleague(backend, owner, { role: 'member', project_id, project_role: 'admin' });
    const { token, userId, there } = leaver;
    const key = await backend.call(createApiKey, {
      token,
      headers: there,
      body: { name: 'robot', scopes: ['access.project.read'] },
    });
    await backend.call(setDefaultProject, { token, headers: there, params: { project_id } });
    const stream = await fetch(`${backend.url}/api/v1/events`, { headers: { authorization: `Bearer ${token}` } });
    const heard = { ended: false };
    void stream.text().then(() => (heard.ended = true));
    expect(stream.status).toBe(200);

    await backend.call(removeMember, { token: owner.token, params: { user_id: userId } });

    expect(await standingIn(token, there)).toBe(404);
    expect((await backend.request('GET', 'projects', { token: key.key })).status).toBe(401);
    const me = await backend.call(getMe, { token });
    expect([me.active_project_id, me.organizations.map(one => one.organization_id)]).toEqual([
      leaver.projectId,
      [leaver.organizationId],
    ]);
    await waitFor(async () => {
      await clock.advance(3_000);
      return heard.ended;
    }, 'the stream to close');
    // Coming back, they find nothing of before.
    expect((await backend.call(listMembers, { token: owner.token })).items).toHaveLength(1);
    const members = await backend.call(listProjectMembers, { token: owner.token, params: { project_id } });
    expect(members.items).toEqual([]);
    const { items } = await backend.call(listAuditLogs, { token: owner.token, query: { resource_id: userId } });
    expect(items.map(item => item.action)).toContain('access.member.remove');
    const again = await backend.call(listAuditLogs, { token: owner.token, query: { resource_id: key.key_id } });
    expect(again.items.map(item => item.action)).toContain('access.api_key.revoke');
  });

  test('leave by themselves, also without a project they see', async () => {
    const owner = await backend.signUp();
    const guest = await colleague(backend, owner, { role: 'guest' });
    expect(await standingIn(guest.token, guest.there)).toBe(404);
    const leaving = { token: guest.token, body: { organization_id: owner.organizationId } };
    await backend.call(leaveOrganization, leaving);
    expect((await backend.refusal(leaveOrganization, leaving)).status).toBe(404);
    expect((await backend.call(listMembers, { token: owner.token })).items).toHaveLength(1);
  });

  test('made guests, are not left with a default project they do not see', async () => {
    const owner = await backend.signUp();
    const member = await colleague(backend, owner, { role: 'member' });
    const { token, there } = member;
    await backend.call(setDefaultProject, { token, headers: there, params: { project_id: owner.projectId } });
    await backend.call(changeMemberRole, {
      token: owner.token,
      params: { user_id: member.userId },
      body: { role: 'guest' },
    });
    expect((await backend.call(getMe, { token })).active_project_id).toBe(member.projectId);
    const params = { project_id: owner.projectId };
    await backend.call(setProjectMember, {
      token: owner.token,
      params: { ...params, user_id: member.userId },
      body: { role: 'viewer' },
    });
    await backend.call(setDefaultProject, { token, headers: there, params });
    await backend.call(removeProjectMember, { token: owner.token, params: { ...params, user_id: member.userId } });
    expect((await backend.call(getMe, { token })).active_project_id).toBe(member.projectId);
  });

  test('become owner by transfer, and the owner what they chose', async () => {
    const owner = await backend.signUp();
    const heir = await colleague(backend, owner, { role: 'viewer' });
    const body = { user_id: heir.userId, own_role: 'member' as const };
    const by = { token: heir.token, headers: heir.there, body: { ...body, user_id: owner.userId } };
    expect((await backend.refusal(transferOrganization, by)).code).toBe('permission_denied');
    const self = { ...body, user_id: owner.userId };
    expect((await backend.refusal(transferOrganization, { token: owner.token, body: self })).code).toBe(
      'transfer_to_self',
    );
    const guest = { ...body, own_role: 'guest' as const };
    expect((await backend.refusal(transferOrganization, { token: owner.token, body: guest })).code).toBe(
      'personal_organization_kept',
    );
    expect(await roleOf(owner, heir.userId)).toBe('viewer');
    expect(await backend.call(transferOrganization, { token: owner.token, body })).toMatchObject({
      user_id: heir.userId,
      role: 'owner',
    });
    expect(await roleOf(owner, owner.userId)).toBe('member');
  });

  test('transfer asks for a fresh proof of who one is, and no key does it', async () => {
    const owner = await backend.signUp();
    const heir = await colleague(backend, owner, { role: 'viewer' });
    const body = { user_id: heir.userId, own_role: 'member' as const };
    const scopes = ['access.organization.transfer', 'access.member.manage'];
    const key = await backend.call(createApiKey, { token: owner.token, body: { name: 'robot', scopes } });
    expect((await backend.refusal(transferOrganization, { token: key.key, body })).code).toBe('session_required');
    expect((await backend.refusal(changeMemberRole, change({ token: key.key }, heir.userId, 'owner'))).code).toBe(
      'role_beyond_own',
    );
    await backend.services.database.transaction(tx =>
      tx.run('UPDATE access_sessions SET authenticated_at = 1 WHERE user_id = ?', [owner.userId]),
    );
    expect((await backend.refusal(transferOrganization, { token: owner.token, body })).code).toBe('step_up_required');
    expect((await backend.refusal(changeMemberRole, change(owner, heir.userId, 'admin'))).code).toBe(
      'step_up_required',
    );
  });

  test('of another organization are not there', async () => {
    const [mine, theirs] = [await backend.signUp(), await backend.signUp()];
    const member = await colleague(backend, theirs, { role: 'member' });
    const { token } = mine;
    for (const user_id of [theirs.userId, member.userId]) {
      const params = { user_id };
      const inProject = { project_id: mine.projectId, user_id };
      for (const refusal of [
        await backend.refusal(getMember, { token, params }),
        await backend.refusal(changeMemberRole, { token, params, body: { role: 'guest' } }),
        await backend.refusal(removeMember, { token, params }),
        await backend.refusal(transferOrganization, { token, body: { ...params, own_role: 'admin' } }),
        await backend.refusal(setProjectMember, { token, params: inProject, body: { role: 'viewer' } }),
        await backend.refusal(removeProjectMember, { token, params: inProject }),
        await backend.refusal(listProjectMembers, { token, params: { project_id: theirs.projectId } }),
        await backend.refusal(leaveOrganization, { token, body: { organization_id: theirs.organizationId } }),
      ])
        expect(refusal).toMatchObject({ status: 404, code: 'not_found' });
    }
    expect(await roleOf(theirs, member.userId)).toBe('member');
  });

  test('take nothing from the body but the role', async () => {
    const owner = await backend.signUp();
    const member = await colleague(backend, owner, { role: 'viewer' });
    for (const more of [{ user_id: owner.userId }, { organization_id: 'org_x' }, { platform_role: 'platform_admin' }])
      expect(
        await backend.request('PATCH', `members/${member.userId}`, {
          token: owner.token,
          body: { role: 'member', ...more },
        }),
      ).toMatchObject({ status: 400, body: { code: 'request_malformed' } });
    for (const role of ['platform_admin', 'astronaut', 'constructor'])
      expect(
        (await backend.request('PATCH', `members/${member.userId}`, { token: owner.token, body: { role } })).status,
      ).toBe(400);
    expect(await roleOf(owner, member.userId)).toBe('viewer');
  });

  describe('in projects', () => {
    test('are given a role by who manages people there, and no more than that one holds', async () => {
      const owner = await backend.signUp();
      const { project_id } = await backend.call(createProject, { token: owner.token, body: { name: 'P' } });
      const lead = await colleague(backend, owner, { role: 'guest', project_id, project_role: 'admin' });
      const worker = await colleague(backend, owner, { role: 'guest', project_id, project_role: 'member' });
      const newcomer = await colleague(backend, owner, { role: 'guest' });
      const params = { project_id, user_id: newcomer.userId };
      const by = (who: typeof lead) => ({ token: who.token, headers: who.there });
      expect((await backend.refusal(setProjectMember, { ...by(worker), params, body: { role: 'viewer' } })).code).toBe(
        'permission_denied',
      );
      const set = await backend.call(setProjectMember, { ...by(lead), params, body: { role: 'member' } });
      expect(set).toMatchObject({ user_id: newcomer.userId, role: 'member', organization_role: 'guest' });
      const self = { project_id, user_id: worker.userId };
      expect(
        (await backend.refusal(setProjectMember, { ...by(worker), params: self, body: { role: 'admin' } })).code,
      ).toBe('permission_denied');
      const elsewhere = { project_id: owner.projectId, user_id: newcomer.userId };
      expect(
        await backend.refusal(setProjectMember, { ...by(lead), params: elsewhere, body: { role: 'viewer' } }),
      ).toMatchObject({ status: 404 });
      expect(
        (await backend.request('PATCH', `members/${newcomer.userId}`, { ...by(lead), body: { role: 'member' } }))
          .status,
      ).toBe(403);
      const listed = await backend.call(listProjectMembers, { ...by(worker), params: { project_id } });
      expect(listed.items.map(item => item.user_id).sort()).toEqual(
        [lead.userId, worker.userId, newcomer.userId].sort(),
      );
      await backend.call(removeProjectMember, { ...by(lead), params });
      expect(await standingIn(newcomer.token, lead.there)).toBe(404);
    });

    test('give themselves nothing for the time after', async () => {
      const owner = await backend.signUp();
      const admin = await colleague(backend, owner, { role: 'admin' });
      const params = { project_id: owner.projectId, user_id: admin.userId };
      const asked = { token: admin.token, headers: admin.there, params, body: { role: 'viewer' as const } };
      expect((await backend.refusal(setProjectMember, asked)).code).toBe('own_role_raised');
    });

    test('guests see of the people those of their project', async () => {
      const owner = await backend.signUp();
      const { project_id } = await backend.call(createProject, { token: owner.token, body: { name: 'P' } });
      const guest = await colleague(backend, owner, { role: 'guest', project_id, project_role: 'viewer' });
      const by = { token: guest.token, headers: guest.there };
      expect((await backend.call(listMembers, by)).items.map(item => item.user_id)).toEqual([guest.userId]);
      expect((await backend.refusal(getMember, { ...by, params: { user_id: owner.userId } })).status).toBe(404);
      const { member, project_roles } = await backend.call(getMember, { ...by, params: { user_id: guest.userId } });
      expect([member.role, project_roles.map(role => [role.project_id, role.role])]).toEqual([
        'guest',
        [[project_id, 'viewer']],
      ]);
    });
  });

  test('API keys one made elsewhere outlive the removal', async () => {
    const owner = await backend.signUp();
    const member = await colleague(backend, owner, { role: 'member' });
    await backend.call(createApiKey, { token: member.token, body: { name: 'own', scopes: ['access.ssh_key.read'] } });
    await backend.call(removeMember, { token: owner.token, params: { user_id: member.userId } });
    const { items } = await backend.call(listApiKeys, { token: member.token });
    expect(items.map(item => item.status)).toEqual(['active']);
  });
});
