/** The program as people start it: one process, its own environment, signals. */
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { waitFor } from '@portico/plugin-kit/testing';
import { contracts } from './contracts';
import { productPlugins } from './testing/product-plugins';

const root = path.resolve(__dirname, '../../..');
/** Where the bundle finds the same modules as the one that ships. */
const built = path.join(root, 'packages/backend/node_modules/.cache/under-test');
const folders: string[] = [];
const started: ChildProcess[] = [];

beforeAll(() => {
  const { status, stderr } = spawnSync(process.execPath, [path.join(root, 'packages/backend/build.mjs'), built], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
});
afterAll(() => {
  for (const child of started) child.kill('SIGKILL');
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function dataDirectory(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'portico-main-'));
  folders.push(folder);
  return folder;
}

interface Started {
  readonly child: ChildProcess;
  output(): string;
  /** Exit code, once it is over. */
  code(): number | null;
}

function start(environment: Record<string, string>): Started {
  let output = '';
  const child = spawn(process.execPath, [path.join(built, 'main.js')], {
    cwd: root,
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      PORTICO_PORT: '0',
      APP_CONFIG_workloads_ssh_port: '0',
      ...environment,
    },
  });
  started.push(child);
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += String(chunk)));
  return { child, output: () => output, code: () => child.exitCode };
}

async function ready(portal: Started): Promise<string> {
  await waitFor(
    () => portal.code() !== null || /Portico is ready: \S+/.test(portal.output()),
    'the portal to be ready',
  );
  const url = /Portico is ready: (\S+)/.exec(portal.output())?.[1];
  if (!url) throw new Error(portal.output());
  return url;
}

test('starts, says where, and stops when told, leaving the folder to the next', async () => {
  const folder = dataDirectory();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    const portal = start({ PORTICO_DATA_DIR: folder });
    const url = await ready(portal);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    portal.child.kill(signal);
    await waitFor(() => portal.code() !== null, 'the portal to stop');
    expect([portal.code(), portal.output()]).toEqual([0, expect.not.stringContaining('"level":"error"')]);
  }
});

test('a request under way is answered before the portal ends, a new one is not begun', async () => {
  const portal = start({ PORTICO_DATA_DIR: dataDirectory() });
  const url = await ready(portal);
  const body = JSON.stringify({ username: 'under-way', password: 'correct horse battery' });
  // The server says `continue` when it has taken the request up; the body follows only after the signal.
  const signUp = request(`${url}/api/v1/auth/personal/signup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'content-length': body.length, expect: '100-continue' },
  });
  const answered = new Promise<number | undefined>((resolve, reject) =>
    signUp.on('error', reject).on('response', response => resolve(response.resume().statusCode)),
  );
  await new Promise<void>(resolve => {
    signUp.on('continue', resolve);
    signUp.flushHeaders();
  });
  portal.child.kill('SIGTERM');
  await waitFor(
    () =>
      fetch(`${url}/healthz`).then(
        () => false,
        () => true,
      ),
    'new connections to be refused',
  );
  signUp.end(body);
  expect(await answered).toBe(201);
  await waitFor(() => portal.code() !== null, 'the portal to stop');
  expect(portal.code()).toBe(0);
});

test('a second one on the same folder is told whose it is', async () => {
  const folder = dataDirectory();
  const first = start({ PORTICO_DATA_DIR: folder });
  await ready(first);
  const second = start({ PORTICO_DATA_DIR: folder });
  await waitFor(() => second.code() !== null, 'the second portal to give up');
  expect(second.code()).toBe(1);
  expect(second.output()).toMatch(/Another Portico \(process \d+\) is running on the data directory/);
  first.child.kill('SIGTERM');
  await waitFor(() => first.code() !== null);
});

test('a port that is taken is named, with what to do', async () => {
  const taken = createServer();
  await new Promise<void>(resolve => taken.listen(0, '127.0.0.1', resolve));
  const { port } = taken.address() as AddressInfo;
  const portal = start({ PORTICO_DATA_DIR: dataDirectory(), PORTICO_PORT: String(port) });
  await waitFor(() => portal.code() !== null, 'the portal to give up');
  taken.close();
  expect(portal.code()).toBe(1);
  expect(portal.output()).toContain(
    `Port ${port} on 127.0.0.1 is already in use. Stop what uses it, or choose another port by PORTICO_PORT.`,
  );
});

test('the SSH gateway follows the port of the portal, and its port that is taken stops the start as well', async () => {
  const taken = createServer();
  await new Promise<void>(resolve => taken.listen(0, '127.0.0.1', resolve));
  const { port } = taken.address() as AddressInfo;
  const portal = start({
    PORTICO_DATA_DIR: dataDirectory(),
    PORTICO_PORT: String(port - 15),
    APP_CONFIG_workloads_ssh_port: '',
  });
  await waitFor(() => portal.code() !== null, 'the portal to give up');
  taken.close();
  expect(portal.code()).toBe(1);
  expect(portal.output()).toContain(`The SSH port ${port} on 127.0.0.1 is already in use.`);
  expect(portal.output()).not.toContain('Portico is ready');
});

test('a PostgreSQL that cannot be reached is named without its password', async () => {
  const url = 'postgres://portico:hunter2@127.0.0.1:1/books';
  const portal = start({ PORTICO_DATA_DIR: dataDirectory(), PORTICO_DATABASE_URL: url });
  await waitFor(() => portal.code() !== null, 'the portal to give up');
  expect(portal.code()).toBe(1);
  expect(portal.output()).toMatch(/PostgreSQL at 127\.0\.0\.1:1\/books cannot be used \(.*ECONNREFUSED.*\)/);
  expect(portal.output()).not.toContain('hunter2');
});

test('a setting nobody knows stops the start with a sentence that names it, and nothing else', async () => {
  const portal = start({ PORTICO_DATA_DIR: dataDirectory(), APP_CONFIG_server_prot: '1' });
  await waitFor(() => portal.code() !== null, 'the portal to give up');
  expect(portal.code()).toBe(1);
  expect(portal.output()).toContain(
    'Portico did not start.\n"server.prot" is not a setting of Portico; did you mean "server.port"?\n',
  );
});

test('the lists of plugins agree: what is started, what is promised, what tests start', () => {
  const added = [
    ...readFileSync(path.join(__dirname, 'main.ts'), 'utf8').matchAll(
      /^backend\.add\(import\('@portico\/plugin-(\w+)-backend'\)\);$/gm,
    ),
  ].map(match => match[1]);
  expect(added.length).toBeGreaterThan(0);
  expect(Object.keys(productPlugins)).toEqual(added);
  expect(contracts.map(contract => contract.plugin).sort()).toEqual(['platform', ...added].sort());
});
