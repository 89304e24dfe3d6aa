import { spawn } from 'node:child_process';
import path from 'node:path';
import { getMe, signIn } from '@portico/plugin-access/contract';
import { listAllAuditLogs } from '@portico/plugin-kit/contract';
import { startTestBackend, waitFor } from '@portico/plugin-kit/testing';
import { withPasskey } from '../plugins/access-backend/src/testing/people-with-factors';

const root = path.join(__dirname, '..');
const oldPassword = 'correct horse battery staple';

/** Runs the command as an operator would, on the data of a test. */
async function run(
  data: { dataDirectory: string; location: { dialect: string; url?: string } },
  ...args: string[]
): Promise<{ code: number | null; output: string }> {
  const child = spawn(
    process.execPath,
    [path.join(root, 'node_modules/.bin/tsx'), 'tools/admin-reset-password.ts', ...args],
    {
      cwd: root,
      env: {
        PATH: process.env['PATH'],
        PORTICO_DATA_DIR: data.dataDirectory,
        ...(data.location.url === undefined ? {} : { PORTICO_DATABASE_URL: data.location.url }),
      },
    },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (output += String(chunk)));
  const code = await new Promise<number | null>(resolve => child.on('close', resolve));
  return { code, output };
}
const passwordIn = (output: string) => /password +(\S+)/.exec(output)?.[1] ?? '';

describe.each(['sqlite', 'postgres'] as const)('a lost password of an administrator, on %s', database => {
  test('is replaced beside the running portal, and while it is stopped', async () => {
    let backend = await startTestBackend({ database, plugins: ['access', 'billing'] });
    const { data } = backend;
    try {
      const before = await backend.call(signIn, { body: { username: 'admin', password: oldPassword } });
      const beside = await run(data, 'Admin');
      expect(beside).toMatchObject({ code: 0 });
      expect((await backend.request('GET', 'me', { token: before.access_token ?? '' })).status).toBe(401);
      const wrong = await backend.refusal(signIn, { body: { username: 'admin', password: oldPassword } });
      expect(wrong.code).toBe('credentials_invalid');
      const body = { username: 'admin', password: passwordIn(beside.output) };
      const { access_token: token = '' } = await backend.call(signIn, { body });
      await backend.call(getMe, { token });
      const { items } = await backend.call(listAllAuditLogs, { token, query: { action: 'access.password.issue' } });
      expect(items).toEqual([
        expect.objectContaining({
          actor: expect.objectContaining({ type: 'system', id: 'admin:reset-password' }) as object,
          changes: expect.objectContaining({ password_hash: 'changed' }) as object,
        }),
      ]);
      // The portal that runs seals what another process recorded.
      await waitFor(async () => {
        const again = await backend.call(listAllAuditLogs, { token, query: { action: 'access.password.issue' } });
        return again.items[0]?.seal != null;
      });

      await backend.stop({ keep: true });
      const offline = await run(data, 'admin');
      expect(offline.code).toBe(0);
      expect(passwordIn(offline.output)).not.toBe(body.password);
      backend = await startTestBackend({ database, plugins: ['access', 'billing'], on: data });
      await backend.call(signIn, { body: { username: 'admin', password: passwordIn(offline.output) } });
    } finally {
      await backend.stop();
    }
  }, 60_000);
});

test('a second factor that is lost too is taken away when that is asked for, and not before', async () => {
  const backend = await startTestBackend({ plugins: ['access', 'billing'] });
  try {
    const proven = (password: string) => ({ body: { username: 'admin', password } });
    const { access_token: token = '' } = await backend.call(signIn, proven(oldPassword));
    await withPasskey(backend, token);

    const password = passwordIn((await run(backend.data, 'admin')).output);
    expect((await backend.refusal(signIn, proven(password))).code).toBe('second_factor_needed');
    const both = await run(backend.data, 'admin', '--remove-factors');
    expect(both).toMatchObject({ code: 0, output: expect.stringContaining('recovery codes are removed') as string });
    const { access_token: after = '' } = await backend.call(signIn, proven(passwordIn(both.output)));
    const { items } = await backend.call(listAllAuditLogs, {
      token: after,
      query: { action: 'access.second_factor.remove_all' },
    });
    expect(items[0]?.actor).toMatchObject({ type: 'system', id: 'admin:reset-password' });
    const again = await run(backend.data, 'admin', '--remove-factors');
    expect(again.output).toContain('There was no second factor');
    expect((await run(backend.data, 'admin', '--remove-everything')).code).toBe(2);
  } finally {
    await backend.stop();
  }
}, 60_000);

test('who is nobody, and where no portal is, is said in a sentence', async () => {
  const backend = await startTestBackend({ plugins: ['access', 'billing'] });
  try {
    expect(await run(backend.data, 'nobody')).toMatchObject({
      code: 1,
      output: expect.stringContaining('no such user') as string,
    });
    expect((await run(backend.data)).code).toBe(2);
    const elsewhere = { dataDirectory: path.join(backend.data.dataDirectory, 'none'), location: { dialect: 'sqlite' } };
    expect(await run(elsewhere, 'admin')).toMatchObject({
      code: 1,
      output: expect.stringContaining('There is no portal in') as string,
    });
  } finally {
    await backend.stop();
  }
}, 60_000);
