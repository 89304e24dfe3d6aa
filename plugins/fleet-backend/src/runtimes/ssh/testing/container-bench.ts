import { createConnection } from 'node:net';
import type { NodeConnection } from '../../../ssh/node-connection';
import { commandLine, quoteForShell } from '../../../ssh/shell-command';
import { startRealNode, type RealNode, type RealNodeOptions } from '../../../testing/real-nodes';
import type { LaunchSettings } from '../launch';
import { RuntimeError, type GpuReport, type InstanceRef, type ProvisionRequest } from '../port';
import { createSshRuntime, type SshRuntime } from '../ssh-runtime';

const MiB = 1024 * 1024;
export const PUBLIC_ADDRESS = '203.0.113.9';
const settings: LaunchSettings = {
  cdiKind: 'nvidia.com/gpu',
  baseImage: 'localhost/portico-base:1',
  // As in production, but for the range for documentation: it stands for the public internet here.
  refusedNetworks: ['10.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10'],
  nameservers: [],
};
export const target = { nodeId: 'node_1', name: 'gpu-1' };

export function request(allocationId: string, changes: Partial<ProvisionRequest> = {}): ProvisionRequest {
  return {
    allocationId,
    node: target,
    fencingToken: 10,
    hostname: `host-${allocationId.replaceAll('_', '-')}`,
    image: {
      imageId: 'img_1',
      name: 'Debian',
      version: '12',
      source: 'localhost/portico-base',
      digest: null,
      defaultUser: 'user',
    },
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

/** The runtime over one real node: the same shell, podman and kernel as behind SSH, whose own tests are elsewhere. */
export class ContainerBench {
  readonly runtime: SshRuntime;
  /** Called with every script before it runs; may change it, or throw as a connection that is lost does. */
  intercept: (script: string) => string = script => script;

  private constructor(readonly node: RealNode) {
    this.runtime = this.another();
  }

  static async start(options: Partial<RealNodeOptions> = {}): Promise<ContainerBench> {
    return new ContainerBench(await startRealNode({ name: 'gpu-1', gpus: 4, ...options }));
  }

  /** A runtime that knows nothing, as of another replica or after a restart. */
  another(changes: Partial<LaunchSettings> = {}): SshRuntime {
    const connection: NodeConnection = {
      run: async (script, { args = [], stdin, timeoutSeconds = 60 } = {}) => {
        const line = commandLine({ script: this.intercept(script), args, username: 'root', timeoutSeconds });
        const ran = await this.node.run(line, {
          secondsMax: timeoutSeconds + 10,
          ...(stdin !== undefined && { stdin: Buffer.from(stdin) }),
        });
        if (ran.status === null || ran.status === 124)
          throw new RuntimeError('node_unreachable', 'The command took too long.');
        return { ...ran, status: ran.status, stderr: ran.stderr.replace(/^portico-pid \d+\n/m, '') };
      },
      stream: () => Promise.reject(new Error('the runtime streams nothing')),
      forward: ({ host, port }) => Promise.resolve(createConnection(port, host)),
    };
    const refuse = () => Promise.reject(new Error('no sessions here'));
    return createSshRuntime({
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
  }

  gpus(...indices: number[]): GpuReport[] {
    return indices.map(index => {
      const gpu = this.node.gpus[index];
      if (!gpu) throw new Error(`${this.node.name} has no GPU ${index}`);
      const { uuid, model, numaNode, memoryMib } = gpu;
      return { index, uuid, model, memoryBytes: memoryMib * MiB, numaNode, simulated: false };
    });
  }

  /** As its user, through the container's sshd, by OpenSSH on the node. */
  async login(allocationId: string, command: string): Promise<{ status: number | null; output: string }> {
    const access = await this.runtime.containerAccess({ allocationId, node: target }, { fresh: true });
    const key = `/run/key-${allocationId}`;
    const known = `/run/known-${allocationId}`;
    const options = `-F none -i ${key} -o BatchMode=yes -o StrictHostKeyChecking=yes -o UserKnownHostsFile=${known} -o LogLevel=ERROR`;
    const { status, stdout, stderr } = await this.node.run(
      `(umask 077; cat >${key}); echo ${quoteForShell(`${access.host} ${access.hostPublicKey}`)} >${known}; ssh ${options} ${access.username}@${access.host} ${quoteForShell(command)}`,
      { stdin: access.clientPrivateKey },
    );
    return { status, output: (stdout + stderr).trimEnd() };
  }

  /** As root inside. */
  inside(allocationId: string, command: string): Promise<string> {
    return this.node.read(`podman exec portico-${allocationId} sh -c ${quoteForShell(command)}`);
  }

  /** Everything a launch makes on a node, whoever it is of: empty when all of it is gone. */
  async leftovers(): Promise<string[]> {
    const found = await this.node.read(`
      podman ps --all --external --format 'container {{.Names}}'
      podman network ls --filter label=portico.allocation --format 'network {{.Name}}'
      podman volume ls --format 'volume {{.Name}}'
      find /var/lib/portico/allocations /var/lib/portico/homes /var/lib/portico/nvme/*/ -mindepth 1 -maxdepth 1 2>/dev/null
      find /var/lib/portico/ranges -name '[0-9]*' 2>/dev/null
      mount | grep -o ' on /var/lib/portico/homes/[^ ]*'
      nft list tables | grep portico
      ip -o link show type bridge
      true`);
    return found.split('\n').filter(line => line !== '');
  }

  async release(instance: Pick<InstanceRef, 'allocationId'>, fencingToken = 1_000): Promise<void> {
    await this.runtime.release({ allocationId: instance.allocationId, node: target, fencingToken });
  }

  stop(): Promise<void> {
    return this.node.stop();
  }
}
