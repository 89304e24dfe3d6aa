import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { waitFor } from '@portico/plugin-kit/testing';

const root = path.resolve(__dirname, '../../../..');
/** The program under test; another build of it may be named, such as an installed one. */
const bundle = process.env.PORTICO_BUNDLE ?? path.join(root, 'packages/backend/dist/main.js');

/** How long to wait for the portal to finish what it writes. */
const DATABASE_MILLISECONDS_MAX = 20_000;
/** As if everybody had signed in so long ago that what is worth asking twice is asked again. */
export const PROOFS_GROW_OLD = 'UPDATE access_sessions SET authenticated_at = authenticated_at - 86400000';

/** The portal as people run it: the production build in a process of its own, on a data folder of its own. */
export interface PortalProcess {
  readonly url: string;
  readonly sshPort: number;
  readonly dataDirectory: string;
  readonly adminPassword: string;
  readonly pid: number;
  /** Runs statements on its database: how a test makes time pass that it cannot wait for. */
  alter(statements: string): void;
  /** Ends without a chance to tidy up, and starts again on the same data and ports. */
  killAndRestart(): Promise<void>;
  stop(): Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>(resolve => server.close(() => resolve()));
  return port;
}

type Environment = Readonly<Record<string, string>>;

/** Beside what every test needs: this environment, which may depend on where the portal is going to be. */
export async function startPortalProcess(
  environment: Environment | ((url: string) => Promise<Environment>) = {},
): Promise<PortalProcess> {
  if (!existsSync(bundle))
    throw new Error('There is no production build: run `npm run build` first (`npm test` does).');
  const dataDirectory = await mkdtemp(path.join(os.tmpdir(), 'portico-e2e-'));
  const [port, sshPort] = [await freePort(), await freePort()];
  const adminPassword = 'the first administrator of a test';
  const url = `http://localhost:${port}`;
  const special = typeof environment === 'function' ? await environment(url) : environment;
  let output = '';

  function start(): ChildProcess {
    const child = spawn(process.execPath, [bundle], {
      cwd: root,
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        PORTICO_PORT: String(port),
        PORTICO_DATA_DIR: dataDirectory,
        PORTICO_ADMIN_PASSWORD: adminPassword,
        APP_CONFIG_workloads_ssh_port: String(sshPort),
        APP_CONFIG_workloads_metrics_intervalSeconds: '1',
        ...special,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const keep = (chunk: Buffer) => (output = (output + chunk.toString('utf8')).slice(-20_000));
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    return child;
  }
  async function ready(child: ChildProcess): Promise<void> {
    await waitFor(async () => {
      if (child.exitCode !== null) throw new Error(`The portal ended with ${child.exitCode}:\n${output}`);
      return (await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined))?.ok === true;
    }, 'the portal is ready');
  }
  const exited = (child: ChildProcess) =>
    new Promise<void>(resolve =>
      child.exitCode === null && child.signalCode === null ? child.once('exit', () => resolve()) : resolve(),
    );

  let child = start();
  await ready(child);
  return {
    url,
    sshPort,
    dataDirectory,
    adminPassword,
    get pid() {
      return child.pid ?? -1;
    },
    alter(statements) {
      const database = new DatabaseSync(path.join(dataDirectory, 'portico.sqlite'), {
        timeout: DATABASE_MILLISECONDS_MAX,
      });
      database.exec(statements);
      database.close();
    },
    async killAndRestart() {
      child.kill('SIGKILL');
      await exited(child);
      child = start();
      await ready(child);
    },
    async stop() {
      child.kill('SIGTERM');
      await exited(child);
      await rm(dataDirectory, { recursive: true, force: true });
    },
  };
}
