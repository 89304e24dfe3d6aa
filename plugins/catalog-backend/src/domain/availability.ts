import type { unavailableReasons } from '@portico/plugin-catalog/contract';
import type { Sku } from '@portico/plugin-catalog/port';
import type { ModelCapacity } from '@portico/plugin-fleet/port';

/**
 * What the fleet's capacity means for a SKU. `available` when every GPU count it offers could be placed now, `limited` when only some, `sold_out` with
 * the reason when none. It promises nothing: only a reservation does.
 */
export interface SkuCapacity {
  readonly freeGpus: number;
  readonly totalGpus: number;
  readonly availability: 'available' | 'limited' | 'sold_out';
  readonly unavailableReason: keyof typeof unavailableReasons | null;
}

type Shape = Pick<Sku, 'shape' | 'gpuCounts' | 'gpuFractionMilli'>;

export function skuCapacity(sku: Shape, capacity: ModelCapacity | undefined): SkuCapacity {
  if (capacity === undefined || capacity.totalGpus === 0)
    return soldOut('no_regional_capacity', { freeGpus: 0, totalGpus: 0 });
  const freeGpus = freeFor(sku, capacity);
  const counts = { freeGpus, totalGpus: capacity.totalGpus };
  // The fleet gives out whole GPUs; a SKU of parts waits for nodes that are cut into them.
  if (capacity.readyNodes === 0 || sku.gpuFractionMilli !== 1000) return soldOut('topology_not_ready', counts);
  if (capacity.freeGpus === 0) return soldOut('no_regional_capacity', counts);
  const placeable = sku.gpuCounts.filter(count => fits(count, sku, capacity));
  if (placeable.length === 0) return soldOut('no_single_node_fits', counts);
  return {
    ...counts,
    availability: placeable.length === sku.gpuCounts.length ? 'available' : 'limited',
    unavailableReason: null,
  };
}

function fits(gpuCount: number, sku: Shape, capacity: ModelCapacity): boolean {
  return sku.shape === 'baremetal'
    ? capacity.wholeNodesFreeBySize.has(gpuCount)
    : capacity.largestFreeOnOneNode >= gpuCount;
}

/** A GPU on a started node is not free for somebody who wants a whole one. */
function freeFor(sku: Shape, capacity: ModelCapacity): number {
  if (sku.gpuFractionMilli !== 1000) return 0;
  if (sku.shape === 'gpu_slice') return capacity.freeGpus;
  return sku.gpuCounts.reduce((sum, size) => sum + size * (capacity.wholeNodesFreeBySize.get(size) ?? 0), 0);
}

function soldOut(
  unavailableReason: keyof typeof unavailableReasons,
  counts: { freeGpus: number; totalGpus: number },
): SkuCapacity {
  return { ...counts, availability: 'sold_out', unavailableReason };
}
