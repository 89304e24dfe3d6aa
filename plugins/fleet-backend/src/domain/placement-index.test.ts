import fc from 'fast-check';
import type { PlacementDemand, PlacementNode, TypicalDemand } from './placement-demand';
import { PlacementIndex } from './placement-index';
import type { Decision } from './placement-index';

const amount = (max: number) =>
  fc.option(
    fc.tuple(fc.integer({ min: 0, max }), fc.integer({ min: 0, max })).map(([one, other]) => ({
      total: Math.max(one, other),
      free: Math.min(one, other),
    })),
    { nil: null },
  );
/** Divisible GPUs with any share free, whole ones and halves that are free or not. */
const anyDevice = fc.record({
  model: fc.constantFrom('A', 'A', 'B'),
  numaNode: fc.integer({ min: 0, max: 1 }),
  cut: fc.oneof(
    fc.record({ grain: fc.constant(0), freeMilli: fc.constantFrom(0, 300, 400, 600, 700, 1000, 1000) }),
    fc.constantFrom({ grain: 1000, freeMilli: 1000 }, { grain: 1000, freeMilli: 0 }),
    fc.constantFrom({ grain: 500, freeMilli: 500 }, { grain: 500, freeMilli: 0 }),
  ),
});
const anyNode = fc.record({
  status: fc.constantFrom('ready' as const, 'ready' as const, 'ready' as const, 'draining' as const),
  region: fc.constantFrom('east', 'west'),
  cpuMilli: amount(8),
  memory: amount(8),
  devices: fc.array(anyDevice, { maxLength: 4 }),
});
const anyFleet = fc.array(anyNode, { maxLength: 3 }).map(nodes =>
  nodes.map(({ devices, ...node }, at): PlacementNode => ({
    ...node,
    nodeId: `node-${at}`,
    name: `node-${at}`,
    devices: devices.map(({ cut, ...device }, place) => ({ ...device, ...cut, deviceId: `${at}.${place}` })),
  })),
);
const anyDemand: fc.Arbitrary<PlacementDemand> = fc
  .record({
    models: fc.constantFrom(null, ['A'], ['B'], ['A', 'B']),
    count: fc.constantFrom(0, 1, 1, 2, 2, 3, 4),
    milli: fc.constantFrom(300, 400, 500, 1000, 1000),
    cpuMilli: fc.integer({ min: 0, max: 4 }),
    memory: fc.integer({ min: 0, max: 4 }),
    wholeNode: fc.constantFrom(false, false, false, true),
    regions: fc.constantFrom(null, null, ['east'], ['west'], ['east', 'west']),
  })
  .filter(({ wholeNode, count }) => !wholeNode || count > 0);
const typical: TypicalDemand[] = [
  { models: null, count: 1, milli: 300, cpuMilli: 1, weight: 5 },
  { models: ['A'], count: 1, milli: 1000, cpuMilli: 2, weight: 3 },
  { models: null, count: 1, milli: 500, cpuMilli: 2, weight: 2 },
  { models: null, count: 2, milli: 1000, cpuMilli: 4, weight: 2 },
  { models: null, count: 0, milli: 0, cpuMilli: 3, weight: 1 },
];

describe('against an exact search', () => {
  test('decides for a choice that is allowed, and refuses only when there is none', () => {
    fc.assert(
      fc.property(anyFleet, anyDemand, (fleet, demand) => {
        const decision = new PlacementIndex(fleet, typical).decide(demand);
        const possible = everyChoice(fleet, demand).map(keyOf);
        expect(decision !== undefined).toBe(possible.length > 0);
        if (decision !== undefined) expect(possible).toContain(keyOf(decision));
      }),
      { numRuns: 3000 },
    );
  });

  test('hosts a batch whenever some order and choice could, and spreads it as far as any could', () => {
    fc.assert(
      fc.property(anyFleet, anyDemand, fc.integer({ min: 1, max: 4 }), (fleet, demand, copies) => {
        const least = leastPerNode(fleet, demand, copies);
        const index = new PlacementIndex(fleet, typical);
        const before = index.nodes();
        expect(index.copiesThatFit(demand, copies) === copies).toBe(least !== undefined);
        for (const spread of [false, true]) {
          const decisions = index.decideCopies({ demand, copies, spread });
          expect(decisions !== undefined).toBe(least !== undefined);
          if (decisions === undefined) {
            expect(index.nodes()).toEqual(before);
            continue;
          }
          // Each is allowed after those before it.
          let state = fleet;
          for (const decision of decisions) {
            expect(everyChoice(state, demand).map(keyOf)).toContain(keyOf(decision));
            state = taken(state, decision, demand);
          }
          expect(index.nodes()).toEqual(state);
          if (spread) expect(mostOnOneNode(decisions)).toBe(least);
          for (const decision of decisions) index.give(decision, demand);
          expect(index.nodes()).toEqual(before);
        }
      }),
      { numRuns: 3000 },
    );
  });
});

test('copies give up their NUMA domain where the first would take what the second needs', () => {
  const device = (place: number, numaNode: number, cut: { grain: number; freeMilli: number }) => ({
    model: 'A',
    numaNode,
    deviceId: `0.${place}`,
    ...cut,
  });
  const half = { grain: 500, freeMilli: 500 };
  const node: PlacementNode = {
    nodeId: 'node-0',
    name: 'node-0',
    status: 'ready',
    region: 'east',
    cpuMilli: null,
    memory: null,
    devices: [device(0, 0, { grain: 0, freeMilli: 1000 }), device(1, 1, half), device(2, 1, half)],
  };
  const demand = { models: null, count: 2, milli: 500, cpuMilli: 0, memory: 0, wholeNode: false, regions: null };
  const index = new PlacementIndex([node], typical);
  expect(index.decide(demand)?.devices).toEqual([1, 2]);
  expect(index.decideCopies({ demand, copies: 2, spread: false })?.map(one => one.devices)).toEqual([
    [0, 1],
    [0, 2],
  ]);
});

test('an index that followed any sequence of launches and ends decides as one made anew', () => {
  const step = fc.record({ demand: anyDemand, ends: fc.boolean(), drains: fc.constantFrom(false, false, false, true) });
  fc.assert(
    fc.property(
      fc.array(anyNode, { minLength: 1, maxLength: 90 }),
      fc.array(anyDemand, { minLength: 1, maxLength: 5 }),
      fc.array(step, { maxLength: 40 }),
      (made, asked, steps) => {
        const fleet = made.map(({ devices, ...node }, at): PlacementNode => ({
          ...node,
          nodeId: `node-${at}`,
          name: `node-${at}`,
          devices: devices.map(({ cut, ...device }, place) => ({ ...device, ...cut, deviceId: `${at}.${place}` })),
        }));
        const index = new PlacementIndex(fleet, typical);
        const running: { decision: Decision; demand: PlacementDemand }[] = [];
        for (const { demand, ends, drains } of steps) {
          for (const other of asked) index.decide(other);
          const decision = index.decide(demand);
          const ending = ends ? running.shift() : undefined;
          if (decision !== undefined) {
            index.take(decision, demand);
            running.push({ decision, demand });
          }
          if (ending !== undefined) index.give(ending.decision, ending.demand);
          if (drains) index.replace(0, { ...index.nodeAt(0), status: 'draining' });
        }
        const anew = new PlacementIndex(index.nodes(), typical);
        for (const demand of [...asked, ...steps.map(one => one.demand)])
          expect(index.decide(demand)).toEqual(anew.decide(demand));
      },
    ),
    { numRuns: 300 },
  );
});

test('the same fleet and request give the same decision, and asking changes nothing', () => {
  fc.assert(
    fc.property(anyFleet, anyDemand, (fleet, demand) => {
      const before = structuredClone(fleet);
      const index = new PlacementIndex(fleet, typical);
      const first = index.decide(demand);
      expect(index.decide(demand)).toEqual(first);
      expect(new PlacementIndex(structuredClone(fleet), typical).decide(demand)).toEqual(first);
      expect(index.nodes()).toEqual(before);
      expect(fleet).toEqual(before);
    }),
  );
});

/** Every set of devices on one node that satisfies the request, written down apart from the engine. */
function everyChoice(fleet: readonly PlacementNode[], demand: PlacementDemand): Decision[] {
  return fleet.flatMap((node, at) => {
    if (node.status !== 'ready' || (demand.regions !== null && !demand.regions.includes(node.region))) return [];
    if (node.cpuMilli !== null && node.cpuMilli.free < demand.cpuMilli) return [];
    if (node.memory !== null && node.memory.free < demand.memory) return [];
    const able = node.devices.flatMap((device, place) => {
      if (demand.models !== null && !demand.models.includes(device.model)) return [];
      const cutRight = device.grain === 0 || device.grain === demand.milli;
      return cutRight && device.freeMilli >= demand.milli ? [place] : [];
    });
    const wholeMilli = node.devices.every(device => device.freeMilli === (device.grain === 0 ? 1000 : device.grain));
    if (demand.wholeNode) {
      const asked = node.devices.every(device => (device.grain === 0 ? 1000 : device.grain) === demand.milli);
      const all = able.length === node.devices.length && able.length === demand.count;
      return all && wholeMilli && asked ? [{ node: at, devices: able }] : [];
    }
    return subsets(able, demand.count).map(devices => ({ node: at, devices }));
  });
}

function taken(fleet: readonly PlacementNode[], decision: Decision, demand: PlacementDemand): PlacementNode[] {
  return fleet.map((node, at) =>
    at !== decision.node
      ? node
      : {
          ...node,
          cpuMilli: node.cpuMilli && { ...node.cpuMilli, free: node.cpuMilli.free - demand.cpuMilli },
          memory: node.memory && { ...node.memory, free: node.memory.free - demand.memory },
          devices: node.devices.map((device, place) =>
            decision.devices.includes(place) ? { ...device, freeMilli: device.freeMilli - demand.milli } : device,
          ),
        },
  );
}

/** The least number of copies on the fullest node over all ways to host them; undefined when there is none. */
function leastPerNode(fleet: readonly PlacementNode[], demand: PlacementDemand, copies: number): number | undefined {
  const known = new Map<string, number | undefined>();
  const search = (state: readonly PlacementNode[], counts: readonly number[], left: number): number | undefined => {
    if (left === 0) return Math.max(0, ...counts);
    const key = JSON.stringify([counts, state.map(node => node.devices.map(device => device.freeMilli))]);
    if (known.has(key)) return known.get(key);
    let least: number | undefined;
    for (const choice of everyChoice(state, demand)) {
      const next = counts.map((count, at) => (at === choice.node ? count + 1 : count));
      const most = search(taken(state, choice, demand), next, left - 1);
      if (most !== undefined && (least === undefined || most < least)) least = most;
    }
    known.set(key, least);
    return least;
  };
  return search(
    fleet,
    fleet.map(() => 0),
    copies,
  );
}

function mostOnOneNode(decisions: readonly Decision[]): number {
  return Math.max(...decisions.map(one => decisions.filter(other => other.node === one.node).length));
}

function keyOf({ node, devices }: Decision): string {
  return `${node}: ${devices.toSorted((one, other) => one - other).join()}`;
}

function subsets<Item>(items: readonly Item[], size: number): Item[][] {
  if (size === 0) return [[]];
  return items.flatMap((item, place) => subsets(items.slice(place + 1), size - 1).map(rest => [item, ...rest]));
}
