import { changeMemberRole, getMember, listMembers } from '@portico/plugin-access/contract';
import { startTestBackend, waitFor } from '@portico/plugin-kit/testing';
import type { SignedUp } from '@portico/plugin-kit/testing';
import { colleague } from '../testing/organization-members';
import { isWaiting } from '../testing/row-locks';

const start = (database: 'sqlite' | 'postgres') => startTestBackend({ database, plugins: ['access', 'billing'] });

describe.each(['sqlite', 'postgres'] as const)('members who act at once, on %s', database => {
  let backend: Awaited<ReturnType<typeof start>>;
  beforeAll(async () => {
    backend = await start(database);
  });
  afterAll(() => backend?.stop());

  const roleOf = async (owner: SignedUp, user_id: string) =>
    (await backend.call(getMember, { token: owner.token, params: { user_id } })).member.role;
  const RACES = 6;

  test('two owners who demote each other leave one, every time', async () => {
    for (let race = 0; race < RACES; race += 1) {
      const one = await backend.signUp();
      const two = await colleague(backend, one, { role: 'owner' });
      const there = { 'x-project-id': one.projectId };
      const demote = (token: string, userId: string) =>
        backend.request('PATCH', `members/${userId}`, { token, headers: there, body: { role: 'viewer' } });
      const replies = await Promise.all([demote(one.token, two.userId), demote(two.token, one.userId)]);
      expect(replies.map(reply => reply.status).sort()).toEqual([200, 403]);
      const owners = await backend.call(listMembers, { token: one.token, query: { role: 'owner' } });
      expect(owners.items).toHaveLength(1);
    }
  });

  test('two owners who leave or step down leave one', async () => {
    for (let race = 0; race < RACES; race += 1) {
      const founder = await backend.signUp();
      const [one, two] = [
        await colleague(backend, founder, { role: 'owner' }),
        await colleague(backend, founder, { role: 'owner' }),
      ];
      const viewer = { params: { user_id: founder.userId }, body: { role: 'viewer' as const } };
      await backend.call(changeMemberRole, { token: one.token, headers: one.there, ...viewer });
      const body = { organization_id: founder.organizationId };
      const replies = await Promise.all([
        backend.request('POST', 'organization/leave', { token: one.token, body }),
        backend.request('PATCH', `members/${two.userId}`, {
          token: two.token,
          headers: two.there,
          body: { role: 'member' },
        }),
      ]);
      expect(replies.map(reply => reply.status).filter(status => status < 300)).toHaveLength(1);
      expect(replies.map(reply => reply.body?.code)).toContain('last_owner');
    }
  });

  test('who is being removed makes no key that would work when they come back', async () => {
    const owner = await backend.signUp();
    const leaver = await colleague(backend, owner, { role: 'viewer' });
    const body = { name: 'robot', scopes: ['access.project.read'] };
    const replies = await Promise.all([
      ...Array.from({ length: 5 }, () =>
        backend.request('POST', 'api-keys', { token: leaver.token, headers: leaver.there, body }),
      ),
      backend.request('DELETE', `members/${leaver.userId}`, { token: owner.token }),
    ]);
    expect(replies.at(-1)?.status).toBe(204);
    const left = await backend.services.database.read.all(
      'SELECT key_id FROM access_api_keys WHERE user_id = ? AND organization_id = ? AND revoked_at IS NULL',
      [leaver.userId, owner.organizationId],
    );
    expect(left).toEqual([]);
  });

  test('who is being demoted does nothing with what they no longer hold', async () => {
    const owner = await backend.signUp();
    const admin = await colleague(backend, owner, { role: 'admin' });
    const friend = await colleague(backend, owner, { role: 'viewer' });
    const { database: db } = backend.services;
    let raising: Promise<{ status: number; body: Record<string, unknown> }> | undefined;
    // The lock of the organization is held until the admin’s request, let in before, waits for it.
    await db.transaction(async tx => {
      await tx.first(`SELECT organization_id FROM access_organizations WHERE organization_id = ?${tx.forUpdate}`, [
        owner.organizationId,
      ]);
      raising ??= backend.request('PATCH', `members/${friend.userId}`, {
        token: admin.token,
        headers: admin.there,
        body: { role: 'admin' },
      });
      if (database === 'postgres') await waitFor(() => isWaiting(tx));
      // On SQLite it waits for the one writer: it needs turns of the loop to get there, and whether it did cannot be asked.
      else for (let turn = 0; turn < 80; turn += 1) await new Promise(resolve => setImmediate(resolve));
      await tx.run(`UPDATE access_memberships SET role = 'viewer' WHERE user_id = ? AND organization_id = ?`, [
        admin.userId,
        owner.organizationId,
      ]);
    });
    expect(await raising).toMatchObject({ status: 403, body: { code: 'permission_denied' } });
    expect(await roleOf(owner, friend.userId)).toBe('viewer');
  });
});
