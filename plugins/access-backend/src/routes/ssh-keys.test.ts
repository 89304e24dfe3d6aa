import {
  addSshKey,
  getMe,
  listProjects,
  listSshKeys,
  removeSshKey,
  SSH_KEYS_PER_USER_MAX,
} from '@portico/plugin-access/contract';
import { accessPortRef } from '@portico/plugin-access/port';
import { startTestBackend } from '@portico/plugin-kit/testing';
import { generateKeyPairSync } from 'node:crypto';
import { keys } from '../testing/ssh-keys';

const { ed25519, ecdsa256, rsa2048, rsa1024 } = keys;

/** `string "ssh-ed25519", string key` (RFC 8709, 4) around a new key. */
function newPublicKey(): string {
  const raw = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'der' }).subarray(-32);
  const field = (bytes: Buffer) => Buffer.concat([Buffer.from([0, 0, 0, bytes.length]), bytes]);
  return `ssh-ed25519 ${Buffer.concat([field(Buffer.from('ssh-ed25519')), field(raw)]).toString('base64')}`;
}

const start = (database: 'sqlite' | 'postgres') =>
  startTestBackend({ database, plugins: ['access', 'billing'], expose: { access: accessPortRef } });

describe.each(['sqlite', 'postgres'] as const)('SSH keys, on %s', database => {
  let backend: Awaited<ReturnType<typeof start>>;
  beforeAll(async () => {
    backend = await start(database);
  });
  afterAll(() => backend.stop());

  const add = (token: string, public_key: string, name = 'laptop') =>
    backend.call(addSshKey, { token, body: { name, public_key } });

  test('are added, listed newest first and removed', async () => {
    const { token, userId } = await backend.signUp();
    const { organization_id: organizationId } = (await backend.call(getMe, { token })).organization;
    const first = await add(token, `${ed25519.line} ada@laptop\n`);
    expect(first).toMatchObject({
      name: 'laptop',
      key_type: 'ssh-ed25519',
      fingerprint: ed25519.fingerprint,
      comment: 'ada@laptop',
    });
    const second = await add(token, rsa2048.line, 'Büro 😀');
    expect((await backend.call(listSshKeys, { token })).items).toEqual([second, first]);
    expect((await backend.call(getMe, { token })).first_run.ssh_key_count).toBe(2);

    const { read } = backend.services.database;
    expect(await backend.services.access.sshKeys(read, { userId, organizationId })).toEqual([
      { keyId: first.key_id, name: 'laptop', publicKey: ed25519.line, fingerprint: ed25519.fingerprint },
      { keyId: second.key_id, name: 'Büro 😀', publicKey: rsa2048.line, fingerprint: rsa2048.fingerprint },
    ]);
    await backend.call(removeSshKey, { token, params: { key_id: first.key_id } });
    expect(await backend.refusal(removeSshKey, { token, params: { key_id: first.key_id } })).toMatchObject({
      status: 404,
      code: 'not_found',
    });
    expect(await backend.services.access.sshKeys(read, { userId, organizationId, keyIds: [first.key_id] })).toBeNull();
    expect(
      await backend.services.access.sshKeys(read, { userId, organizationId, keyIds: [second.key_id] }),
    ).toHaveLength(1);
  });

  test('of someone else are not there', async () => {
    const [mine, theirs] = [await backend.signUp(), await backend.signUp()];
    const key = await add(theirs.token, ed25519.line);
    expect(await backend.refusal(removeSshKey, { token: mine.token, params: { key_id: key.key_id } })).toMatchObject({
      status: 404,
    });
    expect((await backend.call(listSshKeys, { token: mine.token })).items).toEqual([]);
    expect(
      await backend.services.access.sshKeys(backend.services.database.read, {
        userId: mine.userId,
        organizationId: (await backend.call(getMe, { token: mine.token })).organization.organization_id,
        keyIds: [key.key_id],
      }),
    ).toBeNull();
    await add(mine.token, ed25519.line);
  });

  test('are refused with a code and a reason, and a private key leaves no trace', async () => {
    const { token } = await backend.signUp();
    await add(token, ecdsa256.line);
    const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    for (const [public_key, status, code] of [
      [rsa1024.line, 422, 'key_too_weak'],
      ['sk-ssh-ed25519@openssh.com AAAA', 422, 'key_type_unsupported'],
      [pem, 422, 'private_key_refused'],
      ['hello', 422, 'key_malformed'],
      [`${ecdsa256.line} another comment`, 409, 'key_duplicate'],
      ['', 400, 'request_malformed'],
    ] as const) {
      const refusal = await backend.refusal(addSshKey, { token, body: { name: 'x', public_key } });
      expect(refusal).toMatchObject({ status, code });
      expect(JSON.stringify(refusal)).not.toContain(pem.split('\n')[1]);
    }
    expect((await backend.call(listSshKeys, { token })).items).toHaveLength(1);
  });

  test('sent twice with one key are one', async () => {
    const { token } = await backend.signUp();
    const send = () =>
      backend.call(addSshKey, { token, idempotencyKey: 'add-1', body: { name: 'a', public_key: ed25519.line } });
    const replies = await Promise.all(Array.from({ length: 10 }, send));
    for (const reply of replies) expect(reply).toEqual(replies[0]);
    expect((await backend.call(listSshKeys, { token })).items).toHaveLength(1);
    expect(
      await backend.refusal(addSshKey, {
        token,
        idempotencyKey: 'add-1',
        body: { name: 'b', public_key: ed25519.line },
      }),
    ).toMatchObject({
      status: 422,
      code: 'idempotency_key_reused',
    });
  });

  test('are limited in number, however many are added at once', async () => {
    const { token } = await backend.signUp();
    const replies = await Promise.all(
      Array.from({ length: SSH_KEYS_PER_USER_MAX + 5 }, () =>
        backend.request('POST', 'ssh-keys', { token, body: { name: 'many', public_key: newPublicKey() } }),
      ),
    );
    expect(replies.filter(reply => reply.status === 201)).toHaveLength(SSH_KEYS_PER_USER_MAX);
    for (const reply of replies.filter(({ status }) => status !== 201))
      expect(reply.body.code).toBe('key_limit_reached');

    const seen: string[] = [];
    let cursor: string | null | undefined;
    do {
      const page = await backend.call(listSshKeys, { token, query: { limit: 7, ...(cursor ? { cursor } : {}) } });
      seen.push(...page.items.map(item => item.key_id));
      cursor = page.next_cursor;
    } while (cursor);
    expect(new Set(seen).size).toBe(SSH_KEYS_PER_USER_MAX);
    expect(seen).toHaveLength(SSH_KEYS_PER_USER_MAX);
  });

  test('and projects refuse the cursor of another list', async () => {
    const { token, projectId } = await backend.signUp();
    await add(token, ed25519.line);
    await add(token, rsa2048.line);
    const { next_cursor } = await backend.call(listSshKeys, { token, query: { limit: 1 } });
    expect(await backend.refusal(listProjects, { token, query: { cursor: next_cursor ?? '' } })).toMatchObject({
      status: 400,
      code: 'cursor_invalid',
    });
    expect((await backend.call(listProjects, { token })).items.map(project => project.project_id)).toEqual([projectId]);
  });
});
