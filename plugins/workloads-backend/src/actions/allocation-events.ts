import type { DomainEvent } from '@portico/plugin-kit/backend';
import { toMoney } from '@portico/plugin-kit/contract';
import { type Allocation, displayStatusOf } from '../domain/allocation';

type AllocationEventType =
  | 'provisioning.requested'
  | 'provisioning.active'
  | 'provisioning.failed'
  | 'provisioning.releasing.requested'
  | 'provisioning.releasing.completed'
  | 'provisioning.release_failed'
  | 'provisioning.force_release_requested'
  | 'workloads.idle_warning'
  | 'workloads.idle_warning_withdrawn';

/** The event a change of an allocation is told by, with enough in it to update a list without asking again. */
export function allocationEvent(
  eventType: AllocationEventType,
  allocation: Allocation,
  correlationId: string,
  more: Readonly<Record<string, unknown>> = {},
): Omit<DomainEvent, 'eventId' | 'occurredAt'> {
  return {
    eventType,
    correlationId,
    organizationId: allocation.organizationId,
    resource: { type: 'allocation', id: allocation.allocationId },
    payload: {
      allocation_id: allocation.allocationId,
      name: allocation.name,
      project_id: allocation.projectId,
      user_id: allocation.userId,
      sku_id: allocation.skuId,
      gpu_count: allocation.gpuCount,
      status: allocation.status,
      display_status: displayStatusOf(allocation.status),
      price_per_hour: toMoney(allocation.pricePerHour, allocation.currency),
      failure_reason: allocation.failureReason,
      release_failed_reason: allocation.releaseFailedReason,
      task_id: allocation.taskId,
      batch_id: allocation.batchId,
      ...more,
    },
  };
}
