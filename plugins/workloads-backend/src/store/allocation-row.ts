import { searchText } from '@portico/plugin-kit/backend';
import { canonicalTags } from '@portico/plugin-kit/contract';
import type { Allocation } from '../domain/allocation';

/** A row of `workloads_allocations`, as the database gives it. */
export interface AllocationRow {
  allocation_id: string;
  organization_id: string;
  department_id: string;
  project_id: string;
  user_id: string;
  name: string;
  search_text: string;
  sku_id: string;
  gpu_count: number;
  image_id: string;
  status: Allocation['status'];
  version: number;
  isolation: Allocation['isolation'];
  network_mode: Allocation['networkMode'];
  published_ports_json: string;
  node_id: string;
  slots_json: string;
  machine_json: string;
  ssh_key_ids_json: string | null;
  price_per_hour_micros: bigint;
  currency: string;
  failure_reason: Allocation['failureReason'];
  release_failed_reason: string | null;
  billing_started_at: number | null;
  billing_stopped_at: number | null;
  created_at: number;
  updated_at: number;
  task_id: string;
  batch_id: string | null;
  tags_json: string;
}

const BASE_IMAGE = { source: null, digest: null, defaultUser: 'user' } as const;

export function fromRow(row: AllocationRow): Allocation {
  return {
    allocationId: row.allocation_id,
    organizationId: row.organization_id,
    departmentId: row.department_id,
    projectId: row.project_id,
    userId: row.user_id,
    name: row.name,
    skuId: row.sku_id,
    gpuCount: row.gpu_count,
    imageId: row.image_id,
    status: row.status,
    version: row.version,
    isolation: row.isolation,
    networkMode: row.network_mode,
    publishedPorts: JSON.parse(row.published_ports_json) as Allocation['publishedPorts'],
    nodeId: row.node_id,
    slots: JSON.parse(row.slots_json) as Allocation['slots'],
    machine: machineOf(JSON.parse(row.machine_json) as Allocation['machine']),
    sshKeyIds: row.ssh_key_ids_json === null ? null : (JSON.parse(row.ssh_key_ids_json) as string[]),
    pricePerHour: row.price_per_hour_micros,
    currency: row.currency,
    failureReason: row.failure_reason,
    releaseFailedReason: row.release_failed_reason,
    billingStartedAt: row.billing_started_at,
    billingStoppedAt: row.billing_stopped_at,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    taskId: row.task_id,
    batchId: row.batch_id,
    tags: JSON.parse(row.tags_json) as Allocation['tags'],
  };
}

export function toRow(allocation: Allocation): AllocationRow {
  return {
    allocation_id: allocation.allocationId,
    organization_id: allocation.organizationId,
    department_id: allocation.departmentId,
    project_id: allocation.projectId,
    user_id: allocation.userId,
    name: allocation.name,
    // Name first, so that sorting by it sorts by name.
    search_text: searchText(allocation.name, allocation.allocationId),
    sku_id: allocation.skuId,
    gpu_count: allocation.gpuCount,
    image_id: allocation.imageId,
    status: allocation.status,
    version: allocation.version,
    isolation: allocation.isolation,
    network_mode: allocation.networkMode,
    published_ports_json: JSON.stringify(allocation.publishedPorts),
    node_id: allocation.nodeId,
    slots_json: JSON.stringify(allocation.slots),
    machine_json: JSON.stringify(allocation.machine),
    ssh_key_ids_json: allocation.sshKeyIds === null ? null : JSON.stringify(allocation.sshKeyIds),
    price_per_hour_micros: allocation.pricePerHour,
    currency: allocation.currency,
    failure_reason: allocation.failureReason,
    release_failed_reason: allocation.releaseFailedReason,
    billing_started_at: allocation.billingStartedAt,
    billing_stopped_at: allocation.billingStoppedAt,
    created_at: allocation.createdAt,
    updated_at: allocation.updatedAt,
    task_id: allocation.taskId,
    batch_id: allocation.batchId,
    tags_json: canonicalTags(allocation.tags),
  };
}

/** What was launched before images had a source ran the runtime's own base. */
function machineOf(kept: Allocation['machine']): Allocation['machine'] {
  return { ...kept, image: { ...BASE_IMAGE, ...kept.image } };
}
