import { accessSync, constants, existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = '/sys/fs/cgroup';
const PARENT = 'portico';
const CPU_PERIOD_MICROSECONDS = 100_000;

interface GroupLimits {
  memoryBytes: number;
  vcpus: number;
  processesMax: number;
}

/**
 * The kernel's own limits for one allocation, where this process may set them: version 2, version 1, or those controllers of version 1
 * that are there. What is missing is watched by the supervisor instead.
 */
export class ControlGroup {
  private constructor(
    private readonly version: 1 | 2,
    private readonly directories: Map<string, string>,
  ) {}

  static create(name: string, limits: GroupLimits): ControlGroup | null {
    try {
      const group = existsSync(join(ROOT, 'cgroup.controllers')) ? createVersion2(name) : createVersion1(name);
      if (!group) return null;
      const made = new ControlGroup(group.version, group.directories);
      made.limit(limits);
      return made;
    } catch {
      return null;
    }
  }

  /** Finds what an earlier process made, to remove it. */
  static open(name: string): ControlGroup | null {
    const candidates: [1 | 2, string, string][] = [
      [2, 'unified', join(ROOT, PARENT, name)],
      ...CONTROLLERS.map(controller => [1, controller, join(ROOT, controller, PARENT, name)] as [1, string, string]),
    ];
    const found = candidates.filter(([, , directory]) => existsSync(directory));
    if (!found[0]) return null;
    return new ControlGroup(found[0][0], new Map(found.map(([, controller, directory]) => [controller, directory])));
  }

  get limitsMemory(): boolean {
    return this.version === 2 ? existsSync(this.file('unified', 'memory.max')) : this.directories.has('memory');
  }

  get limitsCpu(): boolean {
    return this.version === 2
      ? existsSync(this.file('unified', 'cpu.max'))
      : existsSync(this.file('cpu', 'cpu.cfs_quota_us'));
  }

  /** Files to write a pid to. The sandbox's first process enters by itself, before it is anything else. */
  get entrances(): string[] {
    return [...this.directories.values()].map(directory => join(directory, 'cgroup.procs'));
  }

  cpuMicroseconds(): number | null {
    if (this.version === 1) {
      const nanoseconds = this.read('cpuacct', 'cpuacct.usage');
      return nanoseconds === null ? null : Number(nanoseconds) / 1000;
    }
    const usage = /^usage_usec (\d+)/m.exec(this.read('unified', 'cpu.stat') ?? '');
    return usage ? Number(usage[1]) : null;
  }

  /** Without the page cache, which the kernel takes back when it must. */
  memoryBytes(): number | null {
    const [controller, file] = this.version === 1 ? ['memory', 'memory.usage_in_bytes'] : ['unified', 'memory.current'];
    const total = this.read(controller as string, file as string);
    const stat = this.read(controller as string, 'memory.stat') ?? '';
    const cache = /^(?:total_inactive_file|inactive_file) (\d+)/m.exec(stat);
    return total === null ? null : Math.max(0, Number(total) - Number(cache?.[1] ?? 0));
  }

  outOfMemoryKills(): number {
    const text = this.version === 1 ? this.read('memory', 'memory.oom_control') : this.read('unified', 'memory.events');
    return Number(/^oom_kill (\d+)/m.exec(text ?? '')?.[1] ?? 0);
  }

  /** Whether that process really entered. One that could not is limited by nothing here. */
  holds(pid: number): boolean {
    return [...this.directories.keys()].every(controller =>
      (this.read(controller, 'cgroup.procs') ?? '').split('\n').includes(String(pid)),
    );
  }

  kill(): void {
    try {
      if (this.version === 2) writeFileSync(this.file('unified', 'cgroup.kill'), '1');
    } catch {
      // Older kernels have no cgroup.kill; the pid namespace's end kills everything anyway.
    }
  }

  /** False while something still lives in it. */
  remove(): boolean {
    let gone = true;
    for (const directory of this.directories.values()) {
      try {
        if (existsSync(directory)) rmdirSync(directory);
      } catch {
        gone = false;
      }
    }
    return gone;
  }

  private limit(limits: GroupLimits): void {
    const quota = Math.round(limits.vcpus * CPU_PERIOD_MICROSECONDS);
    if (this.version === 2) {
      this.write('unified', 'memory.max', limits.memoryBytes);
      this.write('unified', 'memory.swap.max', 0);
      this.write('unified', 'memory.oom.group', 0);
      this.write('unified', 'pids.max', limits.processesMax);
      this.write('unified', 'cpu.max', `${quota} ${CPU_PERIOD_MICROSECONDS}`);
    } else {
      this.write('memory', 'memory.limit_in_bytes', limits.memoryBytes);
      this.write('memory', 'memory.memsw.limit_in_bytes', limits.memoryBytes);
      this.write('pids', 'pids.max', limits.processesMax);
      this.write('cpu', 'cpu.cfs_period_us', CPU_PERIOD_MICROSECONDS);
      this.write('cpu', 'cpu.cfs_quota_us', quota);
    }
  }

  private file(controller: string, name: string): string {
    return join(this.directories.get(controller) ?? '/nonexistent', name);
  }

  private read(controller: string, name: string): string | null {
    try {
      return readFileSync(this.file(controller, name), 'utf8').trim();
    } catch {
      return null;
    }
  }

  private write(controller: string, name: string, value: number | string): void {
    try {
      writeFileSync(this.file(controller, name), String(value));
    } catch {
      // A controller or a file this kernel does not have: the supervisor's watch covers it.
    }
  }
}

const CONTROLLERS = ['memory', 'cpu', 'cpuacct', 'pids'];

function createVersion2(name: string): { version: 2; directories: Map<string, string> } | null {
  accessSync(ROOT, constants.W_OK);
  const parent = join(ROOT, PARENT);
  mkdirSync(parent, { recursive: true });
  for (const directory of [ROOT, parent]) {
    for (const controller of ['memory', 'pids', 'cpu']) {
      try {
        writeFileSync(join(directory, 'cgroup.subtree_control'), `+${controller}`);
      } catch {
        // Not delegated to us; the limits it would set are watched instead.
      }
    }
  }
  const directory = join(parent, name);
  mkdirSync(directory, { recursive: true });
  return { version: 2, directories: new Map([['unified', directory]]) };
}

function createVersion1(name: string): { version: 1; directories: Map<string, string> } | null {
  const directories = new Map<string, string>();
  for (const controller of CONTROLLERS) {
    if (!existsSync(join(ROOT, controller, 'cgroup.procs'))) continue;
    try {
      const directory = join(ROOT, controller, PARENT, name);
      mkdirSync(directory, { recursive: true });
      directories.set(controller, directory);
    } catch {
      continue;
    }
  }
  return directories.size > 0 ? { version: 1, directories } : null;
}
