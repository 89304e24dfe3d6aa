/**
 * Every operation against everybody who might call it. Who may is written down in `testing/who-may.ts`, apart from the roles that grant it: an operation that is
 * not in that table fails, and so does a role that grants more or less than the table says.
 */
import { newId } from '@portico/plugin-kit/contract';
import type { OperationShape } from '@portico/plugin-kit/contract';
import { startTestBackend, TestClock } from '@portico/plugin-kit/testing';
import type { SignedUp, TestBackend } from '@portico/plugin-kit/testing';
import { oneFitting, operations, sendRequest } from './testing/generated-requests';
import { platformRoleNames, roleNames, whoMay } from './testing/who-may';
import type { RoleName } from './testing/who-may';

const HOUR = 60 * 60 * 1000;
/** Held by everybody in an organization, and by no operation of another plugin. */
const HARMLESS_SCOPE = 'access.ssh_key.read';

const guarded = operations.filter(operation => operation.permission !== 'public');
const permitted = guarded.filter(operation => operation.permission !== 'authenticated');
const named = (some: readonly OperationShape[]) => some.map(operation => [operation.id, operation] as const);

test('every operation stands in the table, and nothing else does', () => {
  expect(Object.keys(whoMay).sort()).toEqual(operations.map(({ id }) => id).sort());
});

test('what is public or open to everybody signed in is said to be so', () => {
  for (const { id, permission, proof } of operations) {
    const expected =
      permission === 'public'
        ? 'anyone'
        : permission === 'authenticated'
          ? proof === undefined
            ? 'signed in'
            : 'own account'
          : expect.any(Array);
    expect([id, whoMay[id]]).toEqual([id, expected]);
  }
});

describe.each(['sqlite', 'postgres'] as const)('on %s', database => {
  let backend: TestBackend;
  let clock: TestClock;
  let owner: SignedUp;
  const people = new Map<RoleName, SignedUp>();
  beforeAll(async () => {
    clock = new TestClock();
    backend = await startTestBackend({ database, clock });
    owner = await backend.signUp();
    for (const role of roleNames) people.set(role, await personWith(role));
  }, 120_000);
  afterAll(() => backend.stop());

  /** A person with that role in the owner's organization, or on the platform, and with no other there. */
  async function personWith(role: RoleName): Promise<SignedUp> {
    const person = await backend.signUp();
    await backend.services.database.transaction(async tx => {
      if (platformRoleNames.some(name => name === role)) {
        await tx.run('INSERT INTO access_platform_roles (user_id, role, created_at) VALUES (?, ?, ?)', [
          person.userId,
          role,
          tx.now,
        ]);
        // Their own organization must grant them nothing here.
        await tx.run(`UPDATE access_memberships SET role = 'viewer' WHERE user_id = ?`, [person.userId]);
        return;
      }
      const isGuest = role === 'project_viewer';
      await tx.run('INSERT INTO access_memberships (user_id, organization_id, role, created_at) VALUES (?, ?, ?, ?)', [
        person.userId,
        owner.organizationId,
        isGuest ? 'guest' : role,
        tx.now,
      ]);
      if (isGuest)
        await tx.run(
          `INSERT INTO access_project_members (project_id, user_id, role, created_at) VALUES (?, ?, 'viewer', ?)`,
          [owner.projectId, person.userId, tx.now],
        );
    });
    return person;
  }

  /** What fits the schema and names nothing there is: whoever may ask changes nothing. */
  const ask = async (operation: OperationShape, token: string | undefined, projectId?: string) => {
    const fits = oneFitting(operation);
    const params = Object.fromEntries(
      Object.keys(fits.params)
        .filter(name => name.endsWith('_id'))
        .map(name => [name, newId('key')]),
    );
    const headers: Record<string, string> = projectId === undefined ? {} : { 'x-project-id': projectId };
    const reply = await sendRequest(backend, operation, {
      ...fits,
      params: { ...fits.params, ...params },
      token,
      headers,
    });
    const { code, details } = (reply.body ?? {}) as {
      code?: string;
      details?: { permission?: string; granted_by?: string };
    };
    return { status: reply.status, code: String(code), wanted: details?.permission, grantedBy: details?.granted_by };
  };

  const keyWith = async (person: SignedUp, scopes: readonly string[]) => {
    const reply = await backend.request('POST', 'api-keys', {
      token: person.token,
      body: { name: 'matrix', scopes },
    });
    return { key: String(reply.body.key), keyId: String(reply.body.key_id) };
  };

  describe('nobody gets in with a credential that is none any more', () => {
    const ended: Record<string, string | undefined> = {};
    beforeAll(async () => {
      const expired = await backend.signUp();
      clock.set(clock.now() + HOUR);
      const [revoker, disabled, signedOut] = [await backend.signUp(), await backend.signUp(), await backend.signUp()];
      const revoked = await keyWith(revoker, [HARMLESS_SCOPE]);
      await backend.request('DELETE', `api-keys/${revoked.keyId}`, { token: revoker.token });
      const disabledKey = await keyWith(disabled, [HARMLESS_SCOPE]);
      await backend.services.database.transaction(tx =>
        tx.run(`UPDATE access_users SET status = 'disabled' WHERE user_id = ?`, [disabled.userId]),
      );
      await backend.request('POST', 'auth/logout', { token: signedOut.token });
      Object.assign(ended, {
        nobody: undefined,
        'an expired token': expired.token,
        'a revoked key': revoked.key,
        'a disabled user': disabled.token,
        'the key of a disabled user': disabledKey.key,
        'a session that was ended': signedOut.token,
      });
      // The tokens of the people above have run out as well.
      for (const person of [owner, ...people.values()]) Object.assign(person, await signedInAgain(person));
    }, 120_000);

    test.each(named(guarded))('%s', async (_id, operation) => {
      for (const [who, token] of Object.entries(ended)) {
        const { status, code } = await ask(operation, token);
        expect([who, status, code]).toEqual([who, 401, 'authentication_required']);
      }
    });
  });

  async function signedInAgain({ username, password }: SignedUp): Promise<{ token: string }> {
    const reply = await backend.request('POST', 'auth/personal/login', { body: { username, password } });
    return { token: String(reply.body.access_token) };
  }

  test.each(named(permitted))('%s: those in the table, and nobody else', async (id, operation) => {
    const may = whoMay[id];
    for (const role of roleNames) {
      const person = people.get(role);
      const isOfOrganization = !platformRoleNames.some(name => name === role);
      // What a role may do could change the people of this test; whether it is refused is asked of the role alone.
      const isAllowed = Array.isArray(may) && may.includes(role);
      if (isAllowed && operation.method !== 'GET' && operation.params === undefined) continue;
      const projectId = isOfOrganization ? owner.projectId : undefined;
      const { code, wanted, grantedBy } = await ask(operation, person?.token, projectId);
      // Handlers refuse with the same code what lies beyond a role's reach; want of the permission names it.
      const isRefused = code === 'permission_denied' && wanted === operation.permission;
      expect([role, isRefused ? 'may not' : 'may']).toEqual([role, isAllowed ? 'may' : 'may not']);
      const whose = may?.includes('owner') ? 'your organization' : 'the platform';
      if (isRefused) expect([role, grantedBy]).toEqual([role, `an administrator of ${whose}`]);
    }
  });

  test.each(named(guarded))('%s: a key without the scope may not', async (_id, operation) => {
    if (operation.permission === HARMLESS_SCOPE) return;
    const { key } = await keyOfOwner();
    const { status, code } = await ask(operation, key);
    if (operation.permission !== 'authenticated') expect([status, code]).toEqual([403, 'permission_denied']);
    else if (operation.proof !== undefined) expect([status, code]).toEqual([403, 'session_required']);
    else expect(status).not.toBe(401);
  });

  let ownersKey: { key: string } | undefined;
  const keyOfOwner = async () => (ownersKey ??= await keyWith(owner, [HARMLESS_SCOPE]));

  test.each(named(guarded.filter(({ proof }) => proof === 'fresh' || proof === 'fresh_or_key')))(
    '%s: whoever has not lately proved who they are is asked to',
    async (_id, operation) => {
      const person = whoMayOf(operation);
      const long = `UPDATE access_sessions SET authenticated_at = ? WHERE user_id = ?`;
      await backend.services.database.transaction(tx => tx.run(long, [tx.now - 24 * HOUR, person.userId]));
      const { status, code } = await ask(operation, person.token, person.projectId);
      await backend.services.database.transaction(tx => tx.run(long, [tx.now, person.userId]));
      expect([status, code]).toEqual([403, 'step_up_required']);
    },
  );

  /** Somebody whom the operation does not refuse for their role. */
  function whoMayOf({ id }: OperationShape): SignedUp {
    const may = whoMay[id];
    const platformRole = platformRoleNames.find(name => Array.isArray(may) && may.includes(name));
    return (platformRole && people.get(platformRole)) || owner;
  }

  describe('a sign-in the organization does not accept opens one’s own account and nothing else', () => {
    let member: SignedUp;
    let restricting: SignedUp;
    beforeAll(async () => {
      [member, restricting] = [await backend.signUp(), await backend.signUp()];
      await backend.services.database.transaction(async tx => {
        await tx.run(
          `INSERT INTO access_memberships (user_id, organization_id, role, created_at) VALUES (?, ?, 'owner', ?)`,
          [member.userId, restricting.organizationId, tx.now],
        );
        await tx.run('UPDATE access_organizations SET requires_second_factor = 1 WHERE organization_id = ?', [
          restricting.organizationId,
        ]);
      });
    });
    const held = permitted.filter(({ id }) => whoMay[id]?.includes('owner'));
    test.each(named(held))('%s', async (_id, operation) => {
      const there = await ask(operation, member.token, restricting.projectId);
      expect([there.status, there.code]).toEqual([403, 'second_factor_required']);
    });
  });
});
