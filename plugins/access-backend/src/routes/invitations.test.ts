import {
  acceptInvitation,
  changeMemberRole,
  createInvitation,
  createProject,
  deleteProject,
  disableUser,
  enableUser,
  getMe,
  INVITATION_MAILS_PER_ADDRESS_AND_DAY_MAX,
  INVITATIONS_OPEN_PER_ORGANIZATION_MAX,
  listInvitations,
  listMembers,
  listProjectMembers,
  previewInvitation,
  removeMember,
  resendInvitation,
  revokeInvitation,
  signUp,
} from '@portico/plugin-access/contract';
import { listAuditLogs, listMessages } from '@portico/plugin-kit/contract';
import { startTestBackend, TestClock, waitFor } from '@portico/plugin-kit/testing';
import type { SignedUp } from '@portico/plugin-kit/testing';
import { colleague, tokenIn } from '../testing/organization-members';

const DAY = 24 * 60 * 60 * 1000;
const password = 'correct horse battery staple';

const start = (database: 'sqlite' | 'postgres', clock: TestClock, signUpIs: 'open' | 'closed' = 'open') =>
  startTestBackend({
    database,
    clock,
    plugins: ['access', 'billing'],
    settings: { access: { signUp: signUpIs } },
  });

describe.each(['sqlite', 'postgres'] as const)('invitations, on %s', database => {
  let backend: Awaited<ReturnType<typeof start>>;
  const clock = new TestClock();
  beforeAll(async () => {
    backend = await start(database, clock);
  });
  afterAll(() => backend?.stop());

  const invite = (owner: Pick<SignedUp, 'token'>, body: Parameters<typeof colleague>[2], headers = {}) =>
    backend.call(createInvitation, { token: owner.token, headers, body });
  const accepted = async (token: string, link: string) =>
    (await backend.request('POST', 'invitations/accept', { token, body: { token: tokenIn(link) } })).body.code ?? 'in';
  const previewed = async (link: string) => (await backend.refusal(previewInvitation, preview(link))).code;
  const preview = (link: string) => ({ body: { token: tokenIn(link) } });
  const signedIn = async (username: string) =>
    String((await backend.request('POST', 'auth/personal/login', { body: { username, password } })).body.access_token);
  /** The link in the last message to that address. */
  const mailed = async (address: string) => {
    const token = await signedIn('admin');
    return waitFor(async () => {
      const { items } = await backend.call(listMessages, { token });
      return /\S+\/invitations#\S+/.exec(items.find(({ to }) => to === address)?.text ?? '')?.[0];
    }, 'the mail');
  };
  const verify = (userId: string, email: string) =>
    backend.services.database.transaction(tx =>
      tx.run('UPDATE access_users SET email = ?, email_verified_at = ? WHERE user_id = ?', [email, tx.now, userId]),
    );
  const unused = () => `p${Math.random().toString(36).slice(2, 10)}`;

  test('bring somebody in with the role and the project they name, once', async () => {
    const owner = await backend.signUp();
    const { project_id } = await backend.call(createProject, { token: owner.token, body: { name: 'P' } });
    const { invitation, link } = await invite(owner, { role: 'guest', project_id, project_role: 'member' });
    expect(invitation).toMatchObject({
      status: 'open',
      role: 'guest',
      project_id,
      email: null,
      sent_at: null,
      expires_at: new Date(clock.now() + 7 * DAY).toISOString(),
      invited_by: { user_id: owner.userId },
    });
    expect(await backend.call(previewInvitation, preview(link))).toEqual({
      organization_name: owner.username,
      invited_by_display_name: owner.username,
      role: 'guest',
      project_name: 'P',
      project_role: 'member',
      email_hint: null,
      proves_email: false,
      expires_at: invitation.expires_at,
    });
    const newcomer = await backend.signUp();
    expect(await backend.call(acceptInvitation, { token: newcomer.token, body: { token: tokenIn(link) } })).toEqual({
      organization_id: owner.organizationId,
      organization_name: owner.username,
      role: 'guest',
      project_id,
    });
    const me = await backend.call(getMe, { token: newcomer.token, headers: { 'x-project-id': project_id } });
    expect(me.permissions).toContain('workloads.allocation.launch');
    expect(await accepted(newcomer.token, link)).toBe('invitation_used');
    expect(await accepted((await backend.signUp()).token, link)).toBe('invitation_used');
    expect(await previewed(link)).toBe('invitation_used');
    const [shown] = (await backend.call(listInvitations, { token: owner.token })).items;
    expect(shown).toMatchObject({ status: 'accepted', accepted_by_user_id: newcomer.userId });
    const { items } = await backend.call(listAuditLogs, { token: owner.token });
    expect(items.map(item => item.action)).toEqual(
      expect.arrayContaining(['access.invitation.create', 'access.invitation.accept', 'access.member.add']),
    );
  });

  test('are accepted once, however many try at the same time', async () => {
    for (let race = 0; race < 4; race += 1) {
      const owner = await backend.signUp();
      const { link } = await invite(owner, { role: 'viewer' });
      const people = await Promise.all(Array.from({ length: 4 }, () => backend.signUp()));
      const outcomes = await Promise.all(people.map(({ token }) => accepted(token, link)));
      expect(outcomes.sort()).toEqual(['in', 'invitation_used', 'invitation_used', 'invitation_used']);
      expect((await backend.call(listMembers, { token: owner.token })).items).toHaveLength(2);
    }
  });

  test('neither tables, audit, events nor lists hold a token', async () => {
    const owner = await backend.signUp();
    const email = `${unused()}@example.org`;
    const { link } = await invite(owner, { role: 'viewer', email });
    const tables = ['access_invitations', 'platform_audit_log', 'platform_outbox'];
    const stored = await Promise.all(
      tables.map(async table => JSON.stringify(await backend.services.database.read.all(`SELECT * FROM ${table}`))),
    );
    const all = [...stored, JSON.stringify(await backend.call(listInvitations, { token: owner.token }))].join();
    for (const secret of [tokenIn(link), tokenIn(await mailed(email))]) expect(all).not.toContain(secret);
    expect(stored[2]).not.toContain(email);
  });

  test('end: by time, by revocation, by a new link; and each is told from the other', async () => {
    const owner: { -readonly [Key in keyof SignedUp]: SignedUp[Key] } = await backend.signUp();
    const newcomer = await backend.signUp();
    const late = await invite(owner, { role: 'viewer', expires_in_days: 1 });
    const revoked = await invite(owner, { role: 'viewer' });
    const resent = await invite(owner, { role: 'viewer', expires_in_days: 3 });
    await backend.call(revokeInvitation, {
      token: owner.token,
      params: { invitation_id: revoked.invitation.invitation_id },
    });
    clock.set(clock.now() + DAY);
    const token = await signedIn(newcomer.username);
    owner.token = await signedIn(owner.username);
    const again = await backend.call(resendInvitation, {
      token: owner.token,
      params: { invitation_id: resent.invitation.invitation_id },
    });
    expect(again.invitation.expires_at).toBe(new Date(clock.now() + 3 * DAY).toISOString());
    for (const [link, code] of [
      [late.link, 'invitation_expired'],
      [revoked.link, 'invitation_revoked'],
      [resent.link, 'invitation_unknown'],
      [`${resent.link}x`, 'invitation_unknown'],
    ] as const)
      expect([await accepted(token, link), await previewed(link)]).toEqual([code, code]);
    const statuses = async (status: 'open' | 'expired' | 'revoked' | 'accepted') =>
      (await backend.call(listInvitations, { token: owner.token, query: { status } })).items.map(
        item => item.invitation_id,
      );
    expect(await statuses('expired')).toEqual([late.invitation.invitation_id]);
    expect(await statuses('revoked')).toEqual([revoked.invitation.invitation_id]);
    expect(await statuses('open')).toEqual([resent.invitation.invitation_id]);
    expect(await statuses('accepted')).toEqual([]);
    const ended = { token: owner.token, params: { invitation_id: revoked.invitation.invitation_id } };
    expect((await backend.refusal(resendInvitation, ended)).code).toBe('invitation_ended');
    expect((await backend.refusal(revokeInvitation, ended)).code).toBe('invitation_ended');
    const revived = await backend.call(resendInvitation, {
      token: owner.token,
      params: { invitation_id: late.invitation.invitation_id },
    });
    expect([await accepted(token, revived.link), await accepted(token, again.link)]).toEqual([
      'in',
      'invitation_already_member',
    ]);
  });

  test('give nothing the inviter has not, neither when made nor when accepted', async () => {
    const owner = await backend.signUp();
    const admin = await colleague(backend, owner, { role: 'admin' });
    const by = { token: admin.token, headers: admin.there };
    expect((await backend.refusal(createInvitation, { ...by, body: { role: 'owner' } })).code).toBe('role_beyond_own');
    const member = await colleague(backend, owner, { role: 'member' });
    expect(
      (await backend.refusal(createInvitation, { token: member.token, headers: member.there, body: { role: 'guest' } }))
        .code,
    ).toBe('permission_denied');

    const { link } = await invite(admin, { role: 'admin' }, admin.there);
    const ofOwner = await invite(owner, { role: 'owner' });
    const resendOfOwner = { ...by, params: { invitation_id: ofOwner.invitation.invitation_id } };
    expect((await backend.refusal(resendInvitation, resendOfOwner)).code).toBe('role_beyond_own');
    const params = { user_id: admin.userId };
    await backend.call(changeMemberRole, { token: owner.token, params, body: { role: 'viewer' } });
    const { token } = await backend.signUp();
    expect([await accepted(token, link), await previewed(link)]).toEqual(['invitation_void', 'invitation_void']);
    await backend.call(changeMemberRole, { token: owner.token, params, body: { role: 'admin' } });
    await backend.call(removeMember, { token: owner.token, params });
    expect(await accepted(token, link)).toBe('invitation_void');
    expect((await backend.call(listMembers, { token: owner.token })).items.map(item => item.user_id)).not.toContain(
      (await backend.call(getMe, { token })).user.user_id,
    );
    expect(await accepted(token, ofOwner.link)).toBe('in');
  });

  test('of somebody who is kept out are void, and good again with them', async () => {
    const owner = await backend.signUp();
    const { link } = await invite(owner, { role: 'admin' });
    const { token } = await backend.signUp();
    const admin = {
      token: await signedIn('admin'),
      params: { user_id: owner.userId },
      body: { reason: 'their account was taken over' },
    };
    await backend.call(disableUser, admin);
    expect([await accepted(token, link), await previewed(link)]).toEqual(['invitation_void', 'invitation_void']);
    await backend.call(enableUser, admin);
    expect(await accepted(token, link)).toBe('in');
  });

  test('into a project that was deleted meanwhile are void', async () => {
    const owner = await backend.signUp();
    const { project_id } = await backend.call(createProject, { token: owner.token, body: { name: 'P' } });
    const { link } = await invite(owner, { role: 'guest', project_id, project_role: 'viewer' });
    await backend.call(deleteProject, { token: owner.token, params: { project_id } });
    expect(await previewed(link)).toBe('invitation_void');
    const body = { role: 'guest' as const, project_id };
    expect((await backend.refusal(createInvitation, { token: owner.token, body })).code).toBe(
      'invitation_project_incomplete',
    );
  });

  test('give a member who is one already the role in the project, and change nothing else', async () => {
    const owner = await backend.signUp();
    const { project_id } = await backend.call(createProject, { token: owner.token, body: { name: 'P' } });
    const viewer = await colleague(backend, owner, { role: 'viewer' });
    const { link } = await invite(owner, { role: 'admin', project_id, project_role: 'member' });
    expect(await accepted(viewer.token, link)).toBe('in');
    const members = await backend.call(listProjectMembers, { token: owner.token, params: { project_id } });
    expect(members.items).toMatchObject([{ user_id: viewer.userId, role: 'member', organization_role: 'viewer' }]);
    const more = await invite(owner, { role: 'admin' });
    expect(await accepted(viewer.token, more.link)).toBe('invitation_already_member');
    expect((await backend.call(previewInvitation, preview(more.link))).role).toBe('admin');
  });

  describe('for an address', () => {
    test('are for the account that has verified it, by either link', async () => {
      const owner = await backend.signUp();
      const email = `${unused()}@example.org`;
      const { invitation, link } = await invite(owner, { role: 'viewer', email });
      expect(invitation).toMatchObject({ email, sent_at: new Date(clock.now()).toISOString() });
      const byMail = await mailed(email);
      expect(byMail).not.toBe(link);
      expect(await backend.call(previewInvitation, preview(link))).toMatchObject({
        email_hint: 'p…@example.org',
        proves_email: false,
      });
      expect((await backend.call(previewInvitation, preview(byMail))).proves_email).toBe(true);
      const person = await backend.signUp();
      for (const one of [link, byMail]) expect(await accepted(person.token, one)).toBe('invitation_for_another');
      await backend.services.database.transaction(tx =>
        tx.run('UPDATE access_users SET email = ? WHERE user_id = ?', [email, person.userId]),
      );
      expect(await accepted(person.token, byMail)).toBe('invitation_for_another');
      const other = await backend.signUp();
      await verify(other.userId, `other-${email}`);
      expect(await accepted(other.token, byMail)).toBe('invitation_for_another');
      await verify(person.userId, email.toUpperCase());
      expect(await accepted(person.token, link)).toBe('in');
      expect(await accepted(other.token, byMail)).toBe('invitation_used');
      const taken = { token: owner.token, body: { role: 'viewer' as const, email } };
      expect((await backend.refusal(createInvitation, taken)).code).toBe('invitation_already_member');
    });

    test('open an account with that address by the link in the mail, and by no other', async () => {
      const owner = await backend.signUp();
      const email = `${unused()}@example.org`;
      const { link } = await invite(owner, { role: 'member', email });
      const byMail = await mailed(email);
      const account = (given: object) => ({ body: { username: unused(), password, ...given } });
      for (const given of [
        { invitation_token: tokenIn(link) },
        { invitation_token: tokenIn(link), email },
        { invitation_token: tokenIn(byMail), email: `other-${email}` },
      ])
        expect(await backend.refusal(signUp, account(given))).toMatchObject({
          status: 403,
          code: 'invitation_for_another',
        });
      const made = await backend.call(signUp, account({ invitation_token: tokenIn(byMail) }));
      expect(made.user.email).toBe(email);
      const row = await backend.services.database.read.first<{ email_verified_at: number }>(
        'SELECT email_verified_at FROM access_users WHERE user_id = ?',
        [made.user.user_id],
      );
      expect(row?.email_verified_at).toBe(clock.now());
      expect((await backend.call(listMembers, { token: owner.token })).items.map(item => item.user_id)).toContain(
        made.user.user_id,
      );
    });

    test('are sent there a few times a day, and no more, by whichever organization', async () => {
      const email = `${unused()}@example.org`;
      const [one, other] = [await backend.signUp(), await backend.signUp()];
      const first = await invite(one, { role: 'viewer', email });
      const params = { invitation_id: first.invitation.invitation_id };
      for (let mails = 1; mails < INVITATION_MAILS_PER_ADDRESS_AND_DAY_MAX; mails += 1)
        await backend.call(resendInvitation, { token: one.token, params });
      const refused = { status: 409, code: 'invitation_mail_limit_reached' };
      expect(await backend.refusal(resendInvitation, { token: one.token, params })).toMatchObject(refused);
      const body = { role: 'viewer' as const, email: email.toUpperCase() };
      expect(await backend.refusal(createInvitation, { token: other.token, body })).toMatchObject(refused);
      await invite(other, { role: 'viewer', email: `other-${email}` });
      clock.set(clock.now() + DAY);
      await backend.call(createInvitation, { token: await signedIn(other.username), body });
    });

    test('whose owner has an account already are not for a second one', async () => {
      const owner = await backend.signUp();
      const email = `${unused()}@example.org`;
      const person = await backend.signUp();
      await invite(owner, { role: 'member', email });
      const byMail = await mailed(email);
      await verify(person.userId, email);
      const username = unused();
      const body = { username, password, invitation_token: tokenIn(byMail) };
      expect((await backend.refusal(signUp, { body })).code).toBe('invitation_for_another');
      // All or nothing: neither the account nor the membership is there.
      expect(await accepted(person.token, byMail)).toBe('in');
      expect((await backend.call(signUp, { body: { username, password } })).user.username).toBe(username);
    });
  });

  test('are limited in number while they are open, however many are made at once', async () => {
    const owner = await backend.signUp();
    const ask = () => backend.request('POST', 'invitations', { token: owner.token, body: { role: 'guest' } });
    const replies = await Promise.all(Array.from({ length: INVITATIONS_OPEN_PER_ORGANIZATION_MAX + 3 }, ask));
    expect(replies.filter(reply => reply.status === 201)).toHaveLength(INVITATIONS_OPEN_PER_ORGANIZATION_MAX);
    const { items, next_cursor } = await backend.call(listInvitations, { token: owner.token, query: { limit: 60 } });
    const rest = await backend.call(listInvitations, {
      token: owner.token,
      query: { limit: 60, cursor: next_cursor as string },
    });
    const ids = [...items, ...rest.items].map(item => item.invitation_id);
    expect([ids.length, new Set(ids).size, rest.next_cursor]).toEqual([100, 100, null]);
    await backend.call(revokeInvitation, { token: owner.token, params: { invitation_id: ids[0] as string } });
    expect((await ask()).status).toBe(201);
    expect((await ask()).body.code).toBe('invitation_limit_reached');
  });

  test('sent twice with one key are one', async () => {
    const owner = await backend.signUp();
    const send = () =>
      backend.call(createInvitation, { token: owner.token, idempotencyKey: 'one', body: { role: 'viewer' } });
    const [first, second] = [await send(), await send()];
    expect(second).toEqual(first);
    expect((await backend.call(listInvitations, { token: owner.token })).items).toHaveLength(1);
  });

  test('of another organization are not there', async () => {
    const [mine, theirs] = [await backend.signUp(), await backend.signUp()];
    const { invitation } = await invite(theirs, { role: 'viewer' });
    const of = { token: mine.token, params: { invitation_id: invitation.invitation_id } };
    const foreign = { role: 'guest' as const, project_id: theirs.projectId, project_role: 'viewer' as const };
    for (const refusal of [
      await backend.refusal(resendInvitation, of),
      await backend.refusal(revokeInvitation, of),
      await backend.refusal(createInvitation, { token: mine.token, body: foreign }),
    ])
      expect(refusal).toMatchObject({ status: 404, code: 'not_found' });
    expect((await backend.call(listInvitations, { token: mine.token })).items).toEqual([]);
  });

  test('take nothing from the body that is not offered', async () => {
    const owner = await backend.signUp();
    for (const more of [
      { organization_id: 'org_x' },
      { invited_by: 'usr_x' },
      { expires_in_days: 31 },
      { expires_in_days: 0 },
      { email: 'no address' },
      { email: 'a@b\r\nBcc: c@d' },
      { role: 'platform_admin' },
      { project_role: 'owner', project_id: owner.projectId },
    ])
      expect(
        (await backend.request('POST', 'invitations', { token: owner.token, body: { role: 'viewer', ...more } }))
          .status,
      ).toBe(400);
  });
});

describe.each(['sqlite', 'postgres'] as const)('where sign-up is closed, on %s', database => {
  test('an invitation opens it, once', async () => {
    const clock = new TestClock();
    const backend = await start(database, clock, 'closed');
    try {
      const admin = await backend.request('POST', 'auth/personal/login', { body: { username: 'admin', password } });
      const token = String(admin.body.access_token);
      const account = (given: object) => ({ body: { username: 'ann', password, ...given } });
      expect((await backend.refusal(signUp, account({}))).code).toBe('sign_up_closed');
      const guess = { invitation_token: 'inv_guess' };
      expect((await backend.refusal(signUp, account(guess))).code).toBe('invitation_unknown');
      const { link } = await backend.call(createInvitation, { token, body: { role: 'member' } });
      const invited = { invitation_token: tokenIn(link) };
      const made = await backend.call(signUp, account(invited));
      const me = await backend.call(getMe, { token: made.access_token as string });
      expect(me.organizations.map(one => one.role).sort()).toEqual(['member', 'owner']);
      const another = { ...invited, username: 'bob' };
      expect((await backend.refusal(signUp, account(another))).code).toBe('invitation_used');
    } finally {
      await backend.stop();
    }
  });
});
