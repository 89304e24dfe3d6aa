import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, unlinkSync } from 'node:fs';
import { rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { RuntimeError } from './port';
import type { ProvisionRequest } from './port';
import { writeDurably } from './durable-file';
import { FENCE_KEPT_MS } from './limits';
import { HOST_ENVIRONMENT } from './sandbox/host-environment';
import type { ProcessIdentity } from './process-table';

const run = promisify(execFile);

/**
 * What the runtime knows across restarts, as files:
 *
 *     allocations/<id>/record.json   written before anything else exists, removed after everything else is gone
 *     allocations/<id>/…             home, sockets, spec, the supervisor's own account of itself
 *     fences/<id>                    the highest fencing token seen; outlives the allocation
 *
 * So `absent` can be proven: no record means nothing was ever begun, or everything has been undone.
 */
export interface AllocationRecord {
  request: ProvisionRequest;
  phase: 'creating' | 'created' | 'releasing';
  uid: number | null;
  isolation: 'sandbox' | 'none';
  createdAt: number;
}

/** Written by the supervisor once the sandbox runs. */
export interface SupervisorAccount {
  supervisor: ProcessIdentity;
  init: ProcessIdentity;
  bootId: string;
  startedAt: number;
}

interface ExitAccount {
  reason: string;
  at: number;
}

const ALLOCATION_ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/;

export class AllocationStore {
  private readonly allocations: string;
  private readonly fences: string;

  constructor(private readonly stateDirectory: string) {
    this.allocations = join(stateDirectory, 'allocations');
    this.fences = join(stateDirectory, 'fences');
  }

  prepare(): void {
    translateDiskErrors(() => {
      for (const path of [this.stateDirectory, this.allocations, this.fences]) makeDirectory(path);
    });
  }

  directory(allocationId: string): string {
    if (!ALLOCATION_ID.test(allocationId))
      throw new RuntimeError('runtime_failed', `“${allocationId}” cannot be the name of an allocation.`);
    return join(this.allocations, allocationId);
  }

  ids(): string[] {
    try {
      return readdirSync(this.allocations).filter(name => ALLOCATION_ID.test(name));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT' && existsSync(dirname(this.stateDirectory))) return [];
      throw unreadable(error);
    }
  }

  exists(allocationId: string): boolean {
    try {
      statSync(this.directory(allocationId));
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw unreadable(error);
    }
  }

  /** Null when the directory holds no readable record: a crash between creating the one and the other. */
  record(allocationId: string): AllocationRecord | null {
    return readJsonFile<AllocationRecord>(join(this.directory(allocationId), 'record.json'));
  }

  saveRecord(record: AllocationRecord): void {
    const directory = this.directory(record.request.allocationId);
    translateDiskErrors(() => {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      writeDurably(join(directory, 'record.json'), JSON.stringify(record));
    });
  }

  account(allocationId: string): SupervisorAccount | null {
    return readJsonFile<SupervisorAccount>(join(this.directory(allocationId), 'supervisor.json'));
  }

  exit(allocationId: string): ExitAccount | null {
    return readJsonFile<ExitAccount>(join(this.directory(allocationId), 'exit.json'));
  }

  /** The supervisor touches a file while it lives; its time is the last proof of life. */
  lastAliveAt(allocationId: string): number | null {
    try {
      return Math.trunc(statSync(join(this.directory(allocationId), 'alive')).mtimeMs);
    } catch {
      return null;
    }
  }

  /** Refuses a token lower than any seen before, and remembers a higher one before the work it allows begins. */
  fence(allocationId: string, token: number): void {
    this.directory(allocationId);
    const path = join(this.fences, allocationId);
    const seen = Number(readTextFile(path) ?? '-1');
    if (token < seen) {
      throw new RuntimeError(
        'stale_fencing_token',
        `A newer task (token ${seen}) has taken over this allocation; token ${token} is refused.`,
      );
    }
    if (token > seen) translateDiskErrors(() => writeDurably(path, String(token)));
  }

  pruneFences(now: number): void {
    for (const name of readdirSync(this.fences)) {
      const path = join(this.fences, name);
      if (existsSync(join(this.allocations, name)) || now - statSync(path).mtimeMs < FENCE_KEPT_MS) continue;
      unlinkSync(path);
    }
  }

  usedUids(): Set<number> {
    return new Set(this.ids().flatMap(id => this.record(id)?.uid ?? []));
  }

  /**
   * Deletes what an allocation left, its record last, so that a crash on the way is seen and repeated. Every process that could have
   * moved things under us is dead by now; links are never followed, other file systems never entered.
   */
  async remove(allocationId: string): Promise<void> {
    const directory = this.directory(allocationId);
    if (!existsSync(directory)) return;
    const entries = readdirSync(directory)
      .filter(name => name !== 'record.json')
      .map(name => join(directory, name));
    try {
      // A tenant may have taken away its own right to look into a directory; for an ordinary user that right is needed to delete.
      if (entries.length > 0 && process.getuid?.() !== 0) {
        await run('chmod', ['-R', 'u+rwX', '--', ...entries], { env: HOST_ENVIRONMENT }).catch(() => undefined);
      }
      if (entries.length > 0)
        await run('rm', ['-rf', '--one-file-system', '--', ...entries], { env: HOST_ENVIRONMENT });
      rmSync(join(directory, 'record.json'), { force: true });
      for (const name of readdirSync(directory)) rmSync(join(directory, name), { force: true });
      await rmdir(directory);
    } catch (error) {
      throw new RuntimeError(
        'runtime_failed',
        `The files of ${allocationId} could not be deleted: ${(error as Error).message}`,
        { cause: error },
      );
    }
  }
}

/** One level first: on a read-only file system a recursive mkdir reports a missing parent instead of the reason. */
function makeDirectory(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') mkdirSync(path, { recursive: true, mode: 0o700 });
    else if (code !== 'EEXIST') throw error;
  }
}

const DISK_ERRORS: Record<string, string> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'the file system is read-only',
  EACCES: 'the portal may not write there',
  EPERM: 'the portal may not write there',
};

export function translateDiskErrors<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw asDiskError(error) ?? error;
  }
}

export function asDiskError(error: unknown): RuntimeError | null {
  const { code, path } = error as NodeJS.ErrnoException;
  const sentence = code === undefined ? undefined : DISK_ERRORS[code];
  if (!sentence) return null;
  return new RuntimeError(
    'disk_full',
    `The sandbox’s files could not be written${path ? ` at ${path}` : ''}: ${sentence}.`,
    { cause: error },
  );
}

function unreadable(error: unknown): RuntimeError {
  return new RuntimeError('node_unreachable', `The runtime’s state could not be read: ${(error as Error).message}`, {
    cause: error,
  });
}

function readTextFile(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw unreadable(error);
  }
}

function readJsonFile<T>(path: string): T | null {
  const text = readTextFile(path);
  if (text === null) return null;
  try {
    return JSON.parse(text) as T;
  } catch (error) {
    throw unreadable(error);
  }
}
