import type { Queries } from '@portico/plugin-kit/backend';
import type { BodyOf, ReplyOf } from '@portico/plugin-kit/contract';
import { DRAIN_PREVIEW_ALLOCATIONS_MAX, PLACEMENTS_SHOWN_MAX } from '@portico/plugin-fleet/contract';
import type { previewDrain, whatIfPlacement } from '@portico/plugin-fleet/contract';
import { placementRefusals } from '@portico/plugin-fleet/port';
import type { PlacementDemand, PlacementRefusal } from '@portico/plugin-fleet/port';
import { groupBy } from './domain/group-by';
import { demandOf, place, typicalDemands } from './domain/placement';
import type { Wanted } from './domain/placement';
import type { PlacementNode } from './domain/placement-demand';
import { PlacementIndex } from './domain/placement-index';
import { readNodes } from './fleet-picture';
import { holdsOf, vcpusPerGpu } from './store/holds';
import type { HoldRow } from './store/holds';
import { slotsHeldByAny, slotsHeldOn } from './store/slots';

/** Questions about a fleet that is not quite the one there is. They are asked of the same placement as launches, on a copy of what it sees. */
type WhatIf = ReplyOf<typeof whatIfPlacement>;
type DrainPreview = ReplyOf<typeof previewDrain>;

export interface Supposed {
  readonly drainedNodeIds: readonly string[];
  readonly freedAllocationIds: readonly string[];
}

export async function whatIf(queries: Queries, wanted: Wanted, supposed: Supposed): Promise<WhatIf> {
  const index = await supposedIndex(queries, wanted.demand.gpuModel, supposed);
  const placement = place(index, wanted);
  if (placement.fits) return { fits: true, ...byNode(index, placement.decisions), refusal: null };
  const fitting = place(index, { ...wanted, copies: placement.fittingCopies });
  const shown = fitting.fits && placement.fittingCopies > 0 ? fitting.decisions : [];
  return { fits: false, ...byNode(index, shown), refusal: refusalItem(placement) };
}

export async function drainPreview(queries: Queries, nodeId: string): Promise<DrainPreview> {
  const held = await slotsHeldOn(queries, nodeId, DRAIN_PREVIEW_ALLOCATIONS_MAX);
  const allocationIds = [...new Set(held.map(slot => slot.allocation_id))];
  const holds = new Map((await holdsOf(queries, allocationIds)).map(hold => [hold.allocation_id, hold]));
  const demands = [...groupBy(held, slot => slot.allocation_id)]
    .map(([allocationId, slots]) => {
      const { gpu_model: gpuModel, fraction_milli: gpuFractionMilli } = slots[0] as (typeof held)[number];
      const demand = { gpuModel, gpuFractionMilli, gpuCount: slots.length };
      return { allocationId, demand: demandHeld(demand, holds.get(allocationId)) };
    })
    .sort(
      (one, other) => other.demand.gpuCount - one.demand.gpuCount || (one.allocationId < other.allocationId ? -1 : 1),
    );
  const indexes = new Map<string, PlacementIndex>();
  const allocations: DrainPreview['allocations'] = [];
  for (const { allocationId, demand } of demands) {
    const index =
      indexes.get(demand.gpuModel) ??
      (await supposedIndex(queries, demand.gpuModel, { drainedNodeIds: [nodeId], freedAllocationIds: [] }));
    indexes.set(demand.gpuModel, index);
    const placement = place(index, { demand, copies: 1, spread: false });
    const [decision] = placement.fits ? placement.decisions : [];
    // Those that follow find it taken.
    if (decision !== undefined) index.take(decision, demandOf(demand));
    const node = decision === undefined ? undefined : index.nodeAt(decision.node);
    allocations.push({
      allocation_id: allocationId,
      gpu_model: demand.gpuModel,
      gpu_count: demand.gpuCount,
      gpu_fraction_milli: demand.gpuFractionMilli,
      elsewhere: node === undefined ? null : { node_id: node.nodeId, node_name: node.name },
      refusal: placement.fits ? null : refusalItem(placement),
    });
  }
  const placeable = allocations.filter(one => one.elsewhere !== null).length;
  return { allocations, placeable, not_placeable: allocations.length - placeable };
}

/** What a request of the API asks, with the defaults of its schema in place. */
export function demandAsked({ demand }: BodyOf<typeof whatIfPlacement>): PlacementDemand {
  return {
    gpuModel: demand.gpu_model,
    shape: demand.shape ?? 'gpu_slice',
    gpuCount: demand.gpu_count,
    gpuFractionMilli: demand.gpu_fraction_milli ?? 1000,
    vcpus: demand.vcpus ?? 0,
    memoryBytes: demand.memory_bytes ?? 0,
    regions: demand.regions ?? null,
  };
}

/** What the allocation asked for when it was placed; of those placed before that was kept, what they hold. */
function demandHeld(
  held: Pick<PlacementDemand, 'gpuModel' | 'gpuFractionMilli' | 'gpuCount'>,
  hold: HoldRow | undefined,
): PlacementDemand {
  return {
    ...held,
    shape: hold?.shape ?? 'gpu_slice',
    vcpus: hold?.vcpus ?? 0,
    memoryBytes: hold?.memory_bytes ?? 0,
    regions: hold?.regions_json == null ? null : (JSON.parse(hold.regions_json) as string[]),
  };
}

async function supposedIndex(queries: Queries, gpuModel: string, supposed: Supposed): Promise<PlacementIndex> {
  const drained = new Set(supposed.drainedNodeIds);
  const freed = await slotsHeldByAny(queries, supposed.freedAllocationIds);
  const freeSlots = new Set(freed.map(slot => slot.slot_id));
  const holds = groupBy(await holdsOf(queries, supposed.freedAllocationIds), hold => hold.node_id);
  const nodes = (await readNodes(queries, { gpuModel })).map((node): PlacementNode => ({
    ...withGivenBack(node, holds.get(node.nodeId) ?? []),
    status: drained.has(node.nodeId) ? 'draining' : node.status,
    devices: node.devices.map(device =>
      freeSlots.has(device.deviceId) ? { ...device, freeMilli: device.grain } : device,
    ),
  }));
  return new PlacementIndex(nodes, typicalDemands(nodes, await vcpusPerGpu(queries, gpuModel)));
}

function withGivenBack(node: PlacementNode, holds: readonly HoldRow[]): PlacementNode {
  const vcpus = holds.reduce((sum, hold) => sum + hold.vcpus, 0);
  const memory = holds.reduce((sum, hold) => sum + hold.memory_bytes, 0);
  return {
    ...node,
    cpuMilli: node.cpuMilli && { ...node.cpuMilli, free: node.cpuMilli.free + vcpus * 1000 },
    memory: node.memory && { ...node.memory, free: node.memory.free + memory },
  };
}

function byNode(
  index: PlacementIndex,
  decisions: readonly { readonly node: number }[],
): Pick<WhatIf, 'placements' | 'node_count'> {
  const counts = [...groupBy(decisions, decision => decision.node)].sort(([one], [other]) => one - other);
  const placements = counts.slice(0, PLACEMENTS_SHOWN_MAX).map(([at, ofNode]) => {
    const { nodeId, name } = index.nodeAt(at);
    return { node_id: nodeId, node_name: name, count: ofNode.length };
  });
  return { placements, node_count: counts.length };
}

function refusalItem(refusal: PlacementRefusal): NonNullable<WhatIf['refusal']> {
  return {
    reason: refusal.reason,
    message: placementRefusals[refusal.reason],
    largest_fitting_count: refusal.largestFittingCount,
    fitting_copies: refusal.fittingCopies,
    alternative: refusal.alternative?.forAdministrators ?? null,
  };
}
