import type { ReplyOf } from '@portico/plugin-kit/contract';
import type { getNode } from '../contract/node-operations';
import type { listNodes, listResourceSlots } from '../contract/operations';
import type { whatIfPlacement } from '../contract/placement-operations';
import type { getSlotMap } from '../contract/slot-map-operations';

export type ListedNode = ReplyOf<typeof listNodes>['items'][number];
export type NodeDetails = ReplyOf<typeof getNode>;
export type NodeSlot = ReplyOf<typeof listResourceSlots>['items'][number];
export type SlotMapDetails = ReplyOf<typeof getSlotMap>;
export type WhatIfAnswer = ReplyOf<typeof whatIfPlacement>;
export type NodeCheck = NonNullable<NodeDetails['verdict']>['checks'][number];

export const MANAGE_NODES = 'fleet.node.manage';
/** No event tells an administrator what a node does; read again this often, what is shown is never far behind. */
export const NODES_REFETCH_MILLISECONDS = 10_000;

/** `8 × H200, 4 × L40S`. */
export function gpusText({ gpus }: Pick<ListedNode, 'gpus'>): string {
  return gpus.length === 0 ? 'None known' : gpus.map(({ count, model }) => `${count} × ${model}`).join(', ');
}

/** `5 free, 3 held`; what is zero is not said, unless all of it is. */
export function slotsText({ slots }: Pick<ListedNode, 'slots'>): string {
  if (slots.total === 0) return 'No slots yet';
  const parts = [
    `${slots.free} free`,
    ...(slots.held > 0 ? [`${slots.held} held`] : []),
    ...(slots.blocked > 0 ? [`${slots.blocked} blocked`] : []),
  ];
  return parts.join(', ');
}

export const isolationText = {
  container: 'Containers',
  sandbox: 'Sandboxes',
  none: 'None',
} as const satisfies Record<NonNullable<ListedNode['isolation']>, string>;

export const runtimeText = {
  local: 'On this machine',
  ssh: 'Podman over SSH',
} as const satisfies Record<ListedNode['runtime'], string>;

export function addressText(address: NonNullable<ListedNode['address']>): string {
  const host = address.host.includes(':') ? `[${address.host}]` : address.host;
  return `${host}:${address.port}`;
}

export const checkLabels = {
  reachability: 'Reachability',
  host_key: 'Host key',
  sudo: 'Root without a password',
  kernel: 'Kernel',
  cgroups: 'Control groups',
  limits: 'Limits',
  container_runtime: 'Container runtime',
  cdi: 'GPUs for containers (CDI)',
  gpu_driver: 'GPU driver',
  numa: 'NUMA domains',
  nvme: 'NVMe drives',
  sriov: 'Virtual functions (SR-IOV)',
  network: 'Network',
  disk: 'Disk',
  clock: 'Clock',
} as const satisfies Record<NodeCheck['check'], string>;

export const checkLooks = {
  passed: { tone: 'running', label: 'Passed' },
  warned: { tone: 'degraded', label: 'Warned' },
  failed: { tone: 'failed', label: 'Failed' },
  skipped: { tone: 'muted', label: 'Skipped' },
} as const satisfies Record<NodeCheck['status'], { tone: string; label: string }>;

/** Steps of the task that brings a node in, as people read them. */
const enrolmentSteps: Readonly<Record<string, string>> = {
  connect: 'Log in with what was given',
  install_key: 'Install Portico’s own key',
  verify: 'Log in with Portico’s own key',
  probe: 'Examine the machine',
};
export function enrolmentStepText(name: string): string {
  return enrolmentSteps[name] ?? name.replaceAll('_', ' ');
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return count === 1 ? `1 ${one}` : `${count} ${many}`;
}
