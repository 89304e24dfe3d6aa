import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { waitFor } from './wait-for';

/**
 * One PostgreSQL per Jest run, started only when a test first asks. The run's parent process owns the server and watches a folder (named by this
 * variable); a test writes `wanted` there and reads `url`, or `failure`, which is thrown: a test on PostgreSQL is never skipped.
 */
export const REQUEST_FOLDER_VARIABLE = 'PORTICO_TEST_POSTGRES_REQUEST';
export const OWN_SERVER_VARIABLE = 'PORTICO_TEST_POSTGRES_URL';

export async function postgresUrl(): Promise<string> {
  const own = process.env[OWN_SERVER_VARIABLE];
  if (own) return own;
  const folder = process.env[REQUEST_FOLDER_VARIABLE];
  if (!folder)
    throw new Error(`No PostgreSQL for tests: run through Jest's global setup, or set ${OWN_SERVER_VARIABLE}`);
  writeFileSync(path.join(folder, 'wanted'), '');
  await waitFor(
    () => existsSync(path.join(folder, 'url')) || existsSync(path.join(folder, 'failure')),
    'PostgreSQL for tests to start',
  );
  if (existsSync(path.join(folder, 'failure'))) throw new Error(readFileSync(path.join(folder, 'failure'), 'utf8'));
  return readFileSync(path.join(folder, 'url'), 'utf8');
}
