import type { Actor } from '@portico/plugin-kit/backend';
import type { Micros, Tags } from '@portico/plugin-kit/contract';
import type { Isolation, RuntimeImage, Slot } from '@portico/plugin-fleet/port';
import type { AllocationStatus, DisplayStatus, FailureReason, StatusGroup } from '@portico/plugin-workloads/contract';

/**
 * An allocation is GPUs held on a node, with access and a price. Invariants:
 * - status changes along `allocationTransitions` and nowhere else; every change is one version and one row of the log;
 * - billing runs from the instant of entering `active` until release is requested, or until the last proof of life of one that failed;
 *   `billingStoppedAt` is never before `billingStartedAt`, and nothing after `releasing` bills;
 * - `released` and `failed` are final; a failed release can be tried again and nothing else.
 */
export const allocationTransitions = {
  requested: ['provisioning', 'releasing', 'failed'],
  provisioning: ['active', 'releasing', 'failed'],
  active: ['releasing', 'failed'],
  releasing: ['released', 'release_failed'],
  released: [],
  failed: [],
  release_failed: ['releasing'],
} as const satisfies Record<AllocationStatus, readonly AllocationStatus[]>;

const displayed = {
  requested: { display: 'provisioning', group: 'in_progress' },
  provisioning: { display: 'provisioning', group: 'in_progress' },
  active: { display: 'active', group: 'active' },
  releasing: { display: 'releasing', group: 'in_progress' },
  released: { display: 'released', group: 'inactive' },
  failed: { display: 'failed', group: 'needs_attention' },
  release_failed: { display: 'release_failed', group: 'needs_attention' },
} as const satisfies Record<AllocationStatus, { display: DisplayStatus; group: StatusGroup }>;

const statuses = Object.keys(displayed) as AllocationStatus[];

/** Statuses of allocations that run or will: what the quota counts and what depletion ends. */
export const liveStatuses = ['requested', 'provisioning', 'active'] as const satisfies readonly AllocationStatus[];

/** Statuses nothing follows: slots are free, billing is over. */
export const endedStatuses = ['released', 'failed'] as const satisfies readonly AllocationStatus[];

/** All others: what runs or will, and what is not yet confirmed gone. There are no more of them than there are GPUs, so queries name these and use the index. */
export const standingStatuses: readonly AllocationStatus[] = statuses.filter(
  status => !(endedStatuses as readonly AllocationStatus[]).includes(status),
);

export interface Allocation {
  readonly allocationId: string;
  readonly organizationId: string;
  readonly departmentId: string;
  readonly projectId: string;
  readonly userId: string;
  readonly name: string;
  readonly skuId: string;
  readonly gpuCount: number;
  readonly imageId: string;
  readonly status: AllocationStatus;
  /** Counts transitions; the first row of the log is version 1. */
  readonly version: number;
  readonly isolation: Isolation;
  readonly networkMode: 'egress' | 'isolated';
  readonly publishedPorts: readonly PublishedPort[];
  readonly nodeId: string;
  readonly slots: readonly Slot[];
  readonly machine: Machine;
  /** Null: every key of the user. */
  readonly sshKeyIds: readonly string[] | null;
  readonly pricePerHour: Micros;
  readonly currency: string;
  readonly failureReason: FailureReason | null;
  readonly releaseFailedReason: string | null;
  readonly billingStartedAt: number | null;
  readonly billingStoppedAt: number | null;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly taskId: string;
  /** Null: launched alone. */
  readonly batchId: string | null;
  readonly tags: Tags;
}

/** A TCP port inside that people reach through the portal, under a name they gave it. */
export interface PublishedPort {
  readonly port: number;
  readonly name: string;
}

/** What is started, as it was sold: a later change of the catalogue does not change what somebody already pays for. */
export interface Machine {
  readonly image: RuntimeImage;
  readonly vcpus: number;
  readonly memoryBytes: number;
  readonly diskBytes: number;
}

export interface Transition {
  readonly allocationId: string;
  readonly version: number;
  readonly from: AllocationStatus | null;
  readonly to: AllocationStatus;
  readonly at: number;
  readonly reason: string | null;
  readonly actor: Actor;
}

/** What happens to an allocation. `at` is the instant of the transaction. */
export type Change = { readonly at: number; readonly actor: Actor } & (
  | { readonly to: 'provisioning' | 'active' | 'released'; readonly reason?: string }
  /** `lastAliveAt`: nobody can say that it ran after that, so nobody pays for it. */
  | {
      readonly to: 'releasing';
      readonly reason?: string;
      readonly taskId?: string;
      readonly lastAliveAt?: number | null;
    }
  | {
      readonly to: 'failed';
      readonly reason: FailureReason;
      readonly lastAliveAt: number | null;
      readonly taskId?: string;
    }
  | { readonly to: 'release_failed'; readonly reason: string }
);

/** What the change means for the meter: billing is driven by these in the transaction of the transition. */
export type MeterEffect = { readonly kind: 'start' | 'stop'; readonly at: number };

export interface Changed {
  readonly allocation: Allocation;
  readonly transition: Transition;
  readonly meter: MeterEffect | null;
}

export function mayBecome(from: AllocationStatus, to: AllocationStatus): boolean {
  return (allocationTransitions[from] as readonly AllocationStatus[]).includes(to);
}

/** The allocation after the change, or undefined when its state does not allow it. */
export function change(allocation: Allocation, wanted: Change): Changed | undefined {
  if (!mayBecome(allocation.status, wanted.to)) return undefined;
  const { at } = wanted;
  const version = allocation.version + 1;
  const transition: Transition = {
    allocationId: allocation.allocationId,
    version,
    from: allocation.status,
    to: wanted.to,
    at,
    reason: wanted.reason ?? null,
    actor: wanted.actor,
  };
  const next: Allocation = { ...allocation, status: wanted.to, version, updatedAt: at };

  switch (wanted.to) {
    case 'active':
      return { allocation: { ...next, billingStartedAt: at }, transition, meter: { kind: 'start', at } };
    case 'releasing': {
      const released = { ...next, releaseFailedReason: null, taskId: wanted.taskId ?? allocation.taskId };
      // Trying a failed release again: the meter stopped at the first request and stays there.
      if (allocation.status === 'release_failed') return { allocation: released, transition, meter: null };
      const { lastAliveAt } = wanted;
      const end = lastAliveAt === undefined ? at : lastBillable(allocation, { at, lastAliveAt });
      return { allocation: stopped(released, end), transition, meter: { kind: 'stop', at: end } };
    }
    case 'failed': {
      const end = lastBillable(allocation, { at, lastAliveAt: wanted.lastAliveAt });
      const failed = { ...next, failureReason: wanted.reason, taskId: wanted.taskId ?? allocation.taskId };
      return { allocation: stopped(failed, end), transition, meter: { kind: 'stop', at: end } };
    }
    case 'release_failed':
      return { allocation: { ...next, releaseFailedReason: wanted.reason }, transition, meter: null };
    case 'provisioning':
    case 'released':
      return { allocation: next, transition, meter: null };
  }
}

function stopped(allocation: Allocation, at: number): Allocation {
  return allocation.billingStartedAt === null ? allocation : { ...allocation, billingStoppedAt: at };
}

/** The last proof of life, within the time that was billed at all: nobody pays for what nobody saw running. */
function lastBillable(allocation: Allocation, { at, lastAliveAt }: { at: number; lastAliveAt: number | null }): number {
  if (allocation.billingStartedAt === null) return at;
  return Math.min(at, Math.max(allocation.billingStartedAt, lastAliveAt ?? allocation.billingStartedAt));
}

export function displayStatusOf(status: AllocationStatus): DisplayStatus {
  return displayed[status].display;
}

export function statusGroupOf(status: AllocationStatus): StatusGroup {
  return displayed[status].group;
}

/** The statuses behind the two filters of a list; both given means both must hold. */
export function statusesShownAs(filter: {
  displayStatus?: DisplayStatus | undefined;
  group?: StatusGroup | undefined;
}): readonly AllocationStatus[] {
  return statuses.filter(
    status =>
      (filter.displayStatus === undefined || displayed[status].display === filter.displayStatus) &&
      (filter.group === undefined || displayed[status].group === filter.group),
  );
}
