/**
 * The database: SQLite in the data directory, or PostgreSQL when `database.url` is set. One interface (`Database` of plugin-kit), the same rows and the
 * same errors on both: `storage_full` when the disk is, `service_unavailable` when the server cannot be reached, nothing partial either way.
 *
 * It closes in the last phase of a shutdown, after the loops that write (tasks, outbox) have stopped in the phase before, and takes the lock of the data
 * directory with it.
 */
import path from 'node:path';
import { coreServices, createServiceFactory } from '@backstage/backend-plugin-api';
import { clockRef, databaseRef, settingsRef } from '@portico/plugin-kit/backend';
import { dataDirectoryRef } from '../data-directory/data-directory-service';
import { databaseSettings } from '../settings/platform-sections';
import { openDatabase } from './open-database';

/** The name of the SQLite file in the data directory. */
export const SQLITE_FILE = 'portico.sqlite';

export const databaseServiceFactory = createServiceFactory({
  service: databaseRef,
  deps: { settings: settingsRef, clock: clockRef, directory: dataDirectoryRef, lifecycle: coreServices.rootLifecycle },
  async factory({ settings, clock, directory, lifecycle }) {
    const { url, connectionsMax } = settings.of(databaseSettings);
    const database = openDatabase(
      url === undefined
        ? { dialect: 'sqlite', filename: path.join(directory.path, SQLITE_FILE) }
        : { dialect: 'postgres', url, connectionsMax },
      clock,
    );
    // A server that cannot be reached is said at once and by name, not by the first request.
    try {
      await database.read.first('SELECT 1 AS one');
    } catch (error) {
      throw url === undefined ? error : new Error(unreachable(url, error), { cause: error });
    }
    lifecycle.addShutdownHook(async () => {
      await database.close();
      directory.release();
    });
    return database;
  },
});

/** Host and name alone: the rest of the URL is a password. */
function unreachable(url: string, error: unknown): string {
  const { host, pathname } = new URL(url);
  const reason = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const { message, code } = reason as { message?: string; code?: string };
  return `PostgreSQL at ${host}${pathname} cannot be used (${message || code || String(reason)}). Is it running, and are name and password in PORTICO_DATABASE_URL right?`;
}
