import { RuntimeError } from '@portico/plugin-fleet/port';
import type {
  InstanceRef,
  NodeReport,
  Runtime,
  RuntimeKind,
  RuntimeNode,
  RuntimeObservation,
} from '@portico/plugin-fleet/port';

const report: NodeReport = {
  isolation: 'sandbox',
  isolationDetail: 'scripted',
  gpus: [],
  cpuCount: 64,
  memoryBytes: 512 * 1024 ** 3,
  diskBytesFree: 1024 ** 4,
};

/** A far side whose answers the test decides: which nodes answer, what runs on them, whether releasing works. */
export class ScriptedRuntime implements Runtime {
  readonly silent = new Set<string>();
  readonly running = new Map<string, string>();
  readonly released: (InstanceRef & { fencingToken: number })[] = [];
  releaseFails = false;

  constructor(readonly kind: RuntimeKind = 'local') {}

  async probe(node: RuntimeNode): Promise<NodeReport> {
    this.#reach(node);
    return report;
  }

  async list(node: RuntimeNode): Promise<readonly RuntimeObservation[]> {
    this.#reach(node);
    return [...this.running]
      .filter(([, name]) => name === node.name)
      .map(([allocationId]) => ({ allocationId, state: 'running', lastAliveAt: null, exitReason: null }));
  }

  async release(instance: InstanceRef & { fencingToken: number }): Promise<void> {
    if (this.releaseFails) throw new RuntimeError('runtime_failed', 'it does not go');
    this.released.push(instance);
    this.running.delete(instance.allocationId);
  }

  #reach(node: RuntimeNode): void {
    if (this.silent.has(node.name)) throw new RuntimeError('node_unreachable', `${node.name} is silent`);
  }

  readonly provision = unused;
  readonly observe = unused;
  readonly setAuthorizedKeys = unused;
  readonly openShell = unused;
  readonly exec = unused;
  readonly forward = unused;
  readonly metrics = unused;
}

function unused(): Promise<never> {
  throw new Error('the fleet does not call this');
}
