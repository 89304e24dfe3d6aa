import type { AuditedResource } from '@portico/plugin-kit/backend';
import { toMoney } from '@portico/plugin-kit/contract';
import type { Allocation } from './domain/allocation';
import type { Batch } from './domain/batch';

/** Every field of an allocation, classified: what an auditor must be able to read back, and what is noise. */
export const allocationAudit = {
  type: 'allocation',
  fields: {
    name: 'track',
    project_id: 'track',
    user_id: 'track',
    sku_id: 'track',
    gpu_count: 'track',
    image_id: 'track',
    status: 'track',
    network_mode: 'track',
    published_ports: 'track',
    node_id: 'track',
    ssh_key_ids: 'track',
    price_per_hour: 'track',
    batch_id: 'track',
    tags: 'track',
    task_id: 'ignore',
  },
} as const satisfies AuditedResource;

export function auditedFields(allocation: Allocation): Record<keyof typeof allocationAudit.fields, unknown> {
  return {
    name: allocation.name,
    project_id: allocation.projectId,
    user_id: allocation.userId,
    sku_id: allocation.skuId,
    gpu_count: allocation.gpuCount,
    image_id: allocation.imageId,
    status: allocation.status,
    network_mode: allocation.networkMode,
    published_ports: allocation.publishedPorts,
    node_id: allocation.nodeId,
    ssh_key_ids: allocation.sshKeyIds,
    price_per_hour: toMoney(allocation.pricePerHour, allocation.currency),
    batch_id: allocation.batchId,
    tags: allocation.tags,
    task_id: allocation.taskId,
  };
}

/** Somebody who gets into an allocation and leaves it again; the two rows name the same connection. It is the allocation's history, and found there. */
export const connectionAudit = {
  type: 'allocation',
  fields: {
    connection_id: 'track',
    connection: 'track',
    ssh_key: 'track',
    is_recorded: 'track',
    used_for: 'track',
    seconds: 'track',
    recording_ids: 'track',
  },
} as const satisfies AuditedResource;

/** What a terminal showed, looked at by somebody. */
export const recordingAudit = {
  type: 'recording',
  fields: { allocation_id: 'track', user_id: 'track' },
} as const satisfies AuditedResource;

/** A batch is audited when it is launched; afterwards each of its allocations is, by itself. */
export const batchAudit = {
  type: 'allocation_batch',
  fields: {
    name: 'track',
    project_id: 'track',
    user_id: 'track',
    count: 'track',
    spread: 'track',
    allocation_ids: 'track',
    task_id: 'ignore',
  },
} as const satisfies AuditedResource;

export function auditedBatch(
  batch: Batch,
  allocationIds: readonly string[],
): Record<keyof typeof batchAudit.fields, unknown> {
  return {
    name: batch.name,
    project_id: batch.projectId,
    user_id: batch.userId,
    count: batch.count,
    spread: batch.spread,
    allocation_ids: allocationIds,
    task_id: batch.taskId,
  };
}
