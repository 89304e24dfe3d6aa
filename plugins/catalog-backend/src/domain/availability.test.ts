import type { ModelCapacity } from '@portico/plugin-fleet/port';
import { skuCapacity } from './availability';

/** Free GPUs per ready node of eight. */
function fleetOf(...freeByNode: number[]): ModelCapacity {
  const whole = freeByNode.filter(free => free === 8).length;
  return {
    gpuModel: 'H200',
    region: 'basement',
    totalGpus: freeByNode.length * 8,
    freeGpus: freeByNode.reduce((sum, free) => sum + free, 0),
    largestFreeOnOneNode: Math.max(...freeByNode),
    wholeNodesFreeBySize: new Map(whole > 0 ? [[8, whole]] : []),
    readyNodes: freeByNode.length,
    parts: [],
  };
}
const slice = {
  gpuModel: 'H200',
  regions: null,
  shape: 'gpu_slice',
  gpuCounts: [1, 2, 4, 8],
  gpuFractionMilli: 1000,
} as const;
const pairs = { ...slice, gpuCounts: [2, 4] } as const;
const node = { ...slice, shape: 'baremetal', gpuCounts: [8] } as const;
const halves = { ...slice, gpuCounts: [1, 2], gpuFractionMilli: 500 } as const;
const cut = (free: number, largest: number): ModelCapacity => ({
  ...fleetOf(8),
  parts: [{ fractionMilli: 500, total: 4, free, largestFreeOnOneNode: largest }],
});
const lost = {
  ...fleetOf(8, 8),
  readyNodes: 0,
  freeGpus: 0,
  largestFreeOnOneNode: 0,
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
  ['parts of GPUs, which no node is cut into', halves, fleetOf(8), 'sold_out', 'topology_not_ready', 0, 0],
  ['parts of another size', { ...halves, gpuFractionMilli: 250 }, cut(4, 4), 'sold_out', 'topology_not_ready', 0, 0],
  ['parts that are free', halves, cut(4, 2), 'available', null, 4, 4],
  ['parts that are free, but apart', halves, cut(2, 1), 'limited', null, 2, 4],
  ['parts that are taken, beside GPUs that are free', halves, cut(0, 0), 'sold_out', 'no_regional_capacity', 0, 4],
] as const)('%s', (_what, sku, capacity, availability, unavailableReason, freeGpus, ...total) => {
  expect(skuCapacity(sku, capacity === undefined ? [] : [capacity])).toEqual({
    availability,
    unavailableReason,
    freeGpus,
    totalGpus: total[0] ?? capacity?.totalGpus ?? 0,
  });
});

describe('in the regions where it is sold', () => {
  const inParts = (free: number) => [{ fractionMilli: 500, total: 4, free, largestFreeOnOneNode: free }];
  const fleet: ModelCapacity[] = [
    { ...fleetOf(0, 1), region: 'basement', parts: inParts(1) },
    { ...fleetOf(8, 8, 2), region: 'eu-west', parts: inParts(2) },
    { ...fleetOf(8), region: 'moon' },
    { ...fleetOf(8), region: 'basement', gpuModel: 'B200' },
  ];

  test.each([
    ['everywhere', slice, null, 'available', 27, 48],
    ['in two of them', slice, ['basement', 'eu-west'], 'available', 19, 40],
    ['where little is free', slice, ['basement'], 'limited', 1, 16],
    ['where no node has the model', slice, ['mars'], 'sold_out', 0, 0],
    ['as whole nodes, of all regions', node, null, 'available', 24, 48],
    ['as whole nodes, of which none is free there', node, ['basement'], 'sold_out', 0, 16],
    ['as parts, of all regions', halves, null, 'available', 3, 8],
    ['as parts, too few on one node there', halves, ['basement'], 'limited', 1, 4],
    ['as parts, which no node there is cut into', halves, ['moon'], 'sold_out', 0, 0],
  ] as const)('%s', (_what, sku, regions, availability, freeGpus, totalGpus) => {
    expect(skuCapacity({ ...sku, regions }, fleet)).toMatchObject({ availability, freeGpus, totalGpus });
  });
});
