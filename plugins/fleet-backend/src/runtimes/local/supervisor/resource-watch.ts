import { killProcess, measureTree } from '../process-table';
import { DiskWatch } from './disk-watch';
import type { ProcessIdentity, TreeUsage } from '../process-table';
import type { ControlGroup } from './control-group';
import type { SupervisorSpec, SupervisorStatus } from './spec';

/** `sysconf(_SC_CLK_TCK)`: 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;
/** Shorter spans make a percentage of noise. */
const CPU_SPAN_MS = 250;

/**
 * Measures the sandbox from outside and enforces what the kernel was not able to. Memory without a control group: the largest process
 * is killed, as the kernel would. Disk without a quota: what grows beyond the limit is stopped by killing the sandbox's processes
 * (never its init or agent), so that its owner can log in and delete; usage that is over but not growing is left alone.
 */
export class ResourceWatch {
  private cpu = { at: Date.now(), usage: 0, percent: 0 };
  private lastTicks = new Map<string, number>();
  private tickSum = 0;
  private readonly disk: DiskWatch;
  private tree: TreeUsage = { processes: [], cpuTicks: new Map(), memoryBytes: 0 };

  constructor(
    private readonly spec: SupervisorSpec,
    private readonly init: ProcessIdentity,
    private readonly group: ControlGroup | null,
    private readonly traffic: () => { rxBytes: number; txBytes: number },
  ) {
    this.disk = new DiskWatch({
      directories: spec.diskDirectories,
      limitBytes: spec.limits.diskBytes,
      pids: () => this.tree.processes.map(({ pid }) => pid),
      stop: () => {
        this.tree = measureTree(this.init.pid);
        for (const worker of this.workers()) killProcess(worker);
      },
    });
    this.sample();
  }

  status(): SupervisorStatus {
    this.sample();
    this.disk.look();
    const { rxBytes, txBytes } = this.traffic();
    return {
      at: Date.now(),
      cpuPercent: this.cpu.percent,
      memoryBytesUsed: this.group?.memoryBytes() ?? this.tree.memoryBytes,
      diskBytesUsed: this.disk.bytes,
      networkRxBytes: rxBytes,
      networkTxBytes: txBytes,
      processes: this.tree.processes.length,
    };
  }

  enforce(): void {
    this.sample();
    this.disk.look();
    if (this.group?.limitsMemory || this.tree.memoryBytes <= this.spec.limits.memoryBytes) return;
    const largest = this.workers().sort((a, b) => b.memoryBytes - a.memoryBytes)[0];
    if (largest) killProcess(largest);
  }

  private sample(): void {
    this.tree = measureTree(this.init.pid);
    for (const [process, ticks] of this.tree.cpuTicks) this.tickSum += ticks - (this.lastTicks.get(process) ?? 0);
    this.lastTicks = this.tree.cpuTicks;
    const at = Date.now();
    const usage = this.group?.cpuMicroseconds() ?? (this.tickSum / TICKS_PER_SECOND) * 1e6;
    if (at - this.cpu.at < CPU_SPAN_MS) return;
    const percent = Math.max(0, ((usage - this.cpu.usage) / 1000 / (at - this.cpu.at)) * 100);
    this.cpu = { at, usage, percent: this.cpu.usage === 0 ? 0 : Math.round(percent * 10) / 10 };
  }

  /** Init (a shell) and the agent are the two oldest; everything else is the tenant's work. */
  private workers(): TreeUsage['processes'] {
    return this.tree.processes
      .filter(process => process.pid !== this.init.pid)
      .sort((a, b) => Number(a.startTicks) - Number(b.startTicks) || a.pid - b.pid)
      .slice(1);
  }
}
