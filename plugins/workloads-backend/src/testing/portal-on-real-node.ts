import { addSshKey, signIn } from '@portico/plugin-access/contract';
import { getBalance } from '@portico/plugin-billing/contract';
import { listOsImages, listSkus } from '@portico/plugin-catalog/contract';
import { addNode, approveSlotMap, discoverSliceTopology, getNode, probeNode } from '@portico/plugin-fleet/contract';
import { fleetPortRef } from '@portico/plugin-fleet/port';
import { startTestBackend, waitFor } from '@portico/plugin-kit/testing';
import type { TestBackendOptions } from '@portico/plugin-kit/testing';
import type { AllocationStatus } from '@portico/plugin-workloads/contract';
import {
  createTerminalToken,
  getAllocation,
  getTask,
  launchAllocation,
  releaseAllocation,
} from '@portico/plugin-workloads/contract';
import { assertBooksBalance } from '../../../billing-backend/src/testing/books';
import type { RealNode } from '../../../fleet-backend/src/testing/real-nodes';
import { launchedAlone } from './launched';

const GIB = 1024 ** 3;
/** Of a launch on a machine that several tests share. */
const STATUS_SECONDS_MAX = 60;

/** What of a small node is sold: GPUs with little beside them. */
const catalog = {
  skus: [
    {
      key: 'small',
      name: 'H200, small',
      gpuModel: 'H200',
      shape: 'gpu_slice',
      gpuCounts: [1, 2, 4],
      vcpusPerGpu: 1,
      memoryBytesPerGpu: GIB / 4,
      diskBytesPerGpu: GIB / 4,
      pricesPerGpuHour: { USD: '3.60', EUR: '3.60' },
    },
  ],
  images: [
    { key: 'debian', name: 'Debian', version: '12', description: 'The base that is preloaded on nodes.' },
    {
      key: 'missing',
      name: 'Nowhere',
      version: '1',
      description: 'An image that no node has.',
      source: 'localhost/nowhere',
    },
  ],
} as const;

/** A fleet of nothing but what administrators bring in, and that this computer's own networks may be part of. */
export const realNodeSettings = {
  catalog,
  fleet: {
    nodes: [],
    realGpus: 'off',
    heartbeat: { intervalSeconds: 1, unreachableAfterSeconds: 3 },
    ssh: { allowedNetworks: ['10.0.0.0/8'] },
  },
} as const;

/** Quick to lose patience, so that a test of giving up does not wait for it. */
const hurried = {
  tasks: { attemptsMax: 3, backoffSeconds: 0.05, backoffSecondsMax: 0.2, deadlineSeconds: 30 },
  liveness: { intervalSeconds: 0.5 },
  metrics: { intervalSeconds: 0.5 },
};

export type NodeCredential =
  | { readonly kind: 'private_key'; readonly private_key: string }
  | { readonly kind: 'password'; readonly password: string };
export type PortalOnRealNode = Awaited<ReturnType<typeof startPortalOnRealNode>>;

/** The whole portal, and nothing in it played: its fleet is machines that administrators bring in. */
export async function startPortalOnRealNode(options: TestBackendOptions = {}) {
  const { fleet, workloads, ...settings } = options.settings ?? {};
  const backend = await startTestBackend({
    ...options,
    settings: {
      catalog,
      ...settings,
      fleet: { ...realNodeSettings.fleet, ...fleet },
      workloads: { ...hurried, ...workloads },
    },
    expose: { fleet: fleetPortRef },
  });
  const { call } = backend;
  const { access_token: admin = '' } = await call(signIn, {
    body: { username: 'admin', password: 'correct horse battery staple' },
  });
  const read = (token: string, allocationId: string) =>
    call(getAllocation, { token, params: { allocation_id: allocationId } });
  const details = (nodeId: string) => call(getNode, { token: admin, params: { node_id: nodeId } });

  const launched: string[] = [];

  return {
    ...backend,
    admin,
    allocation: read,
    node: details,
    /** By SSH, with the credential given or that of an operator who may use sudo; not waited for. */
    async bringIn(node: RealNode, credential?: NodeCredential) {
      const { node: added, task_id: taskId } = await call(addNode, {
        token: admin,
        idempotencyKey: crypto.randomUUID(),
        body: {
          name: node.name,
          address: { host: node.address, port: node.port },
          username: node.logins.operator,
          credential: credential ?? { kind: 'private_key', private_key: node.privateKey },
        },
      });
      return { nodeId: added.node_id, taskId };
    },
    /** Enrolled, probed, its slots approved, ready for work. */
    async enrol(node: RealNode): Promise<string> {
      const { nodeId } = await this.bringIn(node);
      await waitFor(async () => {
        const { verdict, status } = await details(nodeId);
        if (verdict?.verdict === 'failed') throw new Error(JSON.stringify(verdict, null, 1));
        return verdict !== null && status;
      }, `${node.name} probed`);
      await this.approveSlots(nodeId);
      await waitFor(async () => {
        return (await details(nodeId)).status === 'ready';
      }, `${node.name} ready`);
      return nodeId;
    },
    probe: (nodeId: string) => call(probeNode, { token: admin, params: { node_id: nodeId } }),
    async approveSlots(nodeId: string) {
      const map = await call(discoverSliceTopology, {
        token: admin,
        params: { node_id: nodeId },
        idempotencyKey: crypto.randomUUID(),
      });
      return call(approveSlotMap, {
        token: admin,
        params: { node_id: nodeId, slot_map_id: map.slot_map_id },
        body: { expected_version: map.version },
        idempotencyKey: crypto.randomUUID(),
      });
    },
    addKey: (token: string, publicKey: string) =>
      call(addSshKey, { token, body: { name: crypto.randomUUID(), public_key: publicKey } }),
    /** Asks for a workload; not waited for. */
    async launch(token: string, more: { gpu_count?: number; image?: string } = {}) {
      const { image = 'Debian', ...body } = more;
      const sku = (await call(listSkus, { token })).items[0];
      const images = (await call(listOsImages, { token })).items;
      const reply = await call(launchAllocation, {
        token,
        idempotencyKey: crypto.randomUUID(),
        body: {
          sku_id: sku?.sku_id ?? '',
          gpu_count: 1,
          image_id: images.find(({ name }) => name === image)?.image_id ?? '',
          ...body,
        },
      });
      const { allocation, task_id: taskId } = launchedAlone(reply);
      launched.push(allocation.allocation_id);
      return { allocationId: allocation.allocation_id, taskId };
    },
    async until(token: string, allocationId: string, status: AllocationStatus) {
      for (const deadline = Date.now() + STATUS_SECONDS_MAX * 1000; ;) {
        const seen = await read(token, allocationId);
        if (seen.status === status) return seen;
        if (Date.now() > deadline)
          throw new Error(
            `${allocationId} is ${seen.status} and not ${status}: ${JSON.stringify(seen.task_id && (await call(getTask, { token, params: { task_id: seen.task_id } })).steps)}`,
          );
        await new Promise(done => setTimeout(done, 50));
      }
    },
    task: (token: string, taskId: string) => call(getTask, { token, params: { task_id: taskId } }),
    release: (token: string, allocationId: string) =>
      call(releaseAllocation, { token, params: { allocation_id: allocationId } }),
    terminalToken: async (token: string, allocationId: string) =>
      (await call(createTerminalToken, { token, params: { allocation_id: allocationId } })).token,
    balance: (token: string) => call(getBalance, { token }),
    leftOn: (node: RealNode) => leftOn(node, launched),
    freeGpus: async () => (await backend.services.fleet.totals(backend.services.database.read)).gpus.free,
    assertBooksBalance: () => assertBooksBalance(backend.services.database.read),
  };
}

/** All that Portico makes on a node, and a release must take away: one line for each thing that is left, none when it is clean. */
export async function leftOn(node: RealNode, allocationIds: readonly string[]): Promise<string[]> {
  const found = await node.read(`
podman ps --all --format 'container {{.Names}}'
podman network ls --format 'network {{.Name}}' | grep -v ' podman$'
mount | grep -E ' on /(var/lib|run)/portico/' | sed 's/^/mount /'
ls /var/lib/portico/allocations /var/lib/portico/homes /var/lib/portico/ranges 2>/dev/null | grep -v : | grep . | sed 's/^/state /'
nft list tables 2>/dev/null | grep portico_ | sed 's/^/firewall /'
losetup -a 2>/dev/null | grep portico/homes | sed 's/^/loop /'
true`);
  // Loop devices are the computer's, whichever of its nodes has made them.
  const isOurs = (line: string) => !line.startsWith('loop ') || allocationIds.some(id => line.includes(id));
  return found.split('\n').filter(line => line !== '' && isOurs(line));
}
