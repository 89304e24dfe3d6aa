import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** The production build in a process of its own, and what people do with it by its API. */

const root = path.resolve(__dirname, '..');
const bundle = path.join(root, 'packages/backend/dist/main.js');
const READY_SECONDS_MAX = 120;
const LAUNCH_SECONDS_MAX = 60;
/** Fine enough for figures of hundreds of milliseconds, and rare enough not to be what is measured. */
const LOOK_EVERY_MILLISECONDS = 20;

/** As `npm run serve` starts it. */
const SERVE = [process.execPath, '--enable-source-maps', bundle];

export interface Portal {
  /** From the start of the process to the first 200 of /readyz. */
  readonly readySeconds: number;
  /** `performance.now()` at the start of the process. */
  readonly startedAt: number;
  /** Sends JSON; throws what the portal answers unless that is a success. */
  request(method: 'GET' | 'POST', place: string, options?: { token?: string; body?: object }): Promise<Reply>;
  /** Resident memory of the process alone, without what it started. */
  residentMegabytes(): number;
  stop(): Promise<void>;
}

/** What benchmarks read of replies; the contract says the rest. */
export interface Reply {
  readonly access_token: string;
  readonly items: readonly { readonly sku_id: string; readonly image_id: string; readonly availability?: string }[];
  readonly allocation: Allocation;
  readonly task_id: string;
  readonly steps: readonly { readonly name: string; readonly started_at: string; readonly finished_at: string }[];
}

export interface Allocation {
  readonly allocation_id: string;
  readonly status: string;
  readonly failure_reason: string | null;
  readonly created_at: string;
  readonly billing_started_at: string;
}

export async function startPortal(options: {
  dataDirectory: string;
  environment?: Readonly<Record<string, string>>;
  /** Instead of the bare process; memory is then that of the command. */
  command?: readonly string[];
}): Promise<Portal> {
  if (!existsSync(bundle) || !existsSync(path.join(root, 'packages/app/dist/index.html'))) {
    throw new Error('The portal is not built: npm run build.');
  }
  const [port, sshPort] = [await freePort(), await freePort()];
  const url = `http://127.0.0.1:${port}`;
  const [program, ...parameters] = options.command ?? SERVE;
  let output = '';
  const startedAt = performance.now();
  const child = spawn(program as string, parameters, {
    cwd: root,
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      NODE_ENV: 'production',
      PORTICO_HOST: '127.0.0.1',
      PORTICO_PORT: String(port),
      PORTICO_DATA_DIR: options.dataDirectory,
      APP_CONFIG_workloads_ssh_port: String(sshPort),
      ...options.environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // Not SIGKILL: a command in between could not pass it on.
  const end = () => child.kill('SIGTERM');
  process.once('exit', end);
  for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (output += String(chunk)));

  while (!(await answers(`${url}/readyz`))) {
    if (child.exitCode !== null) throw new Error(`The portal ended with ${child.exitCode}:\n${output}`);
    if (performance.now() - startedAt > READY_SECONDS_MAX * 1000)
      throw new Error(`The portal was not ready:\n${output}`);
    await sleep(LOOK_EVERY_MILLISECONDS);
  }
  return {
    readySeconds: (performance.now() - startedAt) / 1000,
    startedAt,
    async request(method, place, { token, body } = {}) {
      const response = await fetch(`${url}/api/v1/${place}`, {
        method,
        headers: {
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(method === 'POST' ? { 'idempotency-key': randomUUID() } : {}),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      if (!response.ok) throw new Error(`${method} ${place} answered ${response.status}: ${text}`);
      return JSON.parse(text) as Reply;
    },
    residentMegabytes() {
      const kibibytes = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1];
      return (Number(kibibytes) * 1024) / 1e6;
    },
    async stop() {
      process.off('exit', end);
      child.kill('SIGTERM');
      await exited(child);
    },
  };
}

/** Signs a new person up, or in when the name is known. */
export async function signIn(portal: Portal, username: string): Promise<string> {
  const body = { username, password: `${username}: a long enough password` };
  const reply = await portal
    .request('POST', 'auth/personal/login', { body })
    .catch(() => portal.request('POST', 'auth/personal/signup', { body }));
  return reply.access_token;
}

/** What a launch needs to know, as the wizard asks for it: a SKU that can be had and the first image. */
export async function chooseMachine(portal: Portal, token: string): Promise<object> {
  const [skus, images] = [
    await portal.request('GET', 'skus', { token }),
    await portal.request('GET', 'os-images', { token }),
  ];
  const sku = skus.items.find(item => item.availability === 'available');
  if (sku === undefined) throw new Error('No SKU is available.');
  return { sku_id: sku.sku_id, image_id: images.items[0]?.image_id, gpu_count: 1 };
}

/** Looks at the allocation until it is there, as often as the caller says. */
export async function reach(
  portal: Portal,
  wanted: { token: string; allocationId: string; status: 'active' | 'released'; everyMilliseconds: number },
): Promise<Allocation> {
  const deadline = performance.now() + LAUNCH_SECONDS_MAX * 1000;
  for (;;) {
    const reply: unknown = await portal.request('GET', `allocations/${wanted.allocationId}`, { token: wanted.token });
    const allocation = reply as Allocation;
    if (allocation.status === wanted.status) return allocation;
    if (allocation.status === 'failed' || performance.now() > deadline) {
      throw new Error(`The allocation is ${allocation.status} (${allocation.failure_reason}), not ${wanted.status}.`);
    }
    await sleep(wanted.everyMilliseconds);
  }
}

async function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    response => response.ok,
    () => false,
  );
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>(resolve => server.close(() => resolve()));
  return port;
}

function exited(child: ChildProcess): Promise<void> {
  return new Promise(resolve => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    else child.once('exit', () => resolve());
  });
}
