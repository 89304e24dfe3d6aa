import { createServiceRef } from '@backstage/backend-plugin-api';
import type { Queries, Transaction } from '@portico/plugin-kit/backend';
import type { placementRefusals } from './placement-refusals';
import type { GpuReport, InstanceRef, Isolation, Runtime } from './runtime';

/** The fleet as catalogue and workloads see it: capacity, reservation of slots, and the runtime that serves a reservation. */
export interface FleetPort {
  /** Capacity by GPU model and region, in the order of their names: what is sold in some regions only is counted there only. One statement: lists call it. */
  capacity(queries: Queries): Promise<readonly ModelCapacity[]>;
  /**
   * Chooses slots on one node and marks them held by the allocation, in one short step that parallel launches cannot both win. Idempotent per allocation.
   * Same-node topology: all slots of an allocation are on one node, within one NUMA domain where that is possible.
   */
  reserve(tx: Transaction, request: PlacementRequest): Promise<Reservation | PlacementRefusal>;
  /**
   * The same for several allocations at once, all or none: on a refusal nothing is held. In the order of the requests, which are alike but for their ids. `spread`: as few of
   * them on one node as the fleet allows (anti-affinity), instead of packed.
   */
  reserveBatch(
    tx: Transaction,
    batch: { requests: readonly PlacementRequest[]; spread: boolean },
  ): Promise<readonly Reservation[] | PlacementRefusal>;
  /** What `reserve` would answer, holding nothing. */
  wouldFit(
    queries: Queries,
    request: PlacementDemand & { readonly copies?: number },
  ): Promise<{ fits: true } | PlacementRefusal>;
  /** Gives the slots back. Only called once the runtime is confirmed gone. Idempotent. */
  free(tx: Transaction, allocationId: string): Promise<void>;
  /**
   * Takes the slots from the allocation without giving them to anybody: `cleanup_blocked`, until an administrator has confirmed that what ran there is gone. For what cannot be proven gone
   * (a node that was destroyed). Idempotent.
   */
  block(tx: Transaction, block: { allocationId: string; reason: string }): Promise<void>;
  reservation(queries: Queries, allocationId: string): Promise<Reservation | undefined>;
  /** The runtime that serves the node, and how to name the instance to it. */
  runtimeOf(queries: Queries, allocationId: string): Promise<{ runtime: Runtime; instance: InstanceRef } | undefined>;
  /** Where nodes stand, in alphabetical order. */
  regions(queries: Queries): Promise<readonly string[]>;
  /** The region of every node, by its id. */
  regionsByNode(queries: Queries): Promise<ReadonlyMap<string, string>>;
  /** Totals for the admin overview. */
  totals(queries: Queries): Promise<{
    gpus: { total: number; free: number; held: number; blocked: number };
    nodes: { total: number; free: number; draining: number; unreachable: number };
  }>;
}

export interface PlacementRequest extends PlacementDemand {
  readonly allocationId: string;
  /** Whose allocation it is, so that people can see which GPUs are theirs. Placement never looks at it. */
  readonly organizationId: string;
}

/** What is asked of one node. */
export interface PlacementDemand {
  readonly gpuModel: string;
  readonly shape: 'gpu_slice' | 'baremetal';
  readonly gpuCount: number;
  readonly gpuFractionMilli: number;
  /** For the whole allocation. Nodes that know what they have (real ones) give no more than that. */
  readonly vcpus: number;
  readonly memoryBytes: number;
  /** Regions it may be in; null is any. */
  readonly regions: readonly string[] | null;
}

export interface Reservation {
  readonly fits: true;
  readonly nodeId: string;
  readonly nodeName: string;
  readonly isolation: Isolation;
  readonly slots: readonly Slot[];
}

export interface Slot {
  readonly slotId: string;
  readonly gpu: GpuReport;
  readonly vf: string | null;
  readonly nvme: string | null;
}

export interface PlacementRefusal {
  readonly fits: false;
  readonly reason: keyof typeof placementRefusals;
  /** The largest count that would fit on one node now; 0 when none. */
  readonly largestFittingCount: number;
  /** How many of the copies asked for would fit now; 0 unless the reason is `not_all_copies`. */
  readonly fittingCopies: number;
  /** What would do instead, in words a person reads: `2 × H200 fit now; 4 would need node-3 drained.` Names of nodes are for administrators only. Null when nothing would. */
  readonly alternative: { readonly forUsers: string; readonly forAdministrators: string } | null;
}

/** Of one GPU model in one region. A node stands in one region, so regions add up. */
export interface ModelCapacity {
  readonly gpuModel: string;
  readonly region: string;
  readonly totalGpus: number;
  readonly freeGpus: number;
  readonly largestFreeOnOneNode: number;
  /** Ready nodes with all their GPUs free (what `baremetal` needs), by the number of GPUs such a node has: a `baremetal` SKU fits only nodes of its own size. */
  readonly wholeNodesFreeBySize: ReadonlyMap<number, number>;
  readonly readyNodes: number;
  /** Slots that are parts of a GPU, by their size, smallest first. The counts above are of whole GPUs. */
  readonly parts: readonly PartCapacity[];
}

export interface PartCapacity {
  /** Of a GPU, below 1000. */
  readonly fractionMilli: number;
  readonly total: number;
  /** On ready nodes. */
  readonly free: number;
  readonly largestFreeOnOneNode: number;
}

/** Whose the allocations on a node are, for the person who wants to take it out. Whoever knows allocations implements it; the fleet asks all of them. */
export interface NodeOccupants {
  /** Those of these allocations it knows. */
  of(queries: Queries, allocationIds: readonly string[]): Promise<readonly NodeOccupant[]>;
}

export interface NodeOccupant {
  readonly allocationId: string;
  readonly name: string;
  /** Null for somebody who is not known any more. */
  readonly username: string | null;
}

export const nodeOccupantsRef = createServiceRef<NodeOccupants>({
  id: 'portico.port.node-occupants',
  scope: 'root',
  multiton: true,
});

export const fleetPortRef = createServiceRef<FleetPort>({ id: 'portico.port.fleet', scope: 'root' });

/** The runtime of the embedded nodes. The fleet brings it; a factory for this ref among the backend's own services takes its place, in tests above all. */
export const localRuntimeRef = createServiceRef<Runtime>({ id: 'portico.runtime.local', scope: 'root' });

export { placementRefusals } from './placement-refusals';
/** The runtime of nodes that are reached by SSH, in the same way. */
export const sshRuntimeRef = createServiceRef<Runtime>({ id: 'portico.runtime.ssh', scope: 'root' });

export { RuntimeError, runtimeErrorCodes } from './runtime';
export type {
  ExecProcess,
  ExecRequest,
  GpuReport,
  InstanceRef,
  Isolation,
  MetricsSample,
  NodeReport,
  ProvisionRequest,
  Runtime,
  RuntimeErrorCode,
  RuntimeImage,
  RuntimeInstance,
  RuntimeKind,
  RuntimeNode,
  RuntimeObservation,
  ShellAttachment,
  ShellRequest,
} from './runtime';
