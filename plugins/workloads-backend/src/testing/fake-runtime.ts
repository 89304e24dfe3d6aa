import { once } from 'node:events';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { RuntimeError } from '@portico/plugin-fleet/port';
import type {
  InstanceRef,
  MetricsSample,
  NodeReport,
  ProvisionRequest,
  Runtime,
  RuntimeErrorCode,
  RuntimeInstance,
  RuntimeNode,
  RuntimeObservation,
} from '@portico/plugin-fleet/port';

/** What a node remembers of one allocation. `starts` counts every time something began to run. */
export interface FakeInstance {
  state: 'running' | 'stopped' | 'absent';
  highestToken: number;
  lastAliveAt: number;
  starts: number;
}

/** The nodes' memory. In a test's process a map; beside a backend that is killed, something that outlives it. */
export interface World {
  read(allocationId: string): FakeInstance | undefined;
  write(allocationId: string, instance: FakeInstance): void;
  ids(): readonly string[];
}

export function worldInMemory(): World {
  const instances = new Map<string, FakeInstance>();
  return {
    read: allocationId => instances.get(allocationId),
    write: (allocationId, instance) => instances.set(allocationId, { ...instance }),
    ids: () => [...instances.keys()],
  };
}

type Call = 'probe' | 'provision' | 'observe' | 'setAuthorizedKeys' | 'metrics' | 'release';
/** `before`: nothing happened yet; `after`: it happened, and the answer is still on its way. */
export type Moment = `${Call}:${'before' | 'after'}`;
export type Fault = (allocationId: string) => void | Promise<void>;

/** A far side that does what it is told, and fails, delays and loses answers when the test says so. Keeps the rules of the port, fencing included. */
export class FakeRuntime implements Runtime {
  readonly kind = 'local';
  readonly requests: ProvisionRequest[] = [];
  /** What every instance uses, as it is measured. */
  cpuPercent = 12.5;
  readonly #faults = new Map<Moment, Fault[]>();

  constructor(
    readonly world: World = worldInMemory(),
    private readonly now: () => number = Date.now,
  ) {}

  /** The next so many times at this moment; forever unless said otherwise. */
  at(moment: Moment, fault: Fault, times = Infinity): void {
    const queue = this.#faults.get(moment) ?? [];
    this.#faults.set(moment, queue);
    let left = times;
    const once: Fault = async allocationId => {
      left -= 1;
      if (left <= 0) queue.splice(queue.indexOf(once), 1);
      await fault(allocationId);
    };
    queue.push(once);
  }

  fails(call: Call, code: RuntimeErrorCode, times?: number): void {
    this.at(
      `${call}:before`,
      () => {
        throw new RuntimeError(code, `${call} fails as the test wants`);
      },
      times,
    );
  }

  /** Does what it is asked, but the answer never arrives. */
  losesAnswers(call: Call, times?: number): void {
    this.at(
      `${call}:after`,
      () => {
        throw new RuntimeError('node_unreachable', `the answer to ${call} was lost`);
      },
      times,
    );
  }

  /** Calls wait at this moment until the test opens the gate. */
  gate(moment: Moment): { arrived: Promise<string>; open(): void } {
    let open = () => {};
    const opened = new Promise<void>(resolve => (open = resolve));
    const arrived = new Promise<string>(resolve => {
      this.at(moment, allocationId => {
        resolve(allocationId);
        return opened;
      });
    });
    return {
      arrived,
      open: () => {
        this.#faults.delete(moment);
        open();
      },
    };
  }

  heal(): void {
    this.#faults.clear();
  }

  /** The instance dies by itself: a process that exits, a node that lost it. */
  dies(allocationId: string, state: 'stopped' | 'absent' = 'stopped', lastAliveAt = this.now()): void {
    this.world.write(allocationId, { ...this.#instance(allocationId), state, lastAliveAt });
  }

  /** Everything that runs anywhere. */
  running(): readonly string[] {
    return this.world.ids().filter(id => this.world.read(id)?.state === 'running');
  }

  /** How often something began to run for the allocation: more than once is two workloads. */
  starts(allocationId: string): number {
    return this.world.read(allocationId)?.starts ?? 0;
  }

  async probe(node: RuntimeNode): Promise<NodeReport> {
    return this.#call('probe', node.name, () => ({
      isolation: 'sandbox',
      isolationDetail: 'nothing at all: a test',
      gpus: [],
      cpuCount: 8,
      memoryBytes: 1,
      diskBytesFree: 1,
    }));
  }

  async provision(request: ProvisionRequest): Promise<RuntimeInstance> {
    this.requests.push(request);
    const { allocationId, node } = request;
    return this.#call('provision', allocationId, () => {
      const instance = this.#fenced(allocationId, request.fencingToken);
      const begins = instance.state !== 'running';
      this.world.write(allocationId, {
        ...instance,
        state: 'running',
        lastAliveAt: this.now(),
        starts: instance.starts + (begins ? 1 : 0),
      });
      return { allocationId, node, isolation: 'sandbox', username: 'portico', startedAt: this.now() };
    });
  }

  async observe({ allocationId }: InstanceRef): Promise<RuntimeObservation> {
    return this.#call('observe', allocationId, () => {
      const { state, lastAliveAt } = this.#instance(allocationId);
      return { allocationId, state, lastAliveAt: state === 'running' ? this.now() : lastAliveAt, exitReason: null };
    });
  }

  async list(): Promise<readonly RuntimeObservation[]> {
    return this.running().map(allocationId => ({
      allocationId,
      state: 'running' as const,
      lastAliveAt: this.now(),
      exitReason: null,
    }));
  }

  async setAuthorizedKeys({ allocationId }: InstanceRef): Promise<void> {
    await this.#call('setAuthorizedKeys', allocationId, () => {});
  }

  async metrics({ allocationId }: InstanceRef): Promise<MetricsSample> {
    return this.#call('metrics', allocationId, () => ({
      at: this.now(),
      cpuPercent: this.cpuPercent,
      memoryBytesUsed: 10,
      memoryBytesLimit: 100,
      diskBytesUsed: 20,
      diskBytesLimit: 200,
      networkRxBytes: 0,
      networkTxBytes: 0,
      processes: 3,
      gpus: [
        {
          index: 0,
          model: 'H200',
          utilizationPercent: 50,
          memoryBytesUsed: 1,
          memoryBytesTotal: 2,
          temperatureCelsius: 40,
          powerWatts: 300,
          simulated: true,
        },
      ],
    }));
  }

  async release({ allocationId, fencingToken }: InstanceRef & { fencingToken: number }): Promise<void> {
    await this.#call('release', allocationId, () => {
      this.world.write(allocationId, { ...this.#fenced(allocationId, fencingToken), state: 'absent' });
    });
  }

  openShell(): Promise<never> {
    return unused();
  }
  exec(): Promise<never> {
    return unused();
  }
  /** What listens in the test's own process stands for what listens inside. */
  async forward(_instance: InstanceRef, { port }: { host: string; port: number }): Promise<Duplex> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect').catch((error: unknown) => {
      throw new RuntimeError('runtime_failed', `nothing listens: ${String(error)}`);
    });
    return socket;
  }

  async #call<Result>(call: Call, allocationId: string, effect: () => Result): Promise<Result> {
    for (const fault of [...(this.#faults.get(`${call}:before`) ?? [])]) await fault(allocationId);
    const result = effect();
    for (const fault of [...(this.#faults.get(`${call}:after`) ?? [])]) await fault(allocationId);
    return result;
  }

  #instance(allocationId: string): FakeInstance {
    return this.world.read(allocationId) ?? { state: 'absent', highestToken: 0, lastAliveAt: this.now(), starts: 0 };
  }

  #fenced(allocationId: string, token: number): FakeInstance {
    const instance = this.#instance(allocationId);
    if (token < instance.highestToken)
      throw new RuntimeError('stale_fencing_token', `${token} is older than ${instance.highestToken}`);
    return { ...instance, highestToken: token };
  }
}

function unused(): Promise<never> {
  throw new Error('these tests open no shell');
}
