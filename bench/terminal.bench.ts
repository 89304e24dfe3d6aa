import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { WebSocket } from 'ws';
import { alternate, median, percentile, printTable } from './report';
import type { Row } from './report';

/**
 * P4: what a key press and a flood of output cost through the portal, over OpenSSH's client and server on the same machine. Three shells on
 * a terminal: through the WebSocket, through the SSH gateway, and through a real sshd. The portal is its production build in a process of its
 * own, its shell in a sandbox. Rounds alternate, medians are quoted; the percentiles of an echo are those of a round.
 *
 * Needs OpenSSH's client and server (Debian: apt-get install openssh-client openssh-server).
 */
const ROUNDS = 3;
const KEYS_PER_ROUND = 2_000;
/** Before anything is counted: both ends of the portal compile what they run often, as they have in a portal that is up. */
const WARM_UP_KEYS = 3_000;
const FILE_BYTES = 100_000_000;
const ECHO_P50_BAR = 1.5;
const ECHO_P99_BAR = 2;
const THROUGHPUT_BAR = 0.8;
const SLOW_READER_MB_BAR = 10;
/** Long enough for a program that is not stopped to print hundreds of megabytes. */
const SLOW_READER_MS = 2_000;

const root = path.resolve(__dirname, '..');
const folder = mkdtempSync(path.join(tmpdir(), 'portico-bench-'));
const children = new Set<ChildProcess>();
const key = path.join(folder, 'key');
const sleep = (ms: number) => new Promise<void>(resolve => setTimeout(resolve, ms));

/** A shell somewhere: what is typed goes in, what is printed comes out. */
interface Shell {
  type(text: string): void;
  onOutput: (chunk: Buffer) => void;
  close(): void;
}

function start(program: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): ChildProcess {
  const child = spawn(program, args, { cwd: root, env, stdio: 'pipe' });
  children.add(child);
  child.on('close', () => children.delete(child));
  return child;
}

async function until<Value>(what: string, ask: () => Value | Promise<Value>): Promise<NonNullable<Value>> {
  for (const end = Date.now() + 30_000; Date.now() < end; await sleep(20)) {
    const value = await ask();
    if (value) return value as NonNullable<Value>;
  }
  throw new Error(`waited in vain for ${what}`);
}

function findSshd(): string {
  const found = ['/usr/sbin/sshd', '/usr/local/sbin/sshd', '/usr/bin/sshd'].find(file => existsSync(file));
  if (found !== undefined) return found;
  console.log('There is no sshd on this machine to compare with. Debian: apt-get install openssh-server');
  process.exit(1);
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>(resolve => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise(resolve => probe.close(resolve));
  return port;
}

async function startSshd(): Promise<{ destination: string[] }> {
  const sshd = findSshd();
  const port = await freePort();
  execFileSync('ssh-keygen', ['-q', '-N', '', '-t', 'ed25519', '-f', path.join(folder, 'host')]);
  // Where sshd puts its unprivileged half; distributions make it when the service starts.
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true });
  const lines = [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${folder}/host`,
    `AuthorizedKeysFile ${key}.pub`,
    `PidFile ${folder}/sshd.pid`,
    'PasswordAuthentication no',
    'UsePAM no',
    'StrictModes no',
    'PermitRootLogin prohibit-password',
    'PrintMotd no',
    'PrintLastLog no',
  ];
  writeFileSync(`${folder}/sshd_config`, lines.join('\n'));
  start(sshd, ['-D', '-f', `${folder}/sshd_config`]);
  return { destination: ['-p', String(port), `${userInfo().username}@127.0.0.1`] };
}

// Read like any program would that knows the contract, not the code.
type Reply = Record<string, unknown> & { items: Record<string, unknown>[] };

interface Portal {
  url: string;
  pid: number;
  allocationId: string;
  destination: string[];
  call(method: string, operation: string, body?: object): Promise<Reply>;
}

/** The production build, a person in it with a key, and a workload of theirs. */
async function startPortal(): Promise<Portal> {
  const built = path.join(root, 'packages/backend/node_modules/.cache/bench');
  execFileSync(process.execPath, [path.join(root, 'packages/backend/build.mjs'), built], { stdio: 'inherit' });
  const child = start(process.execPath, [path.join(built, 'main.js')], {
    PATH: process.env['PATH'],
    HOME: process.env['HOME'],
    NODE_ENV: 'production',
    PORTICO_PORT: '0',
    PORTICO_DATA_DIR: path.join(folder, 'data'),
    APP_CONFIG_workloads_ssh_port: '0',
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (output += String(chunk)));
  const url = await until(
    `the portal to be ready, which said: ${output}`,
    () => /Portico is ready: (\S+)/.exec(output)?.[1],
  );
  let token = '';
  const call: Portal['call'] = async (method, operation, body) => {
    const response = await fetch(`${url}/api/v1/${operation}`, {
      method,
      headers: {
        'content-type': 'application/json',
        'idempotency-key': crypto.randomUUID(),
        ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${operation} answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as Reply;
  };
  const person = await call('POST', 'auth/personal/signup', {
    username: 'bench',
    password: 'correct horse battery staple',
  });
  token = String(person['access_token']);
  await call('POST', 'ssh-keys', { name: 'bench', public_key: readFileSync(`${key}.pub`, 'utf8').trim() });
  const sku = await until('a free GPU', async () =>
    (await call('GET', 'skus')).items.find(item => Number(item['free_gpus']) > 0),
  );
  const [image] = (await call('GET', 'os-images')).items;
  const launched = await call('POST', 'allocations', {
    sku_id: sku['sku_id'],
    gpu_count: 1,
    image_id: image?.['image_id'],
  });
  const allocationId = String((launched['allocation'] as Record<string, unknown>)['allocation_id']);
  const allocation = await until('the workload', async () => {
    const seen = await call('GET', `allocations/${allocationId}`);
    return String(seen['status']) === 'active' && seen;
  });
  const { port } = (allocation as Reply)['connection'] as { port: number };
  return {
    url,
    pid: child.pid as number,
    allocationId,
    destination: ['-p', String(port), `${allocationId}@127.0.0.1`],
    call,
  };
}

async function webSocketShell(portal: Portal): Promise<Shell & { socket: WebSocket }> {
  const { token, websocket_path: at } = await portal.call('POST', `allocations/${portal.allocationId}/terminal-token`);
  const socket = new WebSocket(
    new URL(String(at), portal.url.replace('http', 'ws')),
    ['portico.terminal.v1', String(token)],
    { perMessageDeflate: false },
  );
  const shell = {
    socket,
    type: (text: string) => socket.send(Buffer.from(text)),
    onOutput: (_chunk: Buffer): void => undefined,
    close: () => socket.close(),
  };
  let seq = 0;
  let acknowledged = 0;
  await new Promise<void>((resolve, reject) => {
    socket.on('error', reject);
    socket.on('open', () => socket.send(JSON.stringify({ type: 'attach', cols: 120, rows: 40 })));
    socket.on('message', (data: Buffer, isBinary: boolean) => {
      if (!isBinary) {
        const control = JSON.parse(String(data)) as { type: string; from_seq: number };
        if (control.type !== 'session_ready') return;
        seq = acknowledged = control.from_seq;
        return resolve();
      }
      seq += data.length;
      // As the page does it.
      if (seq - acknowledged >= 65_536) {
        acknowledged = seq;
        socket.send(JSON.stringify({ type: 'ack', seq }));
      }
      shell.onOutput(data);
    });
  });
  return shell;
}

const sshOptions = [
  '-F',
  '/dev/null',
  '-i',
  key,
  '-o',
  'StrictHostKeyChecking=no',
  '-o',
  'UserKnownHostsFile=/dev/null',
  '-o',
  'LogLevel=ERROR',
  '-o',
  'IdentitiesOnly=yes',
];

function sshShell(destination: string[]): Shell & { child: ChildProcess } {
  const child = start('ssh', [...sshOptions, '-tt', ...destination]);
  const shell = {
    child,
    type: (text: string) => void child.stdin?.write(text),
    onOutput: (_chunk: Buffer): void => undefined,
    close: () => void child.kill(),
  };
  child.stdout?.on('data', (chunk: Buffer) => shell.onOutput(chunk));
  return shell;
}

/** Resolves when the shell has printed that text; returns how much it printed on the way. */
function prints(shell: Shell, text: string): Promise<number> {
  return new Promise(resolve => {
    let tail = '';
    let bytes = 0;
    shell.onOutput = chunk => {
      bytes += chunk.length;
      tail = (tail + chunk.subarray(-200).toString('latin1')).slice(-400);
      if (tail.includes(text)) resolve(bytes);
    };
  });
}

let marks = 0;
/** Runs a line to its end. The mark is broken up in what is typed, so its echo is not taken for it. */
async function runLine(shell: Shell, line: string): Promise<number> {
  marks += 1;
  const done = prints(shell, `DONE${marks}.`);
  shell.type(`${line}; echo DO""NE${marks}.\n`);
  return done;
}

async function prepare(shell: Shell): Promise<Shell> {
  await runLine(shell, "bind 'set enable-bracketed-paste off'; PS1=; stty -echo; cd /tmp");
  await runLine(
    shell,
    `test -s portico-bench.txt || head -c ${((FILE_BYTES / 78) * 57) | 0} /dev/urandom | base64 -w 77 > portico-bench.txt`,
  );
  return shell;
}

interface Sample {
  p50: number;
  p99: number;
  megabytesPerSecond: number;
}

/** Milliseconds from a key pressed to its echo by the terminal, one after the other. */
async function echoes(shell: Shell, keys: number): Promise<number[]> {
  marks += 1;
  const begun = prints(shell, `DONE${marks}.`);
  shell.type(`stty echo; echo DO""NE${marks}.; cat >/dev/null\n`);
  await begun;
  await sleep(200);
  const latencies: number[] = [];
  for (let index = 0; index < keys; index += 1) {
    const echoed = new Promise<void>(resolve => (shell.onOutput = () => resolve()));
    const pressed = performance.now();
    // Lines are ended now and then: a terminal holds no more than 4,095 bytes of one.
    shell.type(index % 60 === 59 ? '\n' : String.fromCharCode(97 + (index % 26)));
    await echoed;
    latencies.push(performance.now() - pressed);
  }
  shell.onOutput = () => undefined;
  shell.type('\x04\x04');
  await sleep(100);
  await runLine(shell, 'stty -echo');
  return latencies;
}

/** Keys, then a file printed whole. */
async function measure(shell: Shell): Promise<Sample> {
  const latencies = await echoes(shell, KEYS_PER_ROUND);
  const from = performance.now();
  const bytes = await runLine(shell, 'cat portico-bench.txt');
  const seconds = (performance.now() - from) / 1000;
  return {
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
    megabytesPerSecond: bytes / 1e6 / seconds,
  };
}

/** A file without a terminal, as `ssh host cat file` gives it. */
async function fetchFile(destination: string[]): Promise<number> {
  const from = performance.now();
  const child = start('ssh', [...sshOptions, ...destination, 'cat /tmp/portico-bench.txt']);
  let bytes = 0;
  child.stdout?.on('data', (chunk: Buffer) => (bytes += chunk.length));
  await new Promise(resolve => child.on('close', resolve));
  return bytes / 1e6 / ((performance.now() - from) / 1000);
}

function residentMegabytes(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

/** How much the portal grows while a client reads nothing of a program that never stops printing. */
async function growth(portal: Portal, stopReading: () => void): Promise<number> {
  const before = residentMegabytes(portal.pid);
  stopReading();
  let highest = before;
  for (const end = Date.now() + SLOW_READER_MS; Date.now() < end; await sleep(50))
    highest = Math.max(highest, residentMegabytes(portal.pid));
  return highest - before;
}

async function main(): Promise<void> {
  execFileSync('ssh-keygen', ['-q', '-N', '', '-t', 'ed25519', '-f', key]);
  const [sshd, portal] = [await startSshd(), await startPortal()];
  const socket = await webSocketShell(portal);
  const shells = { webSocket: socket, sshGateway: sshShell(portal.destination), sshd: sshShell(sshd.destination) };
  for (const shell of Object.values(shells)) {
    await prepare(shell);
    await echoes(shell, WARM_UP_KEYS);
  }
  const samples = await alternate(ROUNDS, {
    webSocket: () => measure(shells.webSocket),
    sshGateway: () => measure(shells.sshGateway),
    sshd: () => measure(shells.sshd),
  });
  const files = await alternate(ROUNDS, {
    sshGateway: () => fetchFile(portal.destination),
    sshd: () => fetchFile(sshd.destination),
  });

  const figure = (of: keyof typeof samples, what: keyof Sample) => median(samples[of].map(sample => sample[what]));
  const rows: Row[] = [];
  for (const [side, name] of [
    ['webSocket', 'WebSocket'],
    ['sshGateway', 'SSH gateway'],
  ] as const) {
    rows.push(
      {
        what: `${name}: echo, median`,
        measured: figure(side, 'p50'),
        anchor: figure('sshd', 'p50'),
        unit: 'ms',
        bar: { ratioAtMost: ECHO_P50_BAR },
      },
      {
        what: `${name}: echo, 99th percentile`,
        measured: figure(side, 'p99'),
        anchor: figure('sshd', 'p99'),
        unit: 'ms',
        bar: { ratioAtMost: ECHO_P99_BAR },
      },
      {
        what: `${name}: output on a terminal`,
        measured: figure(side, 'megabytesPerSecond'),
        anchor: figure('sshd', 'megabytesPerSecond'),
        unit: 'MB/s',
        bar: { ratioAtLeast: THROUGHPUT_BAR },
      },
    );
  }
  rows.push({
    what: 'SSH gateway: output of a command',
    measured: median(files.sshGateway),
    anchor: median(files.sshd),
    unit: 'MB/s',
    bar: { ratioAtLeast: THROUGHPUT_BAR },
  });

  shells.webSocket.type('yes\n');
  await sleep(500);
  rows.push({
    what: 'WebSocket that stops reading: growth',
    measured: await growth(portal, () => socket.socket.pause()),
    unit: 'MB',
    bar: { atMost: SLOW_READER_MB_BAR },
  });
  shells.webSocket.close();
  shells.sshGateway.type('yes\n');
  await sleep(500);
  rows.push({
    what: 'SSH client that stops reading: growth',
    measured: await growth(portal, () => shells.sshGateway.child.kill('SIGSTOP')),
    unit: 'MB',
    bar: { atMost: SLOW_READER_MB_BAR },
  });
  shells.sshGateway.child.kill('SIGKILL');
  printTable(
    `Terminal: the portal over OpenSSH's client and sshd (${ROUNDS} rounds, ${KEYS_PER_ROUND} keys and ${FILE_BYTES / 1e6} MB each)`,
    rows,
  );
  await portal.call('POST', `allocations/${portal.allocationId}/release`);
  await until(
    'the release',
    async () => String((await portal.call('GET', `allocations/${portal.allocationId}`))['status']) === 'released',
  );
}

async function cleanUp(): Promise<void> {
  for (const child of children) child.kill('SIGTERM');
  for (const end = Date.now() + 15_000; children.size > 0 && Date.now() < end;) await sleep(50);
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
  rmSync('/tmp/portico-bench.txt', { force: true });
}

main()
  .catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  })
  .finally(cleanUp)
  .finally(() => process.exit());
