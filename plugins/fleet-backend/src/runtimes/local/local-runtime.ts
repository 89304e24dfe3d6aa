import { realpathSync, statfsSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import { greetAgent } from './agent-connection';
import { AllocationStore } from './allocation-store';
import { findAssets } from './assets';
import { startExec } from './exec-process';
import { discoverGpus, measureGpus } from './gpu/discovery';
import { simulatedLoad } from './gpu/simulated-load';
import { RuntimeError } from './port';
import { bootId, isAlive, processesOfUid } from './process-table';
import { destroyAllocation } from './release';
import { chooseIsolation, uidRange } from './sandbox/isolation';
import { installationName, launchSandbox } from './sandbox-launch';
import { attachShell } from './shell-attachment';
import { askSupervisor } from './supervisor-status';
import type { Duplex } from 'node:stream';
import type { AllocationRecord } from './allocation-store';
import type { RuntimeAssets } from './assets';
import type { NvidiaSmi } from './gpu/discovery';
import type { Mechanism, IsolationChoice } from './sandbox/isolation';
import type {
  ExecProcess,
  ExecRequest,
  GpuReport,
  InstanceRef,
  MetricsSample,
  NodeReport,
  ProvisionRequest,
  Runtime,
  RuntimeInstance,
  RuntimeNode,
  RuntimeObservation,
  ShellAttachment,
  ShellRequest,
} from './port';

export interface LocalRuntimeOptions {
  stateDirectory: string;
  isolation: IsolationChoice;
  /** Which simulated GPUs each local node has, by node name. Not offered on a machine that has real ones. */
  simulatedNodes: Readonly<Record<string, readonly GpuReport[]>>;
  /** Where `build-runtime.mjs` put `supervisor.cjs` and `agent.cjs`. */
  assetsDirectory: string;
  clock: { now(): number };
  logger: { info(message: string): void; warn(message: string): void; error(message: string): void };
  /** Directories no sandbox may see even when they lie inside the system tree: the data directory above all. */
  protectedPaths: readonly string[];
  /** Addresses of this machine its interfaces do not show (a public address behind NAT); refused by the egress proxy. */
  refusedAddresses?: readonly string[];
  /** Asks the host's `nvidia-smi`; replaced in tests. */
  nvidiaSmi?: NvidiaSmi;
}

export interface LocalRuntime extends Runtime {
  /** Takes note of what survived a restart. Returns what runs, and what has ended meanwhile. */
  adoptAll(): Promise<{ running: readonly string[]; stopped: readonly string[] }>;
  /** Lets go of everything; sandboxes keep running. */
  close(): void;
}

export function createLocalRuntime(options: LocalRuntimeOptions): LocalRuntime {
  return new LocalSandboxes(options);
}

const USERNAME = 'user';

/** Sandboxes beside the backend. Holds nothing in memory that it could not find again on disk. */
class LocalSandboxes implements LocalRuntime {
  readonly kind = 'local';
  private readonly store: AllocationStore;
  private readonly stateDirectory: string;
  private readonly installation: string;
  private readonly assets: RuntimeAssets;
  private mechanism: Promise<Mechanism> | null = null;
  private realGpus: Promise<GpuReport[]> | null = null;
  /** One change at a time per allocation: provision and release of the same one wait for each other. */
  private readonly queues = new Map<string, Promise<unknown>>();
  private readonly releasing = new Set<string>();
  private readonly attachments = new Set<ShellAttachment>();

  constructor(private readonly options: LocalRuntimeOptions) {
    this.store = new AllocationStore(options.stateDirectory);
    this.store.prepare();
    this.stateDirectory = realpathSync(options.stateDirectory);
    this.store = new AllocationStore(this.stateDirectory);
    this.installation = installationName(this.stateDirectory);
    this.assets = findAssets(options.assetsDirectory);
  }

  async probe(node: RuntimeNode): Promise<NodeReport> {
    const mechanism = await this.isolation();
    const disk = statfsSync(this.stateDirectory);
    return {
      isolation: mechanism.name === 'none' ? 'none' : 'sandbox',
      isolationDetail: mechanism.detail,
      gpus: await this.gpusOf(node),
      cpuCount: availableParallelism(),
      memoryBytes: totalmem(),
      diskBytesFree: disk.bavail * disk.bsize,
    };
  }

  async provision(request: ProvisionRequest): Promise<RuntimeInstance> {
    return this.inTurn(request.allocationId, async () => {
      const { allocationId } = request;
      this.store.fence(allocationId, request.fencingToken);
      const mechanism = await this.isolation();
      const existing = this.store.exists(allocationId) ? this.store.record(allocationId) : null;
      // Something was worked in here: its home is kept, whatever goes wrong from now on.
      const restarts = existing?.phase === 'created';
      if (restarts) {
        if (await this.isRunning(allocationId)) return this.instanceOf(existing);
        this.options.logger.warn(`local runtime: ${allocationId} had stopped and is started again`);
        await this.destroy(allocationId, { keepFiles: true });
      } else await this.destroy(allocationId, { keepFiles: false });

      const record: AllocationRecord = {
        request,
        phase: restarts ? 'created' : 'creating',
        uid: restarts ? existing.uid : this.claimUid(mechanism),
        isolation: mechanism.name === 'none' ? 'none' : 'sandbox',
        createdAt: this.options.clock.now(),
      };
      try {
        this.store.saveRecord(record);
        await launchSandbox(record, this.store.directory(allocationId), {
          mechanism,
          assets: this.assets,
          installation: this.installation,
          protectedPaths: [this.stateDirectory, ...this.options.protectedPaths],
          refusedAddresses: this.options.refusedAddresses ?? [],
        });
        this.store.saveRecord({ ...record, phase: 'created' });
      } catch (error) {
        await this.destroy(allocationId, { keepFiles: restarts }).catch(cleanup =>
          this.options.logger.error(
            `local runtime: what was left of ${allocationId} could not be removed: ${String(cleanup)}`,
          ),
        );
        if (error instanceof RuntimeError) throw error;
        throw new RuntimeError('runtime_failed', `The sandbox could not be started: ${(error as Error).message}`, {
          cause: error,
        });
      }
      return this.instanceOf(record);
    });
  }

  async observe(instance: InstanceRef): Promise<RuntimeObservation> {
    const { allocationId } = instance;
    if (!this.store.exists(allocationId)) return { allocationId, state: 'absent', lastAliveAt: null, exitReason: null };
    const lastAliveAt = this.store.lastAliveAt(allocationId);
    if (await this.isRunning(allocationId)) {
      return { allocationId, state: 'running', lastAliveAt: this.options.clock.now(), exitReason: null };
    }
    const record = this.store.record(allocationId);
    if (record?.phase === 'creating' && this.queues.has(allocationId)) {
      return { allocationId, state: 'starting', lastAliveAt, exitReason: null };
    }
    const exit = this.store.exit(allocationId);
    const exitReason =
      exit?.reason ??
      (record?.phase === 'created' ? 'The sandbox ended without saying why.' : 'The sandbox was never completed.');
    return { allocationId, state: 'stopped', lastAliveAt: lastAliveAt ?? exit?.at ?? null, exitReason };
  }

  async list(node: RuntimeNode): Promise<readonly RuntimeObservation[]> {
    const here = this.store.ids().filter(id => {
      const record = this.store.record(id);
      return record === null || record.request.node.nodeId === node.nodeId;
    });
    return Promise.all(here.map(allocationId => this.observe({ allocationId, node })));
  }

  /** The gateway authenticates for local sandboxes, live; there is no sshd inside to hold keys. */
  async setAuthorizedKeys(): Promise<void> {}

  async openShell(instance: InstanceRef, request: ShellRequest): Promise<ShellAttachment> {
    const { allocationId } = instance;
    const reason = () => (this.releasing.has(allocationId) || !this.store.exists(allocationId) ? 'released' : 'lost');
    const attachment = await attachShell(this.agentSocket(allocationId), request, reason);
    this.attachments.add(attachment);
    attachment.onEnded(() => this.attachments.delete(attachment));
    return attachment;
  }

  async exec(instance: InstanceRef, request: ExecRequest): Promise<ExecProcess> {
    return startExec(this.agentSocket(instance.allocationId), request);
  }

  async forward(instance: InstanceRef, target: { host: string; port: number }): Promise<Duplex> {
    const connection = await greetAgent(this.agentSocket(instance.allocationId), { op: 'forward', ...target });
    return connection.takeRaw();
  }

  async metrics(instance: InstanceRef): Promise<MetricsSample> {
    const { allocationId } = instance;
    const record = this.store.exists(allocationId) ? this.store.record(allocationId) : null;
    const status = record && (await askSupervisor(this.store.directory(allocationId)));
    if (!record || !status) throw new RuntimeError('instance_missing', 'The sandbox is not running.');
    const { gpus, memoryBytes, diskBytes } = record.request;
    const at = this.options.clock.now();
    const real = gpus.filter(gpu => !gpu.simulated).map(gpu => gpu.index);
    return {
      at,
      cpuPercent: status.cpuPercent,
      memoryBytesUsed: status.memoryBytesUsed,
      memoryBytesLimit: memoryBytes,
      diskBytesUsed: status.diskBytesUsed,
      diskBytesLimit: diskBytes,
      networkRxBytes: status.networkRxBytes,
      networkTxBytes: status.networkTxBytes,
      processes: status.processes,
      gpus: [
        ...gpus.filter(gpu => gpu.simulated).map(gpu => simulatedLoad(gpu, at, status.cpuPercent)),
        ...(await measureGpus(real, this.options.nvidiaSmi)),
      ],
    };
  }

  async release(instance: InstanceRef & { fencingToken: number }): Promise<void> {
    const { allocationId } = instance;
    await this.inTurn(allocationId, async () => {
      this.store.fence(allocationId, instance.fencingToken);
      if (!this.store.exists(allocationId)) return;
      this.releasing.add(allocationId);
      try {
        await this.destroy(allocationId, { keepFiles: false });
      } finally {
        this.releasing.delete(allocationId);
      }
    });
  }

  async adoptAll(): Promise<{ running: readonly string[]; stopped: readonly string[] }> {
    this.store.pruneFences(this.options.clock.now());
    const ids = this.store.ids();
    const alive = await Promise.all(ids.map(id => this.isRunning(id)));
    const running = ids.filter((_, index) => alive[index]);
    const stopped = ids.filter((_, index) => !alive[index]);
    this.options.logger.info(`local runtime: ${running.length} sandboxes adopted, ${stopped.length} found stopped`);
    return { running, stopped };
  }

  close(): void {
    for (const attachment of [...this.attachments]) attachment.detach();
  }

  private isolation(): Promise<Mechanism> {
    const root = process.getuid?.() === 0;
    this.mechanism ??= chooseIsolation(this.options.isolation, {
      directory: join(this.stateDirectory, 'probes'),
      hostUid: root ? this.uids().first + this.uids().count - 1 : null,
    }).then(mechanism => {
      this.options.logger.info(`local runtime: sandboxes by ${mechanism.detail}`);
      return mechanism;
    });
    // A failure may pass (a sysctl set, a package installed): the next caller tries again.
    this.mechanism.catch(() => (this.mechanism = null));
    return this.mechanism;
  }

  private async gpusOf(node: RuntimeNode): Promise<readonly GpuReport[]> {
    this.realGpus ??= discoverGpus(this.options.nvidiaSmi);
    const real = await this.realGpus;
    const names = Object.keys(this.options.simulatedNodes);
    if (real.length === 0) return this.options.simulatedNodes[node.name] ?? [];
    // This machine's GPUs are there once, however many local nodes the configuration names: the first has them.
    return names.length === 0 || names[0] === node.name ? real : [];
  }

  private uids(): { first: number; count: number } {
    return uidRange(parseInt(this.installation.slice(0, 8), 16));
  }

  /** A uid of its own for every allocation, and never one something still runs as. Null for an ordinary user, who has only one. */
  private claimUid(mechanism: Mechanism): number | null {
    if (process.getuid?.() !== 0 || mechanism.name === 'none') return null;
    const used = this.store.usedUids();
    const { first, count } = this.uids();
    for (let uid = first; uid < first + count - 1; uid++) {
      if (!used.has(uid) && processesOfUid(uid).length === 0) return uid;
    }
    throw new RuntimeError('runtime_failed', 'Every user id of this node is taken.');
  }

  private instanceOf({ request, isolation, createdAt }: AllocationRecord): RuntimeInstance {
    const { allocationId, node } = request;
    const startedAt = this.store.account(allocationId)?.startedAt ?? createdAt;
    return { allocationId, node, isolation, username: USERNAME, startedAt };
  }

  /** Both processes alive, of this boot, and the agent answering nothing less than a greeting. */
  private async isRunning(allocationId: string): Promise<boolean> {
    const account = this.store.account(allocationId);
    if (!account || account.bootId !== bootId()) return false;
    if (!isAlive(account.supervisor) || !isAlive(account.init)) return false;
    return (await askSupervisor(this.store.directory(allocationId))) !== null;
  }

  private agentSocket(allocationId: string): string {
    if (!this.store.exists(allocationId))
      throw new RuntimeError('instance_missing', 'That allocation has no sandbox here.');
    return join(this.store.directory(allocationId), 'run/agent.sock');
  }

  private destroy(allocationId: string, { keepFiles }: { keepFiles: boolean }): Promise<void> {
    return destroyAllocation({ store: this.store, allocationId, installation: this.installation, keepFiles });
  }

  private inTurn<T>(allocationId: string, work: () => Promise<T>): Promise<T> {
    const before = this.queues.get(allocationId) ?? Promise.resolve();
    const turn = before.then(work, work);
    const settled = turn
      .catch(() => undefined)
      .finally(() => {
        if (this.queues.get(allocationId) === settled) this.queues.delete(allocationId);
      });
    this.queues.set(allocationId, settled);
    return turn;
  }
}
