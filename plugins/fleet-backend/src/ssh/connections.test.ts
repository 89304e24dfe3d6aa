import { utils } from 'ssh2';
import { waitFor } from '@portico/plugin-kit/testing';
import { describeWithSshd, newKeyPair, startSshd } from '../testing/sshd-under-test';
import type { SshdUnderTest } from '../testing/sshd-under-test';
import { AddressRefusedError, NodeAddressPolicy } from './address-policy';
import { createNodeConnections, withConnection } from './connections';
import { fingerprintOf } from './host-key';
import type { NodeConnections } from './node-connection';
import { fetchHostKey, openClient } from './ssh-client';
import type { SshLogin } from './ssh-client';

const loopback = new NodeAddressPolicy(['127.0.0.0/8']);
const key = newKeyPair();

describeWithSshd('a real sshd', () => {
  let sshd: SshdUnderTest;
  let login: SshLogin;
  let connections: NodeConnections;
  beforeEach(async () => {
    sshd = await startSshd({ authorizedKeys: [key.public] });
    login = {
      address: { host: '127.0.0.1', port: sshd.port },
      hostKey: sshd.hostKey,
      username: 'operator',
      credential: { kind: 'private_key', privateKey: key.private },
    };
    connections = createNodeConnections({ policy: loopback, loginOf: async () => login });
  });
  afterEach(async () => {
    await connections.close();
    sshd.stop();
  });
  const node = () => connections.to('node_1');

  test('runs a script as root through sudo, with arguments, data and a status', async () => {
    const said = await node().run('id -u; printf "%s|" "$@"; cat; echo oops >&2; exit 3', {
      args: ["it's", '$(id)', ''],
      stdin: 'a secret\n',
    });
    expect(said).toEqual({ status: 3, stdout: "0\nit's|$(id)||a secret\n", stderr: 'oops\n' });
    login = { ...login, username: 'root' };
    connections.forget('node_1');
    expect((await node().run('id -u')).stdout).toBe('0\n');
  });

  test('more at once than one connection may have sessions', async () => {
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, index) => node().run('echo "$1"', { args: [String(index)] })),
    );
    expect(answers.map(answer => answer.stdout.trim())).toEqual(
      Array.from({ length: 60 }, (_, index) => String(index)),
    );
  });

  test('an sshd that allows fewer sessions than others is used with as many as it allows', async () => {
    sshd.stop();
    sshd = await startSshd({ authorizedKeys: [key.public], maxSessions: 2 });
    login = { ...login, address: { host: '127.0.0.1', port: sshd.port }, hostKey: sshd.hostKey };
    const answers = await Promise.all(Array.from({ length: 12 }, () => node().run('sleep 0.1; echo ok')));
    expect(answers.every(answer => answer.stdout === 'ok\n')).toBe(true);
  });

  test('what takes too long, or nobody waits for any more, is ended on the node too', async () => {
    const script = (seconds: number) => `sh -c 'sleep ${seconds}; true'; true`;
    const sleeping = async (seconds: number) =>
      (await node().run('pgrep -f "^sleep $1\$" || true', { args: [String(seconds)] })).stdout !== '';
    await expect(node().run(script(311), { timeoutSeconds: 1 })).rejects.toMatchObject({ code: 'node_unreachable' });
    expect(await sleeping(311)).toBe(false);
    const abort = new AbortController();
    const aborted = node().run(script(312), { signal: abort.signal });
    const streaming = await node().stream(script(313));
    await waitFor(async () => (await sleeping(312)) && (await sleeping(313)), 'both to run');
    abort.abort(new Error('nobody waits'));
    await expect(aborted).rejects.toThrow('nobody waits');
    await waitFor(async () => !(await sleeping(312)), 'the one to be ended');
    expect(await sleeping(313)).toBe(true);
    streaming.stdout.destroy();
    await waitFor(async () => !(await sleeping(313)), 'the other to be ended');
  });

  test('a stream comes as it is said, with its end', async () => {
    const { stdin, stdout, stderr, ended } = await node().stream(
      'while read -r line; do echo "got $line"; done; echo end >&2; exit 4',
    );
    let heard = '';
    let complaint = '';
    stdout.on('data', (chunk: Buffer) => (heard += chunk.toString()));
    stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
    stdin.write('one\n');
    await waitFor(() => heard === 'got one\n', 'the first line');
    stdin.end('two\n');
    expect(await ended).toBe(4);
    await waitFor(() => heard === 'got one\ngot two\n' && complaint === 'end\n', 'all of it');
  });

  test('saying more than allowed counts as failed', async () => {
    await expect(node().run('yes')).rejects.toMatchObject({ code: 'runtime_failed' });
    expect((await node().run('echo still here')).stdout).toBe('still here\n');
  });

  test('a forward reaches a port of the node; one where nobody listens says so', async () => {
    const socket = await node().forward({ host: '127.0.0.1', port: sshd.port });
    const banner = await new Promise<string>(resolve =>
      socket.once('data', (chunk: Buffer) => resolve(chunk.toString())),
    );
    expect(banner).toMatch(/^SSH-2\.0-OpenSSH/);
    socket.destroy();
    await expect(node().forward({ host: '127.0.0.1', port: 1 })).rejects.toMatchObject({ code: 'runtime_failed' });
  });

  test('a lost node fails what ran there, and is reached again once it is back', async () => {
    const streaming = await node().stream('cat');
    const lost = node().run('sleep 60');
    const outcome = expect(lost).rejects.toMatchObject({ code: 'node_unreachable' });
    await node().run('true');
    sshd.kill();
    await outcome;
    expect(await streaming.ended).toBeNull();
    await expect(node().run('true')).rejects.toMatchObject({ code: 'node_unreachable' });
    await sshd.restart();
    expect((await node().run('echo back')).stdout).toBe('back\n');
  });

  test('a changed host key ends it before anything is sent', async () => {
    expect((await node().run('echo one')).stdout).toBe('one\n');
    await sshd.restart({ hostKey: newKeyPair() });
    await waitFor(
      async () =>
        (await node()
          .run('true')
          .catch((error: { code: string }) => error.code)) === 'host_key_changed',
      'the refusal',
    );
    const password = { ...login, credential: { kind: 'password', password: sshd.password } as const };
    await expect(openClient(loopback, password)).rejects.toMatchObject({ code: 'host_key_changed' });
    const another = utils.generateKeyPairSync('ecdsa', { bits: 256 }).public.split(' ').slice(0, 2).join(' ');
    await expect(openClient(loopback, { ...login, hostKey: another })).rejects.toMatchObject({
      code: 'host_key_changed',
      seen: null,
    });
  });

  test('wrong credentials are refused by name: key, password, user', async () => {
    const open = (change: Partial<SshLogin>) =>
      withConnection({ policy: loopback, login: { ...login, ...change } }, connection => connection.run('true'));
    await expect(open({ credential: { kind: 'private_key', privateKey: newKeyPair().private } })).rejects.toMatchObject(
      { code: 'access_denied' },
    );
    await expect(open({ credential: { kind: 'private_key', privateKey: 'nonsense' } })).rejects.toMatchObject({
      code: 'access_denied',
    });
    await expect(open({ credential: { kind: 'password', password: 'wrong' } })).rejects.toMatchObject({
      code: 'access_denied',
    });
    await expect(open({ username: 'nobody-here' })).rejects.toMatchObject({ code: 'access_denied' });
    expect((await open({ credential: { kind: 'password', password: sshd.password } })).status).toBe(0);
  });

  test('a login that may not use sudo is told so', async () => {
    sshd.stop();
    sshd = await startSshd({ authorizedKeys: [key.public], sudo: false });
    login = { ...login, address: { host: '127.0.0.1', port: sshd.port }, hostKey: sshd.hostKey };
    await expect(node().run('true')).rejects.toMatchObject({
      code: 'access_denied',
      message: expect.stringContaining('sudo') as string,
    });
  });

  test('the host key is fetched for comparison', async () => {
    const seen = await fetchHostKey(loopback, login.address);
    expect(seen).toBe(sshd.hostKey);
    expect(fingerprintOf(seen)).toMatch(/^SHA256:[A-Za-z0-9+/]{43}$/);
  });

  test('what the policy refuses is never connected to', async () => {
    const strict = new NodeAddressPolicy([]);
    await expect(openClient(strict, login)).rejects.toThrow(AddressRefusedError);
    const named = { ...login, address: { host: 'localhost', port: sshd.port } };
    await expect(openClient(strict, named)).rejects.toThrow(AddressRefusedError);
    await expect(fetchHostKey(strict, named.address)).rejects.toThrow(AddressRefusedError);
  });
});
