import { rm } from 'node:fs/promises';
import type { run as Run } from './postgres-global-setup';

/** Jest loads setup and teardown apart from each other, so the run is handed over by the global object. */
export default async function tearDown(): Promise<void> {
  const run = (globalThis as { porticoPostgresRun?: typeof Run }).porticoPostgresRun;
  if (run === undefined) return;
  clearInterval(run.watch);
  await (await run.server)?.stop();
  if (run.folder !== undefined) await rm(run.folder, { recursive: true, force: true });
}
