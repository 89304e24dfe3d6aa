import { execFile } from 'node:child_process';
import { readdirSync, statfsSync, statSync } from 'node:fs';
import {
  DESCRIPTORS_MEASURED_MAX,
  DISK_GROWTH_BYTES,
  DISK_RESERVE_BYTES,
  DISK_RESERVE_FRACTION,
  DISK_USAGE_INTERVAL_MS,
  DISK_USAGE_PATIENCE_MS,
} from '../limits';

/** `st_blocks` counts in these, whatever the file system's own block is. */
const STAT_BLOCK_BYTES = 512;

interface DiskWatchOptions {
  directories: readonly string[];
  limitBytes: number;
  /** Everything that runs in the sandbox. */
  pids(): readonly number[];
  /** Ends what writes. */
  stop(): void;
}

/**
 * The disk of one allocation where no quota holds it: what its directories hold, and files that were deleted and are still held open, which no
 * walk over directories sees. Growing beyond the limit is stopped. On a disk that is nearly full growing is stopped whatever the limit, for then
 * the portal's own database is what runs out next; so is one that takes so long to measure that nobody can say whether it grows.
 */
export class DiskWatch {
  bytes = 0;
  private measuredAt = 0;
  private startedAt: number | null = null;

  constructor(private readonly options: DiskWatchOptions) {}

  look(): void {
    const now = Date.now();
    const endangered = this.isNearlyFull();
    if (this.startedAt !== null) {
      if (endangered && now - this.startedAt > DISK_USAGE_PATIENCE_MS) this.options.stop();
      return;
    }
    if (!endangered && now - this.measuredAt < DISK_USAGE_INTERVAL_MS) return;
    this.startedAt = now;
    const measure = ['-n', '10', 'du', '-sxcB1', '--', ...this.options.directories];
    execFile('nice', measure, (_error, stdout) => {
      // A file that vanishes meanwhile makes du complain and still count; only the total, on the last line, is read.
      const total = Number(/^(\d+)\s+\S+\s*$/m.exec(stdout.trim().split('\n').at(-1) ?? '')?.[1] ?? NaN);
      const before = this.bytes;
      const isFirst = this.measuredAt === 0;
      if (Number.isFinite(total)) this.bytes = total + this.deletedBytes();
      this.startedAt = null;
      this.measuredAt = Date.now();
      const overLimit = this.bytes > this.options.limitBytes && this.bytes > before;
      const eatsReserve = !isFirst && this.bytes > before + DISK_GROWTH_BYTES && this.isNearlyFull();
      if (overLimit || eatsReserve) this.options.stop();
    });
  }

  private isNearlyFull(): boolean {
    try {
      const { bavail, blocks, bsize } = statfsSync(this.options.directories[0] as string);
      return bavail * bsize < Math.min(DISK_RESERVE_BYTES, DISK_RESERVE_FRACTION * blocks * bsize);
    } catch {
      return false;
    }
  }

  /** Each file once, however many descriptors it has. Of other file systems (memory, above all) nothing is counted here. */
  private deletedBytes(): number {
    const device = statSync(this.options.directories[0] as string).dev;
    const counted = new Set<number>();
    let bytes = 0;
    let looked = 0;
    for (const pid of this.options.pids()) {
      for (const fd of descriptorsOf(pid)) {
        if ((looked += 1) > DESCRIPTORS_MEASURED_MAX) return bytes;
        try {
          const file = statSync(`/proc/${pid}/fd/${fd}`);
          if (!file.isFile() || file.nlink > 0 || file.dev !== device || counted.has(file.ino)) continue;
          counted.add(file.ino);
          bytes += file.blocks * STAT_BLOCK_BYTES;
        } catch {
          // Closed while we looked.
        }
      }
    }
    return bytes;
  }
}

function descriptorsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`);
  } catch {
    return [];
  }
}
