import type { ExecRequest, InstanceRef } from '@portico/plugin-fleet/port';
import type { NodeConnections } from '../../../../ssh/node-connection';
import { NodeAddressPolicy } from '../../../../ssh/address-policy';
import { createNodeConnections } from '../../../../ssh/connections';
import { BASE_IMAGE, startRealNode } from '../../../../testing/real-nodes';
import type { RealNode } from '../../../../testing/real-nodes';
import { runLine } from '../../../local/testing/sandbox-bench';
import type { WorkloadBench } from '../../../testing/workload-bench';
import { createSshRuntime } from '../../ssh-runtime';
import type { SshRuntime } from '../../ssh-runtime';
import { request, target } from '../../testing/container-bench';
import { createContainerSessions } from '../container-sessions';

/** Containers on a real node, reached the way the portal reaches them: by its pool of SSH connections. */
export class ContainerSessionsBench implements WorkloadBench {
  private constructor(
    readonly node: RealNode,
    readonly connections: NodeConnections,
    readonly runtime: SshRuntime,
  ) {}

  static async start(name: string): Promise<ContainerSessionsBench> {
    const node = await startRealNode({ name });
    const connections = createNodeConnections({
      policy: new NodeAddressPolicy(['10.0.0.0/8']),
      loginOf: async () => ({
        address: { host: node.address, port: node.port },
        hostKey: node.hostKey(),
        username: 'root',
        credential: { kind: 'private_key', privateKey: node.privateKey },
      }),
    });
    const runtime = createSshRuntime({
      cdiKind: 'nvidia.com/gpu',
      baseImage: BASE_IMAGE,
      refusedNetworks: ['10.0.0.0/8'],
      nameservers: [],
      connections,
      sessions: createContainerSessions,
      clock: { now: () => Date.now() },
    });
    return new ContainerSessionsBench(node, connections, runtime);
  }

  instance(allocationId: string): InstanceRef {
    return { allocationId, node: target };
  }

  provision(allocationId: string) {
    return this.runtime.provision(request(allocationId, { fencingToken: 1, vcpus: 2, diskBytes: 256 * 1024 * 1024 }));
  }

  run(allocationId: string, line: string, changes: Partial<ExecRequest> = {}) {
    return runLine(this.runtime, this.instance(allocationId), { line, ...changes });
  }

  async close(): Promise<void> {
    this.runtime.close();
    await this.connections.close();
    await this.node.stop();
  }
}
