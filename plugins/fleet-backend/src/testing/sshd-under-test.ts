import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { utils } from 'ssh2';
import { waitFor } from '@portico/plugin-kit/testing';

const SSHD = '/usr/sbin/sshd';

/** Why the tests against a real sshd cannot run here; undefined when they can. */
export const noSshd =
  process.platform !== 'linux' || process.getuid?.() !== 0
    ? 'they need Linux and root'
    : [SSHD, '/usr/bin/sudo', '/usr/bin/unshare'].find(program => !existsSync(program))?.concat(' is missing');

/** `describe`, or a skipped one that says why. */
export function describeWithSshd(name: string, tests: () => void): void {
  if (noSshd === undefined) describe(name, tests);
  else describe.skip(`${name} (${noSshd})`, tests);
}

/** Its own processes too, so that killing the first one ends every session with the listener. */
const ALONE = ['--mount', '--pid', '--fork', '--kill-child', '--mount-proc', 'sh', '-c'];

export interface KeyPair {
  readonly private: string;
  readonly public: string;
}

/** ssh2 makes one in 256 that it cannot read again. */
export function newKeyPair(): KeyPair {
  for (;;) {
    const made = utils.generateKeyPairSync('ed25519');
    if (!(utils.parseKey(made.private) instanceof Error)) return made;
  }
}

export type SshdUnderTest = Awaited<ReturnType<typeof startSshd>>;

/**
 * A real sshd on loopback that believes to be on a machine of its own: in a mount namespace where `/etc/passwd`, `/etc/shadow`, `/etc/sudoers.d` and `/run` are
 * the test's own. Nobody else on this machine can log in with its accounts: `root` and `operator` by the given key, `operator` also by password.
 */
export async function startSshd(
  options: {
    authorizedKeys?: readonly string[];
    maxSessions?: number;
    sudo?: boolean;
    port?: number;
    hostKey?: KeyPair;
  } = {},
) {
  const directory = mkdtempSync(path.join(tmpdir(), 'portico-sshd-'));
  const file = (name: string, text: string, mode = 0o644) => {
    writeFileSync(path.join(directory, name), text, { mode });
    return path.join(directory, name);
  };
  const port = options.port ?? (await freePort());
  const hostKey = options.hostKey ?? newKeyPair();
  file('host_key', hostKey.private, 0o600);
  for (const name of ['home', 'root', 'sudoers.d']) mkdirSync(path.join(directory, name));
  const password = 'correct horse battery';
  const hash = execFileSync('openssl', ['passwd', '-6', password]).toString().trim();
  file(
    'passwd',
    `root:x:0:0:root:${directory}/root:/bin/sh\nsshd:x:100:65534::/run/sshd:/usr/sbin/nologin\nnobody:x:65534:65534::/nonexistent:/usr/sbin/nologin\noperator:x:6501:6501::${directory}/home:/bin/sh\n`,
  );
  file('shadow', `root:*:19000::::::\noperator:${hash}:19000::::::\n`, 0o600);
  file('sudoers.d/operator', 'operator ALL=(ALL) NOPASSWD: ALL\n', 0o440);
  if (options.sudo === false) rmSync(path.join(directory, 'sudoers.d/operator'));
  execFileSync('chmod', ['755', directory]);
  const setKeys = (keys: readonly string[]) => {
    for (const home of ['home', 'root']) {
      mkdirSync(path.join(directory, home, '.ssh'), { recursive: true, mode: 0o700 });
      file(`${home}/.ssh/authorized_keys`, keys.map(key => `${key}\n`).join(''), 0o600);
    }
    execFileSync('chown', ['-R', '6501:6501', path.join(directory, 'home')]);
  };
  setKeys(options.authorizedKeys ?? []);
  const config = file(
    'sshd_config',
    [
      'ListenAddress 127.0.0.1',
      `Port ${port}`,
      `HostKey ${directory}/host_key`,
      'PidFile none',
      'UsePAM no',
      'PermitRootLogin prohibit-password',
      'PasswordAuthentication yes',
      `MaxSessions ${options.maxSessions ?? 10}`,
      'MaxStartups 10:30:100',
      'StrictModes no',
      'LogLevel ERROR',
    ].join('\n'),
  );
  const mounts = [
    ['passwd', '/etc/passwd'],
    ['shadow', '/etc/shadow'],
    ['sudoers.d', '/etc/sudoers.d'],
  ];
  const script = [
    'set -e',
    'mount -t tmpfs tmpfs /run',
    'mkdir /run/sshd',
    ...mounts.map(([from, to]) => `mount --bind ${directory}/${from} ${to}`),
    `exec ${SSHD} -D -e -f ${config}`,
  ].join('\n');
  let child = spawn('unshare', ALONE.concat(script), {
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  });
  let said = '';
  const up = async () => {
    child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
    await waitFor(async () => {
      if (child.exitCode !== null) throw new Error(`sshd ended: ${said}`);
      return accepts(port);
    }, 'sshd to listen');
  };
  await up();
  const down = () => {
    try {
      process.kill(-(child.pid as number), 'SIGKILL');
    } catch {
      // It is gone already.
    }
  };
  return {
    port,
    directory,
    password,
    hostKey: hostKey.public.trim().split(' ').slice(0, 2).join(' '),
    hostKeyPair: hostKey,
    setKeys,
    said: () => said,
    /** Listener and sessions alike: a node that lost its power. */
    kill: down,
    /** The same machine again; with another host key it is one that was installed anew. */
    async restart(change: { hostKey?: KeyPair } = {}) {
      down();
      await waitFor(async () => !(await accepts(port)), 'sshd to be gone');
      if (change.hostKey !== undefined) file('host_key', change.hostKey.private, 0o600);
      child = spawn('unshare', ALONE.concat(script), {
        stdio: ['ignore', 'ignore', 'pipe'],
        detached: true,
      });
      await up();
    },
    stop() {
      down();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise(resolve => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise(resolve => server.close(resolve));
  return port;
}

function accepts(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('connect', () => (socket.destroy(), resolve(true)));
    socket.once('error', () => resolve(false));
  });
}
