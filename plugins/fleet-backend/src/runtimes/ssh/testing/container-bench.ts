import { createConnection } from 'node:net';
import type { NodeConnection } from '../../../ssh/node-connection';
import { commandLine } from '../../../ssh/shell-command';
import type { RealNode } from '../../../testing/real-nodes';
import type { LaunchSettings } from '../launch';
import { RuntimeError, type GpuReport, type ProvisionRequest } from '../port';
import { createSshRuntime, type SshRuntime } from '../ssh-runtime';

const MiB = 1024 * 1024;
export const settings: LaunchSettings = {
  cdiKind: 'nvidia.com/gpu',
  baseImage: 'localhost/portico-base:1',
  refusedNetworks: ['10.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10'],
  nameservers: [],
};
export const target = { nodeId: 'node_1', name: 'gpu-1' };

/** What the pool of SSH connections is for the portal: the same shell, podman and kernel, without the transport, whose tests are elsewhere. */
export function directConnection(node: RealNode): NodeConnection & { before: (script: string) => void } {
  const connection: NodeConnection & { before: (script: string) => void } = {
    before: () => undefined,
    async run(script, { args = [], stdin, timeoutSeconds = 60 } = {}) {
      connection.before(script);
      const ran = await node.run(commandLine({ script, args, username: 'root', timeoutSeconds }), {
        secondsMax: timeoutSeconds + 10,
        ...(stdin !== undefined && { stdin: Buffer.from(stdin) }),
      });
      if (ran.status === null || ran.status === 124)
        throw new RuntimeError('node_unreachable', 'The command took too long.');
      return { ...ran, status: ran.status };
    },
    stream: () => Promise.reject(new Error('the runtime streams nothing')),
    forward: ({ host, port }) => Promise.resolve(createConnection(port, host)),
  };
  return connection;
}

/** A runtime over one real node. `script` of `connection.before` is what a test looks at to stop between two steps. */
export function runtimeOn(
  node: RealNode,
  changes: Partial<LaunchSettings> = {},
): { runtime: SshRuntime; connection: ReturnType<typeof directConnection> } {
  const connection = directConnection(node);
  const refuse = () => Promise.reject(new Error('no sessions here'));
  const runtime = createSshRuntime({
    ...settings,
    ...changes,
    connections: { to: () => connection, forget: () => undefined, close: () => Promise.resolve() },
    sessions: () => ({
      openShell: refuse,
      exec: refuse,
      forward: refuse,
      ended: () => undefined,
      close: () => undefined,
    }),
    clock: { now: () => Date.now() },
  });
  return { runtime, connection };
}

export function gpusOf(node: RealNode, ...indices: number[]): GpuReport[] {
  return indices.map(index => {
    const gpu = node.gpus[index];
    if (!gpu) throw new Error(`${node.name} has no GPU ${index}`);
    const { uuid, model, numaNode } = gpu;
    return { index, uuid, model, memoryBytes: gpu.memoryMib * MiB, numaNode, simulated: false };
  });
}

export function request(allocationId: string, changes: Partial<ProvisionRequest> = {}): ProvisionRequest {
  return {
    allocationId,
    node: target,
    fencingToken: 10,
    hostname: `host-${allocationId.replaceAll('_', '-')}`,
    image: { imageId: 'img_1', name: 'Debian', version: '12', source: 'localhost/portico-base', digest: null, defaultUser: 'user' }, // prettier-ignore
    gpus: [],
    nvme: [],
    vfs: [],
    vcpus: 1,
    memoryBytes: 256 * MiB,
    diskBytes: 32 * MiB,
    network: { mode: 'egress' },
    authorizedKeys: [],
    environment: { PORTICO_ALLOCATION_ID: allocationId },
    ...changes,
  };
}
