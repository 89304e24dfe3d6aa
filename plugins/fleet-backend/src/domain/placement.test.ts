import fc from 'fast-check';
import type { PlacementDemand } from '@portico/plugin-fleet/port';
import { place, typicalDemands, wouldFit } from './placement';
import type { PlacementNode } from './placement-demand';
import { PlacementIndex } from './placement-index';

interface NodeOptions {
  status?: PlacementNode['status'];
  model?: string;
  fraction?: number;
  region?: string;
  vcpus?: { total: number; free: number };
}

/** `"..x. x..."` is a node of two NUMA domains; `.` is free, `x` taken. */
function node(name: string, gpus: string, options: NodeOptions = {}): PlacementNode {
  const slots = gpus
    .split(' ')
    .flatMap((domain, numaNode) => [...domain].map(mark => ({ numaNode, free: mark === '.' })));
  const grain = options.fraction ?? 1000;
  const { vcpus } = options;
  return {
    nodeId: name,
    name,
    status: options.status ?? 'ready',
    region: options.region ?? 'default',
    cpuMilli: vcpus === undefined ? null : { total: vcpus.total * 1000, free: vcpus.free * 1000 },
    memory: null,
    devices: slots.map(({ numaNode, free }, index) => ({
      deviceId: `${name}${index}`,
      model: options.model ?? 'H200',
      grain,
      numaNode,
      freeMilli: free ? grain : 0,
    })),
  };
}

function slice(gpuCount: number, more: Partial<PlacementDemand> = {}): PlacementDemand {
  return {
    gpuModel: 'H200',
    shape: 'gpu_slice',
    gpuCount,
    gpuFractionMilli: 1000,
    vcpus: 0,
    memoryBytes: 0,
    regions: null,
    ...more,
  };
}
const bareMetal = (gpuCount: number) => slice(gpuCount, { shape: 'baremetal' });

const indexOf = (nodes: readonly PlacementNode[]) => new PlacementIndex(nodes, typicalDemands(nodes, 0));

/** The slots of each copy. */
function placed(nodes: readonly PlacementNode[], demand: PlacementDemand, batch = { copies: 1, spread: false }) {
  const placement = place(indexOf(nodes), { demand, ...batch });
  if (!placement.fits) return placement;
  return placement.decisions.map(({ node: at, devices }) =>
    devices.map(device => nodes[at]?.devices[device]?.deviceId),
  );
}

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
      'never a node that is draining',
      [node('a', '.... ....', { status: 'draining' }), node('b', '.... ....')],
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
    [
      'a part where one was asked for, never a whole GPU',
      [node('a', '....'), node('b', 'x...', { fraction: 500 })],
      slice(1, { gpuFractionMilli: 500 }),
      ['b1'],
    ],
    [
      'where CPU is left',
      [node('a', 'x...', { vcpus: { total: 64, free: 8 } }), node('b', '....', { vcpus: { total: 64, free: 64 } })],
      slice(1, { vcpus: 16 }),
      ['b0'],
    ],
    [
      'in a region it may be in',
      [node('a', 'x...', { region: 'east' }), node('b', '....', { region: 'west' })],
      slice(1, { regions: ['west'] }),
      ['b0'],
    ],
  ] as const)('%s', (_what, nodes, demand, slotIds) => {
    expect(placed(nodes, demand)).toEqual([slotIds]);
  });

  test('a batch is packed, or spread as far as the fleet allows', () => {
    const nodes = [node('a', '....'), node('b', '.xxx'), node('c', '....')];
    expect(placed(nodes, slice(1), { copies: 4, spread: false })).toEqual([['b0'], ['a0'], ['a1'], ['a2']]);
    const spread = placed(nodes, slice(1), { copies: 5, spread: true });
    expect(spread).toEqual([['b0'], ['a0'], ['a1'], ['c0'], ['c1']]);
  });

  test('asking leaves the index as it was', () => {
    const index = indexOf([node('a', '....'), node('b', '....')]);
    const before = index.nodes();
    place(index, { demand: slice(1), copies: 6, spread: true });
    place(index, { demand: slice(2), copies: 5, spread: false });
    expect(index.nodes()).toEqual(before);
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
    ['nodes that are not ready', [node('a', '.... ....', { status: 'unreachable' })], slice(2), 'no_ready_node', 0],
    [
      'parts that the fleet does not have',
      [node('a', '....')],
      slice(1, { gpuFractionMilli: 500 }),
      'topology_unsatisfiable',
      0,
    ],
    [
      'CPU that is held now',
      [node('a', 'x...', { vcpus: { total: 64, free: 20 } })],
      slice(2, { vcpus: 32 }),
      'no_cpu_or_memory',
      1,
    ],
    [
      'CPU that no node has',
      [node('a', '....', { vcpus: { total: 64, free: 64 } })],
      slice(1, { vcpus: 128 }),
      'no_cpu_or_memory',
      0,
    ],
    [
      'a region without the model',
      [node('a', '....', { region: 'east' })],
      slice(1, { regions: ['west'] }),
      'no_region',
      0,
    ],
    [
      'a region without the model comes before everything that is so elsewhere',
      [node('a', 'xxxx', { region: 'east', status: 'draining' })],
      slice(8, { regions: ['west'] }),
      'no_region',
      0,
    ],
  ] as const)('%s', (_what, nodes, demand, reason, largestFittingCount) => {
    expect(placed(nodes, demand)).toMatchObject({ fits: false, reason, largestFittingCount, fittingCopies: 0 });
  });

  test('a batch of which only some fit says how many', () => {
    const nodes = [node('a', '....'), node('b', '...x')];
    const refusal = placed(nodes, slice(2), { copies: 4, spread: false });
    expect(refusal).toMatchObject({ reason: 'not_all_copies', fittingCopies: 3 });
    expect(wouldFit(indexOf(nodes), { demand: slice(2), copies: 4, spread: false })).toEqual(refusal);
    expect(wouldFit(indexOf(nodes), { demand: slice(2), copies: 3, spread: false })).toEqual({ fits: true });
  });

  test('what would do instead, in words', () => {
    const words = (nodes: readonly PlacementNode[], demand: PlacementDemand, copies = 1) => {
      const refusal = placed(nodes, demand, { copies, spread: false });
      if (!('reason' in refusal)) throw new Error('it fits');
      return refusal.alternative && [refusal.alternative.forUsers, refusal.alternative.forAdministrators];
    };
    expect(words([node('node-2', 'xx..'), node('node-3', '....', { status: 'draining' })], slice(4))).toEqual([
      '2 × H200 fit now.',
      '2 × H200 fit now; 4 would fit on node-3, which is draining.',
    ]);
    expect(words([node('node-2', 'xxxx'), node('node-3', 'xxx.')], slice(4))).toEqual([
      '1 × H200 fits now.',
      '1 × H200 fits now; 4 would fit on node-3 with 3 × H200 of it given back.',
    ]);
    expect(words([node('node-2', 'xxxx')], slice(1))).toEqual([
      'It will fit when others have released theirs.',
      '1 would fit on node-2 with 1 × H200 of it given back.',
    ]);
    expect(words([node('a', '....', { status: 'unreachable' })], slice(1))).toEqual([
      'A machine that could host it takes no work at the moment.',
      '1 would fit on a, which is unreachable.',
    ]);
    expect(
      words(
        [node('a', 'xxxx', { region: 'east' }), node('b', '....', { region: 'west' })],
        slice(2, { regions: ['east'] }),
      ),
    ).toEqual([
      '2 × H200 fit now in region west.',
      '2 × H200 fit now in region west; 2 would fit on a with 2 × H200 of it given back.',
    ]);
    expect(words([node('a', '....')], slice(3), 2)).toEqual(['1 of 2 fit now.', '1 of 2 fit now.']);
    expect(words([node('a', '....')], slice(16))).toEqual(['4 × H200 fit now.', '4 × H200 fit now.']);
    expect(words([node('a', 'xxxx', { model: 'L40S' })], slice(1))).toBeNull();
  });

  test('the largest count that a refusal names would fit, and one more would not', () => {
    const marks = fc.array(fc.constantFrom('.', 'x'), { minLength: 1, maxLength: 4 }).map(gpus => gpus.join(''));
    const anyNode = fc.record({
      gpus: fc.array(marks, { minLength: 1, maxLength: 2 }).map(domains => domains.join(' ')),
      status: fc.constantFrom('ready' as const, 'ready' as const, 'draining' as const),
      vcpus: fc.option(
        fc.integer({ min: 0, max: 40 }).map(free => ({ total: 40, free })),
        { nil: undefined },
      ),
    });
    fc.assert(
      fc.property(fc.array(anyNode, { maxLength: 4 }), fc.integer({ min: 1, max: 9 }), (made, gpuCount) => {
        const nodes = made.map(({ gpus, status, vcpus }, at) => node(`n${at}`, gpus, { status, vcpus }));
        const answer = (count: number) =>
          wouldFit(indexOf(nodes), { demand: slice(count, { vcpus: 7 * count }), copies: 1, spread: false });
        const refusal = answer(gpuCount);
        if (refusal.fits) return;
        const largest = refusal.largestFittingCount;
        expect(largest).toBeLessThan(gpuCount);
        if (largest > 0) expect(answer(largest).fits).toBe(true);
        expect(answer(largest + 1).fits).toBe(false);
      }),
      { numRuns: 1000 },
    );
  });

  test('users never read the name of a node', () => {
    const fleets = [
      [node('secret', 'xx..')],
      [node('secret', '....', { status: 'draining' })],
      [node('secret', 'x...', { vcpus: { total: 64, free: 1 } })],
    ];
    for (const fleet of fleets) {
      const refusal = placed(fleet, slice(4, { vcpus: 8 }));
      if (!('reason' in refusal)) throw new Error('it fits');
      expect(refusal.alternative?.forUsers).not.toContain('secret');
      expect(refusal.alternative?.forAdministrators).toContain('secret');
    }
  });
});
