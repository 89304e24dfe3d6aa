import type { DomainEvent, Transaction } from '@portico/plugin-kit/backend';
import type { Allocation } from '../domain/allocation';
import { findAllocation, liveAllocationIds, lockAllocation } from '../store/allocations';
import { cancelLaunch, isUnderWay, type LaunchEnd, type ReleaseActionServices, releaseLocked } from './release';

/** The consumer's own word in the log, where the reason of a release is read. */
const REASON = 'balance_depleted';

/**
 * The money of an organization is used up: what it runs is released. Locks are taken class by class (all tasks, then all allocations
 * in ascending order) because every release then meets at the one account, and a user's own release must not meet it in a circle.
 */
export async function releaseDepleted(
  tx: Transaction,
  services: ReleaseActionServices,
  event: DomainEvent,
): Promise<void> {
  if (event.organizationId === null) return;
  const ids = await liveAllocationIds(tx, event.organizationId);
  /** By task: that of a batch launches several, and is cancelled once. */
  const launches = new Map<string, LaunchEnd>();
  for (const id of ids) {
    const seen = await findAllocation(tx, id);
    if (seen && !launches.has(seen.taskId)) launches.set(seen.taskId, await cancelLaunch(tx, services, seen));
  }
  const locked: Allocation[] = [];
  for (const id of ids) {
    const allocation = await lockAllocation(tx, id);
    if (allocation) locked.push(allocation);
  }
  const request = {
    actor: { type: 'system', id: 'billing' } as const,
    correlationId: event.correlationId,
    reason: REASON,
  };
  for (const allocation of locked.filter(isUnderWay)) {
    await releaseLocked(tx, services, allocation, { ...request, launch: launches.get(allocation.taskId) ?? 'none' });
  }
}
