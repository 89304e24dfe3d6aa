import type { PlacementDemand as Asked, PlacementRefusal } from '@portico/plugin-fleet/port';
import { WHOLE_GPU_MILLI } from './placement-demand';
import type { PlacementDemand, PlacementNode, TypicalDemand } from './placement-demand';
import type { Decision, PlacementIndex } from './placement-index';
import { explainRefusal } from './placement-refusal';

/**
 * Placement of launches: fleet state and request in, a decision or a reason out. Invariants: an allocation is on one ready node of a region it may be in; nothing that somebody
 * holds is given; a request is refused only when no choice of free slots could host it, a batch only when no choice could host all of it; the same input gives the same output.
 */
export interface Wanted {
  readonly demand: Asked;
  readonly copies: number;
  /** As few copies on one node as the fleet allows. */
  readonly spread: boolean;
}

export type Placement = { readonly fits: true; readonly decisions: readonly Decision[] } | PlacementRefusal;

/** Sizes that launches typically ask for, all alike often. */
const TYPICAL_COUNTS = [1, 2, 4, 8] as const;

/** Decides, and leaves the index as it was. */
export function place(index: PlacementIndex, wanted: Wanted): Placement {
  const demand = demandOf(wanted.demand);
  if (wanted.copies === 1) {
    const decision = index.decide(demand);
    return decision === undefined ? refuse(index, wanted) : { fits: true, decisions: [decision] };
  }
  const decisions = index.decideCopies({ ...wanted, demand });
  if (decisions === undefined) return refuse(index, wanted);
  for (const decision of decisions) index.give(decision, demand);
  return { fits: true, decisions };
}

/** What `place` would answer, deciding nothing. */
export function wouldFit(index: PlacementIndex, wanted: Wanted): { readonly fits: true } | PlacementRefusal {
  const fitting = index.copiesThatFit(demandOf(wanted.demand), wanted.copies);
  return fitting === wanted.copies ? { fits: true } : refuse(index, wanted);
}

function refuse(index: PlacementIndex, { demand, copies }: Wanted): PlacementRefusal {
  const fittingCopies = index.copiesThatFit(demandOf(demand), copies);
  return explainRefusal(index.states, { asked: demand, demand: demandOf(demand), copies, fittingCopies });
}

export function demandOf(asked: Asked): PlacementDemand {
  return {
    models: [asked.gpuModel],
    count: asked.gpuCount,
    milli: asked.gpuFractionMilli,
    cpuMilli: asked.vcpus * 1000,
    memory: asked.memoryBytes,
    wholeNode: asked.shape === 'baremetal',
    regions: asked.regions,
  };
}

/** Whole GPUs in the usual sizes, and one of every size of part that the nodes offer, each with the CPUs that go with a GPU. */
export function typicalDemands(nodes: readonly PlacementNode[], vcpusPerGpu: number): TypicalDemand[] {
  const grains = new Set(nodes.flatMap(node => node.devices.map(device => device.grain)));
  grains.delete(WHOLE_GPU_MILLI);
  const demand = { models: null, weight: 1 };
  return [
    ...TYPICAL_COUNTS.map(count => ({
      ...demand,
      count,
      milli: WHOLE_GPU_MILLI,
      cpuMilli: count * vcpusPerGpu * 1000,
    })),
    ...[...grains]
      .sort((one, other) => one - other)
      .map(milli => ({ ...demand, count: 1, milli, cpuMilli: vcpusPerGpu * 1000 })),
  ];
}
