import { getMe, listUsers, signIn, signUp } from '@portico/plugin-access/contract';
import { createTestDatabase, startTestBackend } from '@portico/plugin-kit/testing';

const plugins = ['access', 'billing'] as const;

/** What was written to the console while `work` ran. */
async function consoleOf<Result>(work: () => Promise<Result>): Promise<{ result: Result; text: string }> {
  const written: string[] = [];
  const write = jest.spyOn(process.stdout, 'write').mockImplementation(chunk => {
    written.push(String(chunk));
    return true;
  });
  try {
    return { result: await work(), text: written.join('') };
  } finally {
    write.mockRestore();
  }
}

describe.each(['sqlite', 'postgres'] as const)('the first administrator, on %s', database => {
  test('is made once, with a password that is shown once and works', async () => {
    const generated = { database, plugins, settings: { access: { adminPassword: undefined } } } as const;
    const first = await consoleOf(() => startTestBackend(generated));
    const password = /password +(([a-z2-9]{5}-){4}[a-z2-9]{5}) /.exec(first.text)?.[1] ?? '';
    expect(password).toHaveLength(29);
    const { token } = await first.result.signUp();
    expect((await first.result.refusal(listUsers, { token })).status).toBe(403);
    await first.result.stop({ keep: true });

    const second = await consoleOf(() => startTestBackend({ ...generated, on: first.result.data }));
    try {
      expect(second.text).not.toContain('password');
      const admin = await second.result.call(signIn, { body: { username: 'admin', password } });
      const me = await second.result.call(getMe, { token: admin.access_token });
      expect(me.permissions).toContain('access.user.read_any');
      const users = await second.result.call(listUsers, { token: admin.access_token });
      expect(users.items.filter(user => user.username === 'admin')).toHaveLength(1);
    } finally {
      await second.result.stop();
    }
  });

  test('takes the configured password, which is not shown and changes nothing later', async () => {
    const first = await consoleOf(() =>
      startTestBackend({ database, plugins, settings: { access: { adminPassword: 'first-configured' } } }),
    );
    expect(first.text).not.toContain('first-configured');
    await first.result.stop({ keep: true });
    const second = await startTestBackend({
      database,
      plugins,
      on: first.result.data,
      settings: { access: { adminPassword: 'second-configured' } },
    });
    try {
      await second.call(signIn, { body: { username: 'admin', password: 'first-configured' } });
      expect((await second.refusal(signIn, { body: { username: 'admin', password: 'second-configured' } })).code).toBe(
        'credentials_invalid',
      );
      expect((await second.refusal(signUp, { body: { username: 'admin', password: 'third-configured' } })).code).toBe(
        'username_taken',
      );
    } finally {
      await second.stop();
    }
  });
});

test('of several replicas that start at once there is one administrator', async () => {
  const data = await createTestDatabase('postgres');
  const replicas = await Promise.all(
    [1, 2, 3].map(() => startTestBackend({ database: 'postgres', plugins, on: data })),
  );
  try {
    const rows = await replicas[0]?.services.database.read.all('SELECT user_id FROM access_platform_roles');
    expect(rows).toHaveLength(1);
    for (const replica of replicas)
      await replica.call(signIn, { body: { username: 'admin', password: 'correct horse battery staple' } });
  } finally {
    for (const replica of replicas) await replica.stop({ keep: true });
    await data.drop();
  }
});
