import { placeholders } from '@portico/plugin-kit/backend';
import type { Transaction } from '@portico/plugin-kit/backend';
import type { Allocation } from '../domain/allocation';
import { toRow } from '../store/allocation-row';

/** An allocation as launch makes it, for tests that care about one field of it. */
export function allocationOf(changes: Partial<Allocation> = {}): Allocation {
  return {
    allocationId: 'alloc_1',
    organizationId: 'org_1',
    departmentId: 'dept_1',
    projectId: 'proj_1',
    userId: 'usr_1',
    name: 'training',
    skuId: 'sku_1',
    gpuCount: 1,
    imageId: 'img_1',
    status: 'requested',
    version: 1,
    isolation: 'sandbox',
    networkMode: 'egress',
    publishedPorts: [],
    nodeId: 'node_1',
    slots: [],
    machine: {
      image: { imageId: 'img_1', name: 'Ubuntu', version: '24.04', source: null, digest: null, defaultUser: 'user' },
      vcpus: 8,
      memoryBytes: 1,
      diskBytes: 1,
    },
    sshKeyIds: null,
    pricePerHour: 2_500_000n,
    currency: 'USD',
    failureReason: null,
    releaseFailedReason: null,
    billingStartedAt: null,
    billingStoppedAt: null,
    createdAt: 0,
    updatedAt: 0,
    taskId: 'task_1',
    batchId: null,
    tags: {},
    ...changes,
  };
}

/** A row as the first migration has it: what later ones add is for them to fill in. */
export async function insertAsOf0001(tx: Transaction, changes: Partial<Allocation>): Promise<void> {
  const { batch_id: _batch, published_ports_json: _ports, tags_json: _tags, ...row } = toRow(allocationOf(changes));
  const columns = Object.keys(row);
  await tx.run(
    `INSERT INTO workloads_allocations (${columns.join(', ')}) VALUES (${placeholders(columns.length)})`,
    Object.values(row),
  );
}
