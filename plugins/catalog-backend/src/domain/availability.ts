import type { unavailableReasons } from '@portico/plugin-catalog/contract';
import type { Sku } from '@portico/plugin-catalog/port';
import type { ModelCapacity, PartCapacity } from '@portico/plugin-fleet/port';

/**
 * What the fleet's capacity means for a SKU, in the regions where it is sold: what is free elsewhere is of no use to whoever wants it. `available` when every GPU count it offers could be placed now, `limited` when only some, `sold_out` with
 * the reason when none. It promises nothing: only a reservation does.
 */
export interface SkuCapacity {
  readonly freeGpus: number;
  readonly totalGpus: number;
  readonly availability: 'available' | 'limited' | 'sold_out';
  readonly unavailableReason: keyof typeof unavailableReasons | null;
}

type Sold = Pick<Sku, 'gpuModel' | 'regions' | 'shape' | 'gpuCounts' | 'gpuFractionMilli'>;

export function skuCapacity(sku: Sold, fleet: readonly ModelCapacity[]): SkuCapacity {
  const capacity = together(
    fleet.filter(
      ({ gpuModel, region }) => gpuModel === sku.gpuModel && (sku.regions === null || sku.regions.includes(region)),
    ),
  );
  const room = roomFor(sku, capacity);
  // The model is there, but no node is cut into parts of that size.
  if (room.totalGpus === 0 && capacity.totalGpus > 0)
    return soldOut('topology_not_ready', { freeGpus: 0, totalGpus: 0 });
  if (room.totalGpus === 0) return soldOut('no_regional_capacity', { freeGpus: 0, totalGpus: 0 });
  const counts = { freeGpus: room.freeGpus, totalGpus: room.totalGpus };
  if (capacity.readyNodes === 0) return soldOut('topology_not_ready', counts);
  if (room.freeAnywhere === 0) return soldOut('no_regional_capacity', counts);
  const placeable = sku.gpuCounts.filter(room.fits);
  if (placeable.length === 0) return soldOut('no_single_node_fits', counts);
  return {
    ...counts,
    availability: placeable.length === sku.gpuCounts.length ? 'available' : 'limited',
    unavailableReason: null,
  };
}

type Capacity = Omit<ModelCapacity, 'gpuModel' | 'region'>;

/** Regions share no node, so counts add up, and the largest on one node is the largest anywhere. */
function together(regions: readonly ModelCapacity[]): Capacity {
  const wholeNodesFreeBySize = new Map<number, number>();
  const parts = new Map<number, PartCapacity>();
  for (const region of regions) {
    for (const [size, nodes] of region.wholeNodesFreeBySize)
      wholeNodesFreeBySize.set(size, (wholeNodesFreeBySize.get(size) ?? 0) + nodes);
    for (const part of region.parts) {
      const { fractionMilli } = part;
      const { total, free, largestFreeOnOneNode } = parts.get(fractionMilli) ?? {
        total: 0,
        free: 0,
        largestFreeOnOneNode: 0,
      };
      parts.set(fractionMilli, {
        fractionMilli,
        total: total + part.total,
        free: free + part.free,
        largestFreeOnOneNode: Math.max(largestFreeOnOneNode, part.largestFreeOnOneNode),
      });
    }
  }
  return {
    totalGpus: regions.reduce((sum, { totalGpus }) => sum + totalGpus, 0),
    freeGpus: regions.reduce((sum, { freeGpus }) => sum + freeGpus, 0),
    largestFreeOnOneNode: regions.reduce((largest, region) => Math.max(largest, region.largestFreeOnOneNode), 0),
    wholeNodesFreeBySize,
    readyNodes: regions.reduce((sum, { readyNodes }) => sum + readyNodes, 0),
    parts: [...parts.values()],
  };
}

/** What of the capacity is for such a SKU: whole GPUs, wholly free nodes, or parts of its size. */
interface Room {
  readonly freeGpus: number;
  readonly totalGpus: number;
  /** Also where it is of no use to the SKU: on a node that has been started. */
  readonly freeAnywhere: number;
  fits(gpuCount: number): boolean;
}

function roomFor(sku: Sold, capacity: Capacity): Room {
  const { totalGpus, freeGpus, wholeNodesFreeBySize } = capacity;
  if (sku.gpuFractionMilli !== 1000) {
    const parts = capacity.parts.find(part => part.fractionMilli === sku.gpuFractionMilli);
    const free = parts?.free ?? 0;
    return {
      freeGpus: free,
      totalGpus: parts?.total ?? 0,
      freeAnywhere: free,
      fits: count => (parts?.largestFreeOnOneNode ?? 0) >= count,
    };
  }
  if (sku.shape === 'gpu_slice') {
    return { freeGpus, totalGpus, freeAnywhere: freeGpus, fits: count => capacity.largestFreeOnOneNode >= count };
  }
  return {
    // A GPU on a started node is not free for somebody who wants a whole one.
    freeGpus: sku.gpuCounts.reduce((sum, size) => sum + size * (wholeNodesFreeBySize.get(size) ?? 0), 0),
    totalGpus,
    freeAnywhere: freeGpus,
    fits: count => wholeNodesFreeBySize.has(count),
  };
}

function soldOut(
  unavailableReason: keyof typeof unavailableReasons,
  counts: { freeGpus: number; totalGpus: number },
): SkuCapacity {
  return { ...counts, availability: 'sold_out', unavailableReason };
}
