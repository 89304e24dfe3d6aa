import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { waitFor } from '@portico/plugin-kit/testing';
import type { ClientChannel } from 'ssh2';
import { SshWorkload } from '../testing/ssh-workload';

let workload: SshWorkload;

beforeAll(async () => {
  workload = await SshWorkload.start();
}, 60_000);
afterAll(() => workload.stop(), 60_000);

describe('a command', () => {
  it('is what the API says to paste', async () => {
    const [program, ...args] = workload.command.split(' ');
    const { stdout, stderr } = await workload.openSsh.run(program as string, [
      ...workload.openSsh.options('mine'),
      ...args,
      'echo in',
    ]);
    expect({ stdout: stdout.toString(), stderr }).toEqual({ stdout: 'in\n', stderr: '' });
  });

  it('ends with its exit code, its streams kept apart', async () => {
    expect(await workload.ssh(['echo out; echo err >&2; exit 42'])).toMatchObject({
      code: 42,
      stdout: 'out\n',
      stderr: 'err\n',
    });
    expect((await workload.ssh(['no-such-program'])).code).toBe(127);
    // OpenSSH says 255 of whatever ended by a signal, and names it when asked to talk.
    const killed = await workload.ssh(['kill -TERM $$'], { flags: ['-v'] });
    expect(killed).toMatchObject({ code: 255, stderr: expect.stringContaining('exit-signal') });
    expect((await workload.ssh(['kill -BUS $$'])).code).toBe(128 + 7);
  });

  it.each([
    ['what it prints', 'echo in', ''],
    ['what it is given', 'cat >/dev/null', 'some'],
  ])('counts as use of the allocation by %s', async (_name, command, input) => {
    const { allocationId, portal } = workload;
    const { database } = portal.services;
    const long = Date.now() - 60 * 60_000;
    await database.transaction(tx => tx.run('UPDATE workloads_idleness SET connection_active_at = ?', [long]));
    await workload.ssh([command], { input });
    await waitFor(async () => {
      const row = await database.read.first<{ at: number }>(
        'SELECT connection_active_at AS at FROM workloads_idleness WHERE allocation_id = ?',
        [allocationId],
      );
      return row !== undefined && row.at > long;
    }, 'the use to be written down');
  });

  it('reads its input to the end', async () => {
    const input = randomBytes(3_000_000);
    const { bytes, code } = await workload.ssh(['cat; echo x >&2'], { input });
    expect(code).toBe(0);
    expect(bytes.equals(input)).toBe(true);
  });

  it('need not read its input', async () => {
    for (const length of [100, 100_000, 8_000_000]) {
      const { stdout, code } = await workload.ssh(['head -c 1 >/dev/null; echo done; exit 3'], {
        input: Buffer.alloc(length),
      });
      expect({ length, stdout, code }).toEqual({ length, stdout: 'done\n', code: 3 });
    }
  });

  it('may print a hundred megabytes, on both streams at once, across changes of keys', async () => {
    const many = 'head -c 100000000 /dev/zero | openssl enc -aes-128-ctr -K 00 -iv 00 2>/dev/null';
    const { bytes } = await workload.ssh([`${many} | tee /tmp/copy; md5sum </tmp/copy >/tmp/sum; rm /tmp/copy`], {
      flags: ['-o', 'RekeyLimit=16M'],
    });
    expect(bytes.length).toBe(100_000_000);
    expect((await workload.ssh(['cat /tmp/sum'])).stdout.slice(0, 32)).toBe(
      createHash('md5').update(bytes).digest('hex'),
    );
    const both = await workload.ssh([
      'head -c 9000000 /dev/zero | tr "\\0" o & head -c 9000000 /dev/zero | tr "\\0" e >&2; wait',
    ]);
    // Compared as booleans: a difference of megabytes says nothing to a reader.
    expect({ out: both.stdout === 'o'.repeat(9_000_000), err: both.stderr === 'e'.repeat(9_000_000) }).toEqual({
      out: true,
      err: true,
    });
  }, 30_000);

  it('is given the language and nothing else of the client’s environment', async () => {
    const environment = { LANG: 'de_DE.UTF-8', LD_PRELOAD_X: 'evil', LC_ALL: 'C' };
    const { stdout } = await workload.ssh(['env'], { environment, flags: ['-o', 'SendEnv=LANG LC_* LD_*'] });
    expect(stdout).toMatch(/^LANG=de_DE.UTF-8$/m);
    expect(stdout).not.toMatch(/LD_PRELOAD/);
  });

  it('is hung up on when its client vanishes, with input nobody reads', async () => {
    const { child, text } = workload.staying(['echo up; exec sleep 4711']);
    await waitFor(() => text().includes('up'));
    child.stdin?.write(Buffer.alloc(6_000_000));
    child.kill('SIGKILL');
    await waitFor(async () => !(await workload.isRunning('^sleep 4711')), 'the command to end');
  });
});

describe('a terminal', () => {
  it('is a login shell of the user’s size', async () => {
    const { stdout, code } = await workload.ssh([], {
      flags: ['-tt'],
      input: 'stty size; tty; shopt login_shell; exit 5\n',
    });
    expect(stdout).toMatch(/\d+ \d+\r\n\/dev\/pts\/\d+\r\nlogin_shell +\ton\r\n/);
    expect(code).toBe(5);
  });

  it('without one the shell reads its input as a script', async () => {
    expect(await workload.ssh([], { flags: ['-T'], input: 'tty; exit 3\n' })).toMatchObject({
      code: 3,
      stdout: 'not a tty\n',
    });
  });

  it('follows the size of the window', async () => {
    const client = await workload.login('mine');
    const output: string[] = [];
    const channel = await new Promise<ClientChannel>((resolve, reject) =>
      client.shell({ cols: 90, rows: 30, term: 'vt100' }, (error, opened) => (error ? reject(error) : resolve(opened))),
    );
    channel.on('data', (chunk: Buffer) => output.push(chunk.toString()));
    // At once, perhaps before the shell has started.
    channel.setWindow(20, 70, 0, 0);
    channel.write('echo $TERM; stty size\n');
    await waitFor(() => /vt100\r\n20 70\r\n/.test(output.join('')), 'the new size');
    client.end();
  });
});

describe('files', () => {
  it('go there and back, are listed, renamed and removed', async () => {
    const content = randomBytes(2_000_000);
    writeFileSync(workload.openSsh.file('file'), content);
    const batch = [
      'put file one',
      'mkdir folder',
      'rename one folder/two',
      'ls -l folder',
      'get folder/two back',
      'rm folder/two',
      'rmdir folder',
    ];
    writeFileSync(
      workload.openSsh.file('batch'),
      batch.map(line => line.replaceAll(/\b(file|back)\b/g, name => workload.openSsh.file(name))).join('\n'),
    );
    const args = [
      ...workload.openSsh.options('mine'),
      '-P',
      String(workload.port),
      '-b',
      workload.openSsh.file('batch'),
      `${workload.allocationId}@127.0.0.1`,
    ];
    const { code, stdout, stderr } = await workload.openSsh.run('sftp', args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.toString()).toMatch(/2000000 .*two/);
    expect(readFileSync(workload.openSsh.file('back')).equals(content)).toBe(true);
    expect((await workload.ssh(['ls'])).stdout).not.toMatch(/one|folder/);
  });

  it.each([
    ['sftp', []],
    ['the old protocol', ['-O']],
  ])('are copied by scp over %s', async (_name, flags) => {
    const content = randomBytes(500_000);
    writeFileSync(workload.openSsh.file('source'), content);
    const destination = `${workload.allocationId}@127.0.0.1`;
    const scp = (from: string, into: string) =>
      workload.openSsh.run('scp', [
        ...flags,
        ...workload.openSsh.options('mine'),
        '-q',
        '-P',
        String(workload.port),
        from,
        into,
      ]);
    expect((await scp(workload.openSsh.file('source'), `${destination}:copied`)).code).toBe(0);
    expect((await scp(`${destination}:copied`, workload.openSsh.file('returned'))).code).toBe(0);
    expect(readFileSync(workload.openSsh.file('returned')).equals(content)).toBe(true);
  });
});

describe('forwarding', () => {
  let hostServer: ReturnType<typeof createServer>;
  let hostPort: number;
  beforeAll(async () => {
    hostServer = createServer(socket => socket.end('the host'));
    await new Promise<void>(resolve => hostServer.listen(0, '127.0.0.1', resolve));
    hostPort = (hostServer.address() as AddressInfo).port;
  });
  afterAll(() => hostServer.close());

  /** Everything the other side says until it is done. */
  function talk(socket: Socket | import('node:stream').Duplex, words?: string): Promise<string> {
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
    if (words !== undefined) socket.end(words);
    return new Promise(resolve => socket.on('close', () => resolve(text)).on('error', () => resolve(text)));
  }

  it('reaches a server inside, each direction ending by itself, and not the host', async () => {
    const local = await freePort();
    const forward = workload.staying(
      [
        "python3 -c \"import socket;s=socket.create_server(('127.0.0.1',8123));print('up',flush=True)\nwhile True:\n c=s.accept()[0];d=b''\n while (b:=c.recv(65536)):d+=b\n c.sendall(b'%d'%len(d)+d);c.close()\"",
      ],
      {
        flags: [
          '-o',
          'ExitOnForwardFailure=yes',
          '-L',
          `127.0.0.1:${local}:127.0.0.1:8123`,
          '-L',
          `127.0.0.1:${await freePort()}:127.0.0.1:1`,
        ],
      },
    );
    await waitFor(() => forward.text().includes('up'), `the server inside: ${forward.text()}`);
    // The server answers once it has heard the end, after which its answer still has to come through.
    expect(await talk(connect(local, '127.0.0.1'), 'hello')).toBe('5hello');
    const large = 'l'.repeat(3_000_000);
    expect(await talk(connect(local, '127.0.0.1'), large)).toBe(`3000000${large}`);
    forward.child.kill();

    const host = await workload.ssh([], { flags: ['-W', `127.0.0.1:${hostPort}`] });
    expect(host.stdout).toBe('');
    expect(host.code).not.toBe(0);
    expect(await talk(connect(hostPort, '127.0.0.1'))).toBe('the host');
  });

  it('back from the workload to the client is refused, as are the agent and X11', async () => {
    const remote = await workload.ssh(['true'], {
      flags: ['-o', 'ExitOnForwardFailure=yes', '-R', '8124:127.0.0.1:22'],
    });
    expect(remote).toMatchObject({ code: 255, stderr: expect.stringContaining('remote port forwarding failed') });
    expect((await workload.ssh(['echo "[$SSH_AUTH_SOCK][$DISPLAY]"'], { flags: ['-A', '-X'] })).stdout).toBe('[][]\n');
  });
});

function freePort(): Promise<number> {
  const probe = createServer();
  return new Promise(resolve =>
    probe.listen(0, '127.0.0.1', () => {
      const { port: free } = probe.address() as AddressInfo;
      probe.close(() => resolve(free));
    }),
  );
}
