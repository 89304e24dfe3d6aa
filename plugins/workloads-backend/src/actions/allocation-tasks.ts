import type { Transaction } from '@portico/plugin-kit/backend';
import type { Allocation } from '../domain/allocation';
import type { Services } from '../services';

export const PROVISION_KIND = 'provision';
export const RELEASE_KIND = 'release';
export const RECLAIM_KIND = 'reclaim';

/** Input of every task on an allocation. `epoch` is the version the allocation has when the task begins. */
export interface AllocationTaskInput {
  readonly allocationId: string;
  readonly epoch: number;
  /** Why it was asked for, when somebody asked. */
  readonly reason?: string;
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
