import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { WebSocket } from 'ws';
import type { RealNode } from '../plugins/fleet-backend/src/testing/real-nodes';

/** The sides of the terminal's benchmark: a portal and an sshd on this machine, and shells on them. */
const root = path.resolve(__dirname, '..');
/** Everything the benchmark writes but the file it prints. */
const folder = mkdtempSync(path.join(tmpdir(), 'portico-bench-'));
const children = new Set<ChildProcess>();
export const key = path.join(folder, 'key');
export const sleep = (ms: number) => new Promise<void>(resolve => setTimeout(resolve, ms));

/** A shell somewhere: what is typed goes in, what is printed comes out. */
export interface Shell {
  type(text: string): void;
  onOutput: (chunk: Buffer) => void;
  close(): void;
}

export function start(program: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): ChildProcess {
  const child = spawn(program, args, { cwd: root, env, stdio: 'pipe' });
  children.add(child);
  child.on('close', () => children.delete(child));
  return child;
}

export async function until<Value>(what: string, ask: () => Value | Promise<Value>): Promise<NonNullable<Value>> {
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

export async function startSshd(): Promise<Destination> {
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

const PASSWORD = 'correct horse battery staple';
const GIB = 1024 ** 3;

/** A fleet of the one node, and something small to sell of it. */
const settingsForNode = {
  APP_CONFIG_access_adminPassword: JSON.stringify(PASSWORD),
  APP_CONFIG_fleet_nodes: '[]',
  APP_CONFIG_fleet_ssh_allowedNetworks: '["10.0.0.0/8"]',
  APP_CONFIG_catalog_skus: JSON.stringify([
    {
      key: 'bench',
      name: 'H200',
      gpuModel: 'H200',
      shape: 'gpu_slice',
      gpuCounts: [1],
      vcpusPerGpu: 2,
      memoryBytesPerGpu: 2 * GIB,
      diskBytesPerGpu: GIB,
      pricesPerGpuHour: { USD: '1', EUR: '1' },
    },
  ]),
};

async function bringIn(node: RealNode, call: Portal['call']): Promise<void> {
  const added = await call('POST', 'admin/nodes', {
    name: node.name,
    address: { host: node.address, port: node.port },
    username: 'root',
    credential: { kind: 'private_key', private_key: node.privateKey },
  });
  const at = `admin/nodes/${String((added['node'] as Record<string, unknown>)['node_id'])}`;
  await until('the node to be examined', async () => (await call('GET', at))['verdict']);
  const map = await call('POST', `${at}/slice-topology/discovery`);
  await call('POST', `${at}/slot-maps/${String(map['slot_map_id'])}/approve`, { expected_version: map['version'] });
  await until('the node to be ready', async () => {
    const { status, isolation } = await call('GET', at);
    return status === 'ready' && isolation !== null;
  });
}

/** The sshd of the container itself, for a client in the node's network: nothing of Portico between them. */
export async function sshdOfContainer(node: RealNode, allocationId: string): Promise<Destination> {
  const format = '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}';
  const address = await node.read(`podman inspect --format '${format}' portico-${allocationId}`);
  return { destination: [`user@${address}`], client: [...node.inNetwork('ssh')] };
}

export interface Destination {
  readonly destination: string[];
  /** What starts OpenSSH's client; `ssh` when absent. */
  readonly client?: readonly string[];
}

// Read like any program would that knows the contract, not the code.
type Reply = Record<string, unknown> & { items: Record<string, unknown>[] };

export interface Portal {
  url: string;
  pid: number;
  allocationId: string;
  destination: string[];
  call(method: string, operation: string, body?: object): Promise<Reply>;
}

/** The production build, a person in it with a key, and a workload of theirs. */
export async function startPortal(node?: RealNode): Promise<Portal> {
  const built = path.join(root, 'packages/backend/node_modules/.cache/bench');
  execFileSync(process.execPath, [path.join(root, 'packages/backend/build.mjs'), built], { stdio: 'inherit' });
  const child = start(process.execPath, [path.join(built, 'main.js')], {
    PATH: process.env['PATH'],
    HOME: process.env['HOME'],
    NODE_ENV: 'production',
    PORTICO_PORT: '0',
    PORTICO_DATA_DIR: path.join(folder, 'data'),
    APP_CONFIG_workloads_ssh_port: '0',
    ...(node && settingsForNode),
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
  if (node !== undefined) {
    const admin = await call('POST', 'auth/personal/login', { username: 'admin', password: PASSWORD });
    token = String(admin['access_token']);
    await bringIn(node, call);
    token = '';
  }
  const person = await call('POST', 'auth/personal/signup', {
    username: 'bench',
    password: PASSWORD,
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

export async function webSocketShell(portal: Portal): Promise<Shell & { socket: WebSocket }> {
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

export const sshOptions = [
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

/** A line of arguments that starts OpenSSH's client for that destination. */
export function startSsh({ destination, client = ['ssh'] }: Destination, before: string[], ...command: string[]) {
  const [program = 'ssh', ...prefix] = client;
  return start(program, [...prefix, ...sshOptions, ...before, ...destination, ...command]);
}

export function sshShell(to: Destination): Shell & { child: ChildProcess } {
  const child = startSsh(to, ['-tt']);
  const shell = {
    child,
    type: (text: string) => void child.stdin?.write(text),
    onOutput: (_chunk: Buffer): void => undefined,
    close: () => void child.kill(),
  };
  child.stdout?.on('data', (chunk: Buffer) => shell.onOutput(chunk));
  return shell;
}

/** A key pair for this run, known to both. */
export function makeKey(): void {
  execFileSync('ssh-keygen', ['-q', '-N', '', '-t', 'ed25519', '-f', key]);
}

export async function cleanUp(): Promise<void> {
  for (const child of children) child.kill('SIGTERM');
  for (const end = Date.now() + 15_000; children.size > 0 && Date.now() < end;) await sleep(50);
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
}
