import { existsSync, mkdtempSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { OWN_SERVER_VARIABLE, REQUEST_FOLDER_VARIABLE } from './postgres-request';
import { startPostgresServer } from './postgres-server';
import type { PostgresServer } from './postgres-server';

const LOOK_EVERY_MILLISECONDS = 25;

/** What the teardown of the same run ends. Jest keeps both in one process. */
export const run: { watch?: NodeJS.Timeout; server?: Promise<PostgresServer | undefined>; folder?: string } = {};

export default function setUp(): void {
  if (process.env[OWN_SERVER_VARIABLE]) return;
  const folder = mkdtempSync(path.join(tmpdir(), 'portico-tests-'));
  process.env[REQUEST_FOLDER_VARIABLE] = folder;
  run.folder = folder;
  run.watch = setInterval(() => {
    if (!existsSync(path.join(folder, 'wanted'))) return;
    clearInterval(run.watch);
    run.server = start(folder);
  }, LOOK_EVERY_MILLISECONDS);
  (globalThis as { porticoPostgresRun?: typeof run }).porticoPostgresRun = run;
}

async function start(folder: string): Promise<PostgresServer | undefined> {
  const answer = (name: string, text: string) => {
    // Renamed into place, so that nobody reads half of it.
    writeFileSync(path.join(folder, `${name}.part`), text);
    renameSync(path.join(folder, `${name}.part`), path.join(folder, name));
  };
  try {
    const server = await startPostgresServer();
    answer('url', server.url);
    return server;
  } catch (error) {
    answer('failure', error instanceof Error ? error.message : String(error));
    return undefined;
  }
}
