import type { getNode, getSlotMap } from '@portico/plugin-fleet/contract';
import type { ReplyOf } from '@portico/plugin-kit/contract';

type SlotMap = ReplyOf<typeof getSlotMap>;
type Verdict = NonNullable<ReplyOf<typeof getNode>['verdict']>;

const INSTANT = '2026-03-01T09:00:00.000Z';

/** What a probe says of a machine that lacks two things: for looking at a page, where there is no such machine. */
export const lookedAtVerdict: Verdict = {
  verdict: 'failed',
  probed_at: INSTANT,
  checks: [
    { check: 'reachability', status: 'passed', message: 'It answers in 3 ms.', fix: null },
    { check: 'host_key', status: 'passed', message: 'It shows the pinned key.', fix: null },
    { check: 'sudo', status: 'passed', message: 'portico becomes root without a password.', fix: null },
    { check: 'kernel', status: 'passed', message: 'Linux 6.1.0-18-amd64.', fix: null },
    { check: 'cgroups', status: 'passed', message: 'Control groups of version 2.', fix: null },
    {
      check: 'container_runtime',
      status: 'failed',
      message: 'podman is not installed.',
      fix: 'apt-get install -y podman crun',
    },
    {
      check: 'cdi',
      status: 'failed',
      message: 'No GPU is described for containers.',
      fix: 'nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml && nvidia-ctk cdi list',
    },
    {
      check: 'clock',
      status: 'warned',
      message: 'Its clock is 4 s ahead of the portal’s.',
      fix: 'timedatectl set-ntp true',
    },
    { check: 'sriov', status: 'skipped', message: 'Not looked at.', fix: null },
  ],
};

const GPUS = 8;
const PER_DOMAIN = 4;
const MEMORY_BYTES = 141 * 1024 ** 3;
const numaOf = (index: number) => Math.floor(index / PER_DOMAIN);
const gpuOf = (index: number) => ({
  index,
  uuid: `GPU-0000000${index}`,
  model: 'H200',
  memory_bytes: MEMORY_BYTES,
  pci_address: `0000:${index}b:00.0`,
});

/** A proposed map of eight GPUs in two domains, the last two of which have no network card of their own. */
export function lookedAtMap(nodeId: string): SlotMap {
  const indices = Array.from({ length: GPUS }, (_, index) => index);
  const hasFunction = (index: number) => index < GPUS - 2;
  return {
    slot_map_id: 'slotmap_looked_at',
    node_id: nodeId,
    discovery_id: 'discovery_looked_at',
    status: 'candidate',
    version: 1,
    slot_count: GPUS,
    host_fingerprint: 'a'.repeat(64),
    created_at: INSTANT,
    created_by: 'user_admin',
    expires_at: null,
    approved_at: null,
    approved_by: null,
    superseded_at: null,
    topology: {
      machine_id: 'b'.repeat(32),
      numa_domains: [0, 1].map(numa => ({
        numa_node: numa,
        cpus: numa === 0 ? '0-31' : '32-63',
        cpu_count: 32,
        memory_bytes: 256 * 1024 ** 3,
      })),
      gpus: indices.map(index => ({
        ...gpuOf(index),
        numa_node: numaOf(index),
        mig_enabled: false,
        mig_instances: [],
      })),
      virtual_functions: [],
      nvme_namespaces: [],
      warnings: ['nvme8n1 is mounted at /var/lib/containers, so it is not proposed.'],
    },
    slots: indices.map(index => ({
      label: `GPU ${index}`,
      gpu: gpuOf(index),
      numa_node: numaOf(index),
      part: 0,
      parts: 1,
      sharing: 'none',
      gpu_fraction_milli: 1000,
      vf: hasFunction(index) ? `0000:a1:00.${index}` : null,
      nvme: `nvme${index}n1`,
      nvme_serial: `S${index}`,
    })),
    invariants: [
      { invariant: 'devices_present', status: 'passed', sentence: 'Every device is there.', slots: [], devices: [] },
      { invariant: 'device_once', status: 'passed', sentence: 'No device is in two slots.', slots: [], devices: [] },
      {
        invariant: 'vf_own',
        status: 'warned',
        sentence: 'Some slots have no virtual function of their own.',
        slots: ['GPU 6', 'GPU 7'],
        devices: [],
      },
      {
        invariant: 'same_numa',
        status: 'failed',
        sentence: 'Slots share the NUMA domain of their GPU, except for one.',
        slots: ['GPU 3'],
        devices: ['nvme3n1'],
      },
    ],
    differences: [
      {
        change: 'changed',
        label: 'GPU 3',
        sentence: 'NVMe nvme1n1 becomes nvme3n1.',
        slot_id: 'slot_3',
        allocation_id: 'alloc_trainer',
        refused: true,
      },
      {
        change: 'added',
        label: 'GPU 7',
        sentence: 'A slot of its own.',
        slot_id: null,
        allocation_id: null,
        refused: false,
      },
    ],
  };
}
