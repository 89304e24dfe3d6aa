import type { Duplex } from 'node:stream';
import type { NodeConnections } from '../../ssh/node-connection';
import type { ContainerAccess, ContainerSessions, FindContainerAccess } from './container-access';
import { launchContainer, type LaunchSettings } from './launch';
import { authorizedKeysFile, checked } from './launch-values';
import { LOOK_SECONDS, METRICS_CACHE_MS, RELEASE_SECONDS } from './limits';
import { grantedUuids, loadsOf, Measurements } from './measurement';
import { runOnNode } from './node-script';
import { observationsOf } from './observation';
import type { PrometheusGpus } from './prometheus';
import { RuntimeError } from './port';
import type {
  ExecProcess,
  ExecRequest,
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
import { accessScript, keysScript, listScript, observeScript } from './scripts/look';
import { measureScript, probeScript } from './scripts/measure';
import { releaseScript } from './scripts/release';

const MiB = 1024 * 1024;

export interface SshRuntimeOptions extends LaunchSettings {
  readonly connections: NodeConnections;
  /** Shells, commands and forwards inside containers, given how to reach them. */
  readonly sessions: (find: FindContainerAccess) => ContainerSessions;
  readonly clock: { now(): number };
  /** Asked about the load of GPUs before the node's own word is taken. */
  readonly prometheus?: Pick<PrometheusGpus, 'loads'>;
}

export interface SshRuntime extends Runtime {
  readonly containerAccess: FindContainerAccess;
  close(): void;
}

/**
 * Containers of podman on real nodes, reached by SSH; nothing of Portico's stays running there. One container per allocation, `portico-<allocation id>`, with a network, a range of user ids and a home
 * of its own. All that is true of an allocation is on its node: this holds nothing it could not ask for again, so any replica can go on where another stopped.
 *
 * Virtual functions of slots are reserved for the allocation and not handed in: a function of a network card would pass by the rules that keep workloads off the node's networks.
 */
export function createSshRuntime(options: SshRuntimeOptions): SshRuntime {
  return new Containers(options);
}

class Containers implements SshRuntime {
  readonly kind = 'ssh';
  readonly containerAccess: FindContainerAccess;
  private readonly sessions: ContainerSessions;
  private readonly known = new Map<string, Promise<ContainerAccess>>();
  private readonly readings = new Map<string, { at: number; samples: Promise<Map<string, MetricsSample>> }>();
  private readonly measurements = new Map<string, Measurements>();

  constructor(private readonly options: SshRuntimeOptions) {
    this.containerAccess = (instance, { fresh = false } = {}) => this.access(instance, fresh);
    this.sessions = options.sessions(this.containerAccess);
  }

  async probe(node: RuntimeNode): Promise<NodeReport> {
    const answer = await runOnNode(this.to(node), probeScript, { timeoutSeconds: LOOK_SECONDS });
    return {
      isolation: 'container',
      isolationDetail: `podman ${answer.value('podman')} (control groups v${answer.value('cgroup')}, a user namespace for each allocation)`,
      gpus: answer.all('gpu').flatMap(row => {
        const [index = '', uuid, model, memory, numa] = row.split(',').map(cell => cell.trim());
        if (!/^\d+$/.test(index) || !uuid || !model || !Number.isFinite(Number(memory))) return [];
        const numaNode = Math.max(0, Number(numa) || 0);
        return [{ index: Number(index), uuid, model, memoryBytes: Number(memory) * MiB, numaNode, simulated: false }];
      }),
      cpuCount: answer.count('cpus'),
      memoryBytes: answer.count('memory'),
      diskBytesFree: answer.count('free'),
    };
  }

  async provision(request: ProvisionRequest): Promise<RuntimeInstance> {
    const { allocationId, node, image } = request;
    const { ageSeconds } = await launchContainer(this.to(node), request, this.options);
    this.known.delete(allocationId);
    const startedAt = this.options.clock.now() - ageSeconds * 1000;
    return { allocationId, node, isolation: 'container', username: image.defaultUser, startedAt };
  }

  async observe({ allocationId, node }: InstanceRef): Promise<RuntimeObservation> {
    const answer = await runOnNode(this.to(node), observeScript, {
      args: [checked('allocation', allocationId)],
      timeoutSeconds: LOOK_SECONDS,
    });
    const [observation] = observationsOf(answer, this.options.clock.now());
    if (observation?.allocationId !== allocationId)
      throw new RuntimeError('runtime_failed', 'The node did not say what became of the allocation.');
    return observation;
  }

  async list(node: RuntimeNode): Promise<readonly RuntimeObservation[]> {
    const answer = await runOnNode(this.to(node), listScript, { timeoutSeconds: LOOK_SECONDS });
    return observationsOf(answer, this.options.clock.now()).filter(({ state }) => state !== 'absent');
  }

  async setAuthorizedKeys({ allocationId, node }: InstanceRef, publicKeys: readonly string[]): Promise<void> {
    const stdin = Buffer.from(authorizedKeysFile(publicKeys), 'utf8').toString('base64');
    await runOnNode(this.to(node), keysScript, { args: [checked('allocation', allocationId)], stdin });
  }

  openShell(instance: InstanceRef, request: ShellRequest): Promise<ShellAttachment> {
    return this.sessions.openShell(instance, request);
  }

  exec(instance: InstanceRef, request: ExecRequest): Promise<ExecProcess> {
    return this.sessions.exec(instance, request);
  }

  forward(instance: InstanceRef, target: { host: string; port: number }): Promise<Duplex> {
    return this.sessions.forward(instance, target);
  }

  async metrics({ allocationId, node }: InstanceRef): Promise<MetricsSample> {
    const sample = (await this.readingOf(node)).get(allocationId);
    if (!sample) throw new RuntimeError('instance_missing', 'The container is not running.');
    return sample;
  }

  async release({ allocationId, node, fencingToken }: InstanceRef & { fencingToken: number }): Promise<void> {
    const args = [checked('allocation', allocationId), String(fencingToken)];
    await runOnNode(this.to(node), releaseScript, { args, timeoutSeconds: RELEASE_SECONDS });
    this.known.delete(allocationId);
    this.sessions.ended(allocationId, 'released');
  }

  close(): void {
    this.sessions.close();
  }

  private to(node: RuntimeNode) {
    return this.options.connections.to(node.nodeId);
  }

  private access(instance: InstanceRef, fresh: boolean): Promise<ContainerAccess> {
    const { allocationId } = instance;
    const remembered = fresh ? undefined : this.known.get(allocationId);
    if (remembered) return remembered;
    const asked = this.askAccess(instance);
    this.known.set(allocationId, asked);
    asked.catch(() => {
      if (this.known.get(allocationId) === asked) this.known.delete(allocationId);
    });
    return asked;
  }

  private async askAccess({ allocationId, node }: InstanceRef): Promise<ContainerAccess> {
    const connection = this.to(node);
    const answer = await runOnNode(connection, accessScript, {
      args: [checked('allocation', allocationId)],
      timeoutSeconds: LOOK_SECONDS,
    });
    return {
      node: connection,
      host: answer.value('address'),
      port: 22,
      username: answer.value('username'),
      clientPrivateKey: Buffer.from(answer.value('client_key'), 'base64').toString('utf8'),
      hostPublicKey: answer.value('host_key'),
    };
  }

  /** One reading serves all who ask within a moment; a node that is slow to answer is not asked a second time meanwhile. */
  private readingOf(node: RuntimeNode): Promise<Map<string, MetricsSample>> {
    const before = this.readings.get(node.nodeId);
    if (before && performance.now() - before.at < METRICS_CACHE_MS) return before.samples;
    const samples = this.read(node);
    const reading = { at: Infinity, samples };
    this.readings.set(node.nodeId, reading);
    samples.then(
      () => (reading.at = performance.now()),
      () => this.readings.delete(node.nodeId),
    );
    return samples;
  }

  private async read(node: RuntimeNode): Promise<Map<string, MetricsSample>> {
    const answer = await runOnNode(this.to(node), measureScript, { timeoutSeconds: LOOK_SECONDS });
    const measurements = this.measurements.get(node.nodeId) ?? new Measurements();
    this.measurements.set(node.nodeId, measurements);
    const known = loadsOf(answer);
    // Its being away is the operator's to notice, and no reason for a gap.
    const loads = await this.options.prometheus?.loads(grantedUuids(answer), known).catch(() => known);
    return measurements.samplesOf(answer, this.options.clock.now(), loads);
  }
}
