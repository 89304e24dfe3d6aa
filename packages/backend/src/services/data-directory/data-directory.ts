import { accessSync, chmodSync, constants, mkdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import SqliteDriver from 'better-sqlite3';

/** Less than this and the portal would stop within minutes, half-way through something: better not to start. */
const FREE_BYTES_MIN = 1024 * 1024;
const LOCK_FILE = 'portico.lock';
const PID_FILE = 'portico.pid';

/** Sentences for the person who starts the portal; the start ends with one of them. */
export class DataDirectoryError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'DataDirectoryError';
  }
}

export interface DataDirectory {
  readonly path: string;
  /** Lets another instance in. The operating system does the same when the process ends, however it ends. */
  release(): void;
}

/**
 * Makes the folder (for its owner only), checks that it can be written to, and with `exclusive` keeps every other instance out.
 */
export function openDataDirectory(options: { path: string; exclusive: boolean }): DataDirectory {
  const folder = options.path;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    chmodSync(folder, 0o700);
  } catch (error) {
    throw describe(error, folder);
  }
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize < FREE_BYTES_MIN) {
    throw new DataDirectoryError(
      `The disk that holds the data directory ${folder} is full; free some space and start again.`,
    );
  }
  return { path: folder, release: options.exclusive ? lock(folder) : () => {} };
}

/**
 * The lock is an exclusive lock of SQLite on an empty file: the kernel holds it for the process and drops it when that ends, SIGKILL included,
 * so it can never be stale. A file with the process id stands beside it only to be quoted.
 */
function lock(folder: string): () => void {
  const file = path.join(folder, LOCK_FILE);
  let holder: SqliteDriver.Database;
  try {
    holder = new SqliteDriver(file, { timeout: 0 });
    holder.pragma('journal_mode = MEMORY');
    holder.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    if (isBusy(error)) {
      throw new DataDirectoryError(
        `Another Portico${otherProcess(folder)} is running on the data directory ${folder}; stop it, or give this one a folder of its own with PORTICO_DATA_DIR.`,
        { cause: error },
      );
    }
    throw describe(error, folder);
  }
  chmodSync(file, 0o600);
  writeFileSync(path.join(folder, PID_FILE), String(process.pid), { mode: 0o600 });
  return () => {
    if (!holder.open) return;
    rmSync(path.join(folder, PID_FILE), { force: true });
    holder.close();
  };
}

function otherProcess(folder: string): string {
  try {
    return ` (process ${readFileSync(path.join(folder, PID_FILE), 'utf8').trim()})`;
  } catch {
    return '';
  }
}

function isBusy(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return code === 'SQLITE_BUSY' || code === 'SQLITE_LOCKED';
}

function describe(error: unknown, folder: string): DataDirectoryError {
  const code = (error as { code?: unknown } | null)?.code;
  const why =
    code === 'EROFS' || code === 'SQLITE_READONLY'
      ? 'is on a read-only file system'
      : code === 'ENOENT'
        ? 'cannot be made, because a folder above it is read-only or not there'
        : code === 'EACCES' || code === 'EPERM' || code === 'SQLITE_CANTOPEN'
          ? 'may not be written to by this user'
          : code === 'ENOSPC' || code === 'SQLITE_FULL'
            ? 'is on a full disk'
            : code === 'ENOTDIR' || code === 'EEXIST'
              ? 'is not a folder'
              : `cannot be used (${String(code ?? error)})`;
  return new DataDirectoryError(
    `The data directory ${folder} ${why}; choose another with PORTICO_DATA_DIR, or mend that.`,
    { cause: error },
  );
}
