import type { ModelCapacity } from '@portico/plugin-fleet/port';
import { skuCapacity } from './availability';

/** Free GPUs per ready node of eight. */
function fleetOf(...freeByNode: number[]): ModelCapacity {
  const whole = freeByNode.filter(free => free === 8).length;
  return {
    gpuModel: 'H200',
    totalGpus: freeByNode.length * 8,
    freeGpus: freeByNode.reduce((sum, free) => sum + free, 0),
    largestFreeOnOneNode: Math.max(...freeByNode),
    wholeNodesFree: whole,
    wholeNodesFreeBySize: new Map(whole > 0 ? [[8, whole]] : []),
    readyNodes: freeByNode.length,
    parts: [],
  };
}
const slice = { shape: 'gpu_slice', gpuCounts: [1, 2, 4, 8], gpuFractionMilli: 1000 } as const;
const pairs = { ...slice, gpuCounts: [2, 4] } as const;
const node = { shape: 'baremetal', gpuCounts: [8], gpuFractionMilli: 1000 } as const;
const lost = {
  ...fleetOf(8, 8),
  readyNodes: 0,
  freeGpus: 0,
  largestFreeOnOneNode: 0,
  wholeNodesFree: 0,
  wholeNodesFreeBySize: new Map(),
};

test.each([
  ['a free fleet', slice, fleetOf(8, 8), 'available', null, 16],
  ['started nodes', slice, fleetOf(5, 6), 'limited', null, 11],
  ['nothing free', slice, fleetOf(0, 0), 'sold_out', 'no_regional_capacity', 0],
  ['a fleet without the model', slice, undefined, 'sold_out', 'no_regional_capacity', 0],
  ['free GPUs, but apart', pairs, fleetOf(1, 1), 'sold_out', 'no_single_node_fits', 2],
  ['nodes that are not ready', slice, lost, 'sold_out', 'topology_not_ready', 0],
  ['a free node, sold whole', node, fleetOf(8, 3), 'available', null, 8],
  ['started nodes, sold whole', node, fleetOf(7, 7), 'sold_out', 'no_single_node_fits', 0],
  ['free nodes of another size', { ...node, gpuCounts: [4] }, fleetOf(8), 'sold_out', 'no_single_node_fits', 0],
  [
    'parts of GPUs, which no node is cut into',
    { ...slice, gpuFractionMilli: 500 },
    fleetOf(8),
    'sold_out',
    'topology_not_ready',
    0,
  ],
] as const)('%s', (_what, sku, capacity, availability, unavailableReason, freeGpus) => {
  expect(skuCapacity(sku, capacity)).toEqual({
    availability,
    unavailableReason,
    freeGpus,
    totalGpus: capacity?.totalGpus ?? 0,
  });
});
