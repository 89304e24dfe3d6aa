import type { Transaction } from '@portico/plugin-kit/backend';
import type { Allocation } from '../domain/allocation';
import type { Batch } from '../domain/batch';
import type { Services } from '../services';

export const PROVISION_KIND = 'provision';
export const PROVISION_BATCH_KIND = 'provision_batch';
export const RELEASE_KIND = 'release';
export const RECLAIM_KIND = 'reclaim';

/** What a person is called for: a release that has given up, and capacity that cannot be given back. */
export const RELEASE_FAILED_ATTENTION = 'release_failed';
export const CLEANUP_ATTENTION = 'cleanup_blocked';

/** Input of every task on an allocation. `epoch` is the version the allocation has when the task begins. */
export interface AllocationTaskInput {
  readonly allocationId: string;
  readonly epoch: number;
  /** Why it was asked for, when somebody asked. */
  readonly reason?: string;
}

/** Input of the task that launches a batch. All of them are at the same version when it begins. */
export interface BatchTaskInput {
  readonly batchId: string;
  /** Ascending. */
  readonly allocationIds: readonly string[];
  readonly epoch: number;
}

export function enqueueBatchTask(
  tx: Transaction,
  services: Pick<Services, 'tasks'>,
  task: {
    batch: Pick<Batch, 'batchId' | 'organizationId' | 'projectId' | 'userId'>;
    allocationIds: readonly string[];
    epoch: number;
    correlationId: string;
  },
): Promise<string> {
  const { batchId, organizationId, projectId, userId } = task.batch;
  return services.tasks.enqueue(tx, {
    kind: PROVISION_BATCH_KIND,
    resource: { type: 'allocation_batch', id: batchId },
    organizationId,
    projectId,
    userId,
    correlationId: task.correlationId,
    input: { batchId, allocationIds: task.allocationIds, epoch: task.epoch } satisfies BatchTaskInput,
  });
}

export function enqueueTask(
  tx: Transaction,
  services: Pick<Services, 'tasks'>,
  task: {
    kind: typeof PROVISION_KIND | typeof RELEASE_KIND | typeof RECLAIM_KIND;
    allocation: Pick<Allocation, 'allocationId' | 'organizationId' | 'projectId' | 'userId'>;
    epoch: number;
    correlationId: string;
    reason?: string;
  },
): Promise<string> {
  const { allocationId, organizationId, projectId, userId } = task.allocation;
  const { epoch, reason } = task;
  return services.tasks.enqueue(tx, {
    kind: task.kind,
    resource: { type: 'allocation', id: allocationId },
    organizationId,
    projectId,
    userId,
    correlationId: task.correlationId,
    input: { allocationId, epoch, ...(reason === undefined ? {} : { reason }) } satisfies AllocationTaskInput,
  });
}
