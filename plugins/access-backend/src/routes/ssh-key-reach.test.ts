import { addSshKey, createApiKey, getMe, listSshKeys } from '@portico/plugin-access/contract';
import { accessPortRef } from '@portico/plugin-access/port';
import { startTestBackend } from '@portico/plugin-kit/testing';
import { colleague } from '../testing/organization-members';
import { keys } from '../testing/ssh-keys';

const start = (database: 'sqlite' | 'postgres') =>
  startTestBackend({ database, plugins: ['access', 'billing'], expose: { access: accessPortRef } });

describe.each(['sqlite', 'postgres'] as const)('What an SSH key opens, on %s', database => {
  let backend: Awaited<ReturnType<typeof start>>;
  beforeAll(async () => {
    backend = await start(database);
  });
  afterAll(() => backend.stop());

  /** Somebody who has an organization of their own, which demands nothing, and works in one that may. */
  const worker = async () => {
    const owner = await backend.signUp();
    const person = await colleague(backend, owner, { role: 'member' });
    const organizationOf = async (token: string) => (await backend.call(getMe, { token })).organization.organization_id;
    return { ...person, home: await organizationOf(person.token), work: await organizationOf(owner.token) };
  };
  const opening = async (userId: string, organizationId: string) =>
    (await backend.services.access.sshKeys(backend.services.database.read, { userId, organizationId }))?.map(
      ({ name }) => name,
    );
  const add = (token: string, name: string, public_key: string) =>
    backend.call(addSshKey, { token, body: { name, public_key } });
  const demand = (organizationId: string, column: 'required_provider' | 'requires_second_factor', value: unknown) =>
    backend.services.database.transaction(tx =>
      tx.run(`UPDATE access_organizations SET ${column} = ? WHERE organization_id = ?`, [
        value as string | number,
        organizationId,
      ]),
    );
  const cameThrough = (token: string, column: 'provider' | 'second_factor_at', value: string | number) =>
    backend.services.database.transaction(async tx => {
      const { user } = await backend.call(getMe, { token });
      await tx.run(`UPDATE access_sessions SET ${column} = ? WHERE user_id = ?`, [value, user.user_id]);
    });

  test.each([
    { what: 'a second factor', column: 'requires_second_factor', value: 1, none: 0, by: ['second_factor_at', 1] },
    { what: 'a provider', column: 'required_provider', value: 'acme', none: null, by: ['provider', 'acme'] },
  ] as const)('added elsewhere with the password alone opens nothing where $what is demanded', async demanded => {
    const { token, userId, home, work } = await worker();
    await add(token, 'password alone', keys.ed25519.line);
    expect(await opening(userId, work)).toEqual(['password alone']);

    await demand(work, demanded.column, demanded.value);
    expect(await opening(userId, work)).toEqual([]);
    expect(await opening(userId, home)).toEqual(['password alone']);
    const [{ key_id: keyId } = { key_id: '' }] = (await backend.call(listSshKeys, { token })).items;
    const asked = { userId, organizationId: work, keyIds: [keyId] };
    expect(await backend.services.access.sshKeys(backend.services.database.read, asked)).toBeNull();

    await cameThrough(token, demanded.by[0], demanded.by[1]);
    await add(token, 'shown', keys.ecdsa256.line);
    expect(await opening(userId, work)).toEqual(['shown']);
    await demand(work, demanded.column, demanded.none);
    expect(await opening(userId, work)).toEqual(['password alone', 'shown']);
  });

  test('through another provider than the one demanded opens nothing there', async () => {
    const { token, userId, work } = await worker();
    await demand(work, 'required_provider', 'acme');
    await cameThrough(token, 'provider', 'other');
    await add(token, 'other', keys.ed25519.line);
    expect(await opening(userId, work)).toEqual([]);
  });

  test('added by an API key opens what is that one’s organization alone', async () => {
    const { token, userId, home, work } = await worker();
    const scopes = ['access.ssh_key.manage'];
    const { key } = await backend.call(createApiKey, { token, body: { name: 'robot', scopes } });
    await add(key, 'by a robot', keys.ed25519.line);
    expect(await opening(userId, home)).toEqual(['by a robot']);
    expect(await opening(userId, work)).toEqual([]);
  });

  test('from before goes on as it was', async () => {
    const { token, userId, work } = await worker();
    await add(token, 'old', keys.ed25519.line);
    await backend.services.database.transaction(tx =>
      tx.run('UPDATE access_ssh_keys SET has_second_factor = NULL WHERE user_id = ?', [userId]),
    );
    await demand(work, 'requires_second_factor', 1);
    expect(await opening(userId, work)).toEqual(['old']);
  });
});
