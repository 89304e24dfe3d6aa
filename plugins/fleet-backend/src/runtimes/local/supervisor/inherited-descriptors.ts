import { closeSync, readdirSync, readFileSync } from 'node:fs';

/** `O_CLOEXEC` of Linux, as `/proc/self/fdinfo` shows it. */
const CLOSE_ON_EXEC = 0o2_000_000;

/**
 * Closes what this process was born with beyond `last`. A descriptor that the backend itself was started with (by a service manager, a shell) and
 * that nobody marked goes on to every descendant, and the last ones are the tenant's. Node marks all of its own.
 */
export function closeInheritedDescriptors(last: number): void {
  for (const fd of readdirSync('/proc/self/fd').map(Number)) {
    if (fd <= last) continue;
    try {
      const flags = /^flags:\s*([0-7]+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[1];
      if (flags !== undefined && (parseInt(flags, 8) & CLOSE_ON_EXEC) === 0) closeSync(fd);
    } catch {
      // It was the one the list was read by.
    }
  }
}
