import fc from 'fast-check';
import { place } from './placement';
import type { Demand, PlacementNode } from './placement';

/** `"..x. x..."` is a node of two NUMA domains; `.` is free, `x` taken. */
function node(
  name: string,
  gpus: string,
  options: { ready?: boolean; model?: string; fraction?: number } = {},
): PlacementNode {
  const slots = gpus
    .split(' ')
    .flatMap((domain, numaNode) => [...domain].map(mark => ({ numaNode, free: mark === '.' })));
  return {
    nodeId: name,
    ready: options.ready ?? true,
    slots: slots.map((slot, index) => ({
      ...slot,
      slotId: `${name}${index}`,
      gpuModel: options.model ?? 'H200',
      fractionMilli: options.fraction ?? 1000,
    })),
  };
}

function slice(gpuCount: number, more: Partial<Demand> = {}): Demand {
  return { gpuModel: 'H200', shape: 'gpu_slice', gpuCount, gpuFractionMilli: 1000, ...more };
}
const bareMetal = (gpuCount: number) => slice(gpuCount, { shape: 'baremetal' });

describe('where a request is placed', () => {
  test.each([
    ['an empty fleet fills from the front', [node('a', '.... ....'), node('b', '.... ....')], slice(1), ['a0']],
    ['a started node before a whole one', [node('a', '.... ....'), node('b', 'x... ....')], slice(1), ['b1']],
    ['a domain that fits exactly before a larger one', [node('a', '.... ..xx')], slice(2), ['a4', 'a5']],
    [
      'one domain, although an earlier node could host it across two',
      [node('a', 'xx.. xxx.'), node('b', '.... ....')],
      slice(3),
      ['b0', 'b1', 'b2'],
    ],
    ['across domains where no single one suffices', [node('a', 'x... ..xx')], slice(5), ['a1', 'a2', 'a3', 'a4', 'a5']],
    [
      'the fullest domains first when it must span',
      [node('a', 'xxx. .... ..xx')],
      slice(5),
      ['a3', 'a4', 'a5', 'a6', 'a7'],
    ],
    [
      'a whole node',
      [node('a', '.... ...x'), node('b', '.... ....')],
      slice(8),
      ['b0', 'b1', 'b2', 'b3', 'b4', 'b5', 'b6', 'b7'],
    ],
    [
      'bare metal takes a free node of its own size',
      [node('a', '.. .x'), node('b', '.... ....'), node('c', '.. ..')],
      bareMetal(4),
      ['c0', 'c1', 'c2', 'c3'],
    ],
    [
      'never a node that is not ready',
      [node('a', '.... ....', { ready: false }), node('b', '.... ....')],
      slice(1),
      ['b0'],
    ],
    ['never another model', [node('a', '....', { model: 'L40S' }), node('b', '....')], slice(1), ['b0']],
    [
      'never a part where a whole GPU was asked for',
      [node('a', '....', { fraction: 500 }), node('b', '....')],
      slice(1),
      ['b0'],
    ],
  ] as const)('%s', (_what, nodes, demand, slotIds) => {
    expect(place(nodes, demand)).toEqual({ fits: true, nodeId: slotIds[0]?.[0], slotIds });
  });
});

describe('why a request is refused', () => {
  test.each([
    ['a fleet without the model', [node('a', '....')], slice(1, { gpuModel: 'B200' }), 'no_capacity', 0],
    ['all taken', [node('a', 'xxxx xxxx')], slice(1), 'no_capacity', 0],
    ['free, but spread', [node('a', 'xxx. xxx.'), node('b', 'xx.. xxx.')], slice(4), 'no_single_node_fits', 3],
    ['no node is that large', [node('a', '.... ....')], slice(16), 'topology_unsatisfiable', 8],
    ['no node is that large, whatever is free', [node('a', 'xxxx xxxx')], slice(16), 'topology_unsatisfiable', 0],
    ['bare metal of a size that no node has', [node('a', '.... ....')], bareMetal(4), 'topology_unsatisfiable', 8],
    ['bare metal with one GPU taken', [node('a', 'x... ....')], bareMetal(8), 'no_single_node_fits', 0],
    ['nodes that are not ready', [node('a', '.... ....', { ready: false })], slice(2), 'no_ready_node', 0],
    [
      'parts that the fleet does not have',
      [node('a', '....')],
      slice(1, { gpuFractionMilli: 500 }),
      'topology_unsatisfiable',
      0,
    ],
  ] as const)('%s', (_what, nodes, demand, reason, largestFittingCount) => {
    expect(place(nodes, demand)).toEqual({ fits: false, reason, largestFittingCount });
  });
});

describe('against an exact search', () => {
  const anyNode = fc
    .record({
      domains: fc.array(fc.array(fc.constantFrom('.', 'x'), { minLength: 1, maxLength: 4 }), {
        minLength: 1,
        maxLength: 3,
      }),
      ready: fc.boolean(),
      model: fc.constantFrom('H200', 'H200', 'H200', 'L40S'),
      fraction: fc.constantFrom(1000, 1000, 1000, 500),
    })
    .map(
      ({ domains, ...options }) =>
        (name: string) =>
          node(name, domains.map(domain => domain.join('')).join(' '), options),
    );
  const anyFleet = fc
    .array(anyNode, { maxLength: 4 })
    .map(nodes => nodes.map((make, place) => make('abcd'.charAt(place))));
  const anyDemand = fc.record({
    gpuModel: fc.constantFrom('H200', 'L40S', 'B200'),
    shape: fc.constantFrom('gpu_slice' as const, 'baremetal' as const),
    gpuCount: fc.integer({ min: 1, max: 9 }),
    gpuFractionMilli: fc.constantFrom(1000, 1000, 500),
  });

  test('hosts whatever some choice of free slots could host, and nothing else, touching as few domains as any choice', () => {
    fc.assert(
      fc.property(anyFleet, anyDemand, (nodes, demand) => {
        const possible = everyChoice(nodes, demand);
        const placement = place(nodes, demand);
        expect(placement.fits).toBe(possible.length > 0);
        if (!placement.fits) return;
        const key = [...placement.slotIds].sort().join();
        const choice = possible.find(candidate => candidate.key === key);
        expect(choice).toBeDefined();
        expect(choice?.domains).toBe(Math.min(...possible.map(candidate => candidate.domains)));
      }),
      { numRuns: 2000 },
    );
  });

  test('the largest fitting count of a refusal would fit, and one more would not', () => {
    fc.assert(
      fc.property(anyFleet, anyDemand, (nodes, demand) => {
        const refusal = place(nodes, demand);
        if (refusal.fits || demand.shape === 'baremetal') return;
        const fits = (gpuCount: number) => gpuCount === 0 || everyChoice(nodes, { ...demand, gpuCount }).length > 0;
        expect(fits(refusal.largestFittingCount)).toBe(true);
        expect(fits(refusal.largestFittingCount + 1)).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  test('the same input gives the same output, and is not changed', () => {
    fc.assert(
      fc.property(anyFleet, anyDemand, (nodes, demand) => {
        const before = structuredClone(nodes);
        expect(place(nodes, demand)).toEqual(place(structuredClone(nodes), demand));
        expect(nodes).toEqual(before);
      }),
    );
  });
});

/** Every set of free, matching slots on one ready node that satisfies the request, with the number of domains it touches. */
function everyChoice(nodes: readonly PlacementNode[], demand: Demand): { key: string; domains: number }[] {
  return nodes.flatMap(candidate => {
    if (!candidate.ready) return [];
    const free = candidate.slots.filter(
      slot => slot.free && slot.gpuModel === demand.gpuModel && slot.fractionMilli === demand.gpuFractionMilli,
    );
    if (demand.shape === 'baremetal' && candidate.slots.length !== demand.gpuCount) return [];
    return subsets(free, demand.gpuCount).map(chosen => ({
      key: chosen
        .map(slot => slot.slotId)
        .sort()
        .join(),
      domains: new Set(chosen.map(slot => slot.numaNode)).size,
    }));
  });
}

function subsets<Item>(items: readonly Item[], size: number): Item[][] {
  if (size === 0) return [[]];
  return items.flatMap((item, place) => subsets(items.slice(place + 1), size - 1).map(rest => [item, ...rest]));
}
