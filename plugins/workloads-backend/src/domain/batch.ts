import { type DisplayStatus, displayStatuses } from '@portico/plugin-workloads/contract';
import type { Allocation } from './allocation';
import { displayStatusOf } from './allocation';

/**
 * Allocations of one request. They are alike but for their names, stand or fall together until all of them are active, and are independent of one another from then on:
 * what a batch is doing is read off its allocations, and it has no state of its own.
 */
export interface Batch {
  readonly batchId: string;
  readonly organizationId: string;
  readonly projectId: string;
  readonly userId: string;
  readonly name: string;
  readonly count: number;
  readonly spread: boolean;
  readonly taskId: string;
  readonly createdAt: number;
}

export interface BatchWithMembers {
  readonly batch: Batch;
  /** By ascending id, which is the order of their names. */
  readonly members: readonly Allocation[];
}

/** `training-1` to `training-n`; one that is launched alone keeps the name. */
export function memberNames(name: string, count: number): readonly string[] {
  return count === 1 ? [name] : Array.from({ length: count }, (_, place) => `${name}-${place + 1}`);
}

export function statusCounts(members: readonly Pick<Allocation, 'status'>[]): Record<DisplayStatus, number> {
  const counts = Object.fromEntries(displayStatuses.map(status => [status, 0])) as Record<DisplayStatus, number>;
  for (const { status } of members) counts[displayStatusOf(status)] += 1;
  return counts;
}
