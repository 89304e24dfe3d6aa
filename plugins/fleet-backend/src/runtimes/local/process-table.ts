import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/**
 * A process named so that a reused pid cannot be mistaken for it: the kernel never gives two processes the same pid and start tick
 * in one boot, and `bootId` covers the rest.
 */
export interface ProcessIdentity {
  pid: number;
  startTicks: string;
}

interface ProcessRow {
  pid: number;
  parentPid: number;
  state: string;
  startTicks: string;
  cpuTicks: number;
}

export function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

function readRow(pid: number): ProcessRow | null {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return null;
  }
  // The command's name is in parentheses and may contain anything, a closing parenthesis included: fields start after the last one.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return {
    pid,
    state: fields[0] ?? 'X',
    parentPid: Number(fields[1]),
    cpuTicks: Number(fields[11]) + Number(fields[12]),
    startTicks: fields[19] ?? '',
  };
}

function pids(): number[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(Number);
}

export function identify(pid: number): ProcessIdentity | null {
  const row = readRow(pid);
  return row && { pid, startTicks: row.startTicks };
}

/** Alive means it can still run; a zombie nobody has reaped is dead. */
export function isAlive(process: ProcessIdentity): boolean {
  const row = readRow(process.pid);
  return row !== null && row.startTicks === process.startTicks && row.state !== 'Z' && row.state !== 'X';
}

/** Ends it, unless it has ended; a reused pid is left alone. */
export function killProcess(target: ProcessIdentity): void {
  if (!isAlive(target)) return;
  try {
    process.kill(target.pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

export function childrenOf(pid: number): ProcessIdentity[] {
  return pids()
    .map(readRow)
    .filter(row => row !== null && row.parentPid === pid)
    .map(row => ({ pid: (row as ProcessRow).pid, startTicks: (row as ProcessRow).startTicks }));
}

/** Processes running as that uid. Only meaningful where the uid belongs to one allocation. */
export function processesOfUid(uid: number): ProcessIdentity[] {
  const found: ProcessIdentity[] = [];
  for (const pid of pids()) {
    try {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8');
      const uids = /^Uid:\s+(\d+)\s+(\d+)\s+(\d+)/m.exec(status)?.slice(1).map(Number) ?? [];
      if (!uids.includes(uid)) continue;
      const identity = identify(pid);
      if (identity && isAlive(identity)) found.push(identity);
    } catch {
      continue; // It ended while we looked.
    }
  }
  return found;
}

/** Processes started with that variable in their environment: how an allocation without a pid namespace is found. */
export function processesWithEnvironment(assignment: string): ProcessIdentity[] {
  return processesWith('environ', assignment);
}

/** Processes with exactly that word among their arguments. */
export function processesWithArgument(word: string): ProcessIdentity[] {
  return processesWith('cmdline', word);
}

function processesWith(file: 'environ' | 'cmdline', word: string): ProcessIdentity[] {
  const found: ProcessIdentity[] = [];
  for (const pid of pids()) {
    try {
      if (pid === process.pid || !readFileSync(`/proc/${pid}/${file}`, 'utf8').split('\0').includes(word)) continue;
      const identity = identify(pid);
      if (identity && isAlive(identity)) found.push(identity);
    } catch {
      continue;
    }
  }
  return found;
}

export function pidNamespaceOf(pid: number): string | null {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`);
  } catch {
    return null;
  }
}

export interface TreeUsage {
  processes: { pid: number; startTicks: string; memoryBytes: number }[];
  /** Ticks by process, so that a sampler can tell what was used since the last look even when processes come and go. */
  cpuTicks: Map<string, number>;
  memoryBytes: number;
}

/** Everything below that process. Nobody leaves the tree of a pid namespace's init: orphans are given back to it. */
export function measureTree(rootPid: number): TreeUsage {
  const rows = pids()
    .map(readRow)
    .filter(row => row !== null);
  const byParent = new Map<number, ProcessRow[]>();
  for (const row of rows) {
    const siblings = byParent.get(row.parentPid);
    if (siblings) siblings.push(row);
    else byParent.set(row.parentPid, [row]);
  }
  const usage: TreeUsage = { processes: [], cpuTicks: new Map(), memoryBytes: 0 };
  // Several processes may see the same shared memory: the one that sees most of it stands for all, so that nothing is counted twice.
  let sharedMost = 0;
  const queue = rows.filter(row => row.pid === rootPid);
  for (let row = queue.pop(); row; row = queue.pop()) {
    queue.push(...(byParent.get(row.pid) ?? []));
    const memory = memoryOf(row.pid);
    usage.processes.push({
      pid: row.pid,
      startTicks: row.startTicks,
      memoryBytes: memory.privateBytes + memory.sharedBytes,
    });
    usage.cpuTicks.set(`${row.pid}.${row.startTicks}`, row.cpuTicks);
    usage.memoryBytes += memory.privateBytes;
    sharedMost = Math.max(sharedMost, memory.sharedBytes);
  }
  usage.memoryBytes += sharedMost;
  return usage;
}

/** Of its own, and shared with others but no file of a disk: that too is nowhere but in memory. */
function memoryOf(pid: number): { privateBytes: number; sharedBytes: number } {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const bytes = (field: string) => Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) * 1024;
    return { privateBytes: bytes('RssAnon'), sharedBytes: bytes('RssShmem') };
  } catch {
    return { privateBytes: 0, sharedBytes: 0 };
  }
}
