import { common } from '@portico/plugin-kit/contract';
import type { CodedError } from '@portico/plugin-kit/contract';

/** SQLite result codes that mean the disk, not the statement, refused. A WAL index that cannot grow (SHMSIZE) is a full disk too. */
const SQLITE_DISK_FULL = new Set([
  'SQLITE_FULL',
  'SQLITE_IOERR_WRITE',
  'SQLITE_IOERR_FSYNC',
  'SQLITE_IOERR_SHMSIZE',
  'SQLITE_IOERR_TRUNCATE',
]);
const SQLITE_UNAVAILABLE = new Set([
  'SQLITE_BUSY',
  'SQLITE_BUSY_SNAPSHOT',
  'SQLITE_LOCKED',
  'SQLITE_READONLY',
  'SQLITE_IOERR',
]);
/** SQLSTATE disk_full. */
const POSTGRES_DISK_FULL = '53100';
/** Too many connections, shutting down, starting up, and the states of a replica that cannot write. */
const POSTGRES_UNAVAILABLE = new Set(['53300', '57P01', '57P02', '57P03', '25006']);
const CONNECTION_LOST = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EHOSTUNREACH',
  'EAI_AGAIN',
]);
/** What `pg` says without a code when a socket ends under a query or the pool gives up waiting. */
const CONNECTION_LOST_MESSAGE =
  /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Client was closed|connection is closed|not queryable/i;

/** The coded error behind a driver's error, or undefined when the statement itself was at fault (a bug, or a constraint the caller reads). */
export function storageError(error: unknown): CodedError | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { code, message = '' } = error as { code?: unknown; message?: string };
  if (typeof code === 'string') {
    if (SQLITE_DISK_FULL.has(code) || code === POSTGRES_DISK_FULL || code === 'ENOSPC')
      return common.fail('storage_full', { cause: error });
    if (/No space left on device/.test(message)) return common.fail('storage_full', { cause: error });
    if (
      SQLITE_UNAVAILABLE.has(code) ||
      POSTGRES_UNAVAILABLE.has(code) ||
      code.startsWith('08') ||
      CONNECTION_LOST.has(code)
    ) {
      return common.fail('service_unavailable', { cause: error });
    }
    return undefined;
  }
  return CONNECTION_LOST_MESSAGE.test(message) ? common.fail('service_unavailable', { cause: error }) : undefined;
}

/** Rethrows as a coded error where the store is at fault, else as it came. */
export function throwStorageError(error: unknown): never {
  throw storageError(error) ?? error;
}
