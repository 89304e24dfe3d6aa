import type { FragmentationModel } from './placement-fragmentation';
import type { PlacementDemand } from './placement-demand';
import type { NodeState } from './placement-state';

/**
 * The best choice of devices on one node: fewest NUMA domains, then the least growth of fragmentation, then the node with the least free (so that started ones are filled and others
 * stay whole), then the lowest domain and device. Growth and what is free are compared in coarse steps, because a node that is worse by a hair is not worse: among
 * equals the first in the fleet's order is taken, which again keeps the later ones whole. On the published trace the steps are worth a point of allocation over the exact minimum.
 */
const GROWTH_STEPS = growthSteps({ steps: 20, scaleMilli: 400 });
/** Growth beyond the outermost step is compared in even ones. */
const OUTER_STEP_MILLI = 800;
const FREE_STEP_MILLI = 4000;
/** More steps of what is free than a node has: growth decides first. */
const FREE_STEPS = 128;
/** Above every growth of fragmentation in steps, so that a domain more always costs more. */
const COST_OF_A_DOMAIN = 1 << 24;
/** Of a node that cannot host the request. */
export const IMPOSSIBLE = 0x7fff_ffff;

/** A request with what it accepts looked up once. */
export interface DemandClass {
  readonly demand: PlacementDemand;
  /** By kind: whether its devices are of an accepted model, and cut as asked. */
  readonly accepts: Uint8Array;
  readonly regions: ReadonlySet<string> | null;
}

/** `most_copies` takes what could serve the request most often, wherever it is: no other order hosts more copies on a node. */
export type DevicePreference = 'fewest_domains' | 'most_copies';

export class NodeChooser {
  readonly #model: FragmentationModel;
  /** By kind. */
  readonly #grains: readonly number[];
  #bestCost = IMPOSSIBLE;
  #bestDevices: readonly number[] = [];
  readonly #one = [0];

  constructor(model: FragmentationModel, grains: readonly number[]) {
    this.#model = model;
    this.#grains = grains;
  }

  /** `IMPOSSIBLE` when the node cannot host it now. */
  cost(state: NodeState, wanted: DemandClass): number {
    this.#look(state, wanted);
    return this.#bestCost;
  }

  /** The devices that cost so much. Only for a node that can host it. */
  devices(state: NodeState, wanted: DemandClass, preference: DevicePreference): readonly number[] {
    this.#look(state, wanted);
    if (this.#bestCost === IMPOSSIBLE) throw new Error(`${state.node.nodeId} cannot host what was placed on it`);
    const { wholeNode, count } = wanted.demand;
    if (preference === 'most_copies' && !wholeNode && count > 1) return this.#servingMostOften(state, wanted);
    return [...this.#bestDevices];
  }

  /** How many copies the node could host now. They are alike, so the fleet hosts as many as its nodes together. */
  copies(state: NodeState, wanted: DemandClass): number {
    if (!mayHost(state, wanted)) return 0;
    const { demand } = wanted;
    const bySide = Math.min(ratio(state.cpuFree, demand.cpuMilli), ratio(state.memoryFree, demand.memory));
    if (demand.wholeNode) return wholeNodeFree(state, wanted) ? Math.min(bySide, 1) : 0;
    if (demand.count === 0) return bySide;
    const shares: number[] = [];
    for (let device = 0; device < state.free.length; device += 1) {
      if (this.#serves(state, device, wanted)) shares.push(this.#sharesIn(state, device, demand.milli));
    }
    const total = shares.reduce((sum, share) => sum + share, 0);
    // A copy takes `count` different devices: so many copies work when the devices, each counted that often at most, suffice.
    let copies = Math.min(bySide, Math.floor(total / demand.count));
    while (copies > 0 && shares.reduce((sum, share) => sum + Math.min(share, copies), 0) < copies * demand.count)
      copies -= 1;
    return copies;
  }

  #look(state: NodeState, wanted: DemandClass): void {
    this.#bestCost = IMPOSSIBLE;
    this.#bestDevices = [];
    if (!mayHost(state, wanted)) return;
    const { demand } = wanted;
    if (state.cpuFree < demand.cpuMilli || state.memoryFree < demand.memory) return;
    if (demand.wholeNode) {
      if (wholeNodeFree(state, wanted)) this.#weigh(state, demand, [...state.free.keys()]);
    } else if (demand.count === 0) this.#weigh(state, demand, []);
    else if (demand.count === 1) this.#lookForOne(state, wanted);
    else this.#lookForMany(state, wanted);
  }

  #lookForOne(state: NodeState, wanted: DemandClass): void {
    const { free, groupOf } = state;
    for (let device = 0; device < free.length; device += 1) {
      if (!this.#serves(state, device, wanted)) continue;
      // One that looks like an earlier one ties with it and loses.
      let seen = false;
      for (let other = 0; other < device && !seen; other += 1)
        seen = free[other] === free[device] && groupOf[other] === groupOf[device];
      if (seen) continue;
      this.#one[0] = device;
      this.#weigh(state, wanted.demand, this.#one);
    }
  }

  #lookForMany(state: NodeState, wanted: DemandClass): void {
    const { demand } = wanted;
    const byDomain: number[][] = Array.from({ length: state.domainCount }, () => []);
    let found = 0;
    for (let device = 0; device < state.free.length; device += 1) {
      if (!this.#serves(state, device, wanted)) continue;
      found += 1;
      byDomain[state.domains[device] as number]?.push(device);
    }
    if (found < demand.count) return;
    // Taken otherwise, copies of one request could stand in each other's way.
    for (const devices of byDomain) this.#mostOftenFirst(devices, state, demand);
    const serving = byDomain.map(devices => devices.length);
    for (const shares of domainShares(serving, demand.count)) {
      this.#weigh(
        state,
        demand,
        byDomain.flatMap((devices, domain) => devices.slice(0, shares[domain] ?? 0)),
      );
    }
  }

  #servingMostOften(state: NodeState, wanted: DemandClass): number[] {
    const serving = [...state.free.keys()].filter(device => this.#serves(state, device, wanted));
    return this.#mostOftenFirst(serving, state, wanted.demand).slice(0, wanted.demand.count);
  }

  #mostOftenFirst(devices: number[], state: NodeState, { milli }: PlacementDemand): number[] {
    const often = (device: number) => this.#sharesIn(state, device, milli);
    return devices.sort((one, other) => often(other) - often(one) || one - other);
  }

  #weigh(state: NodeState, demand: PlacementDemand, devices: readonly number[]): void {
    const { free, domains } = state;
    const { milli } = demand;
    let touched = 0;
    let spans = 0;
    for (let place = 0; place < devices.length; place += 1) {
      const device = devices[place] as number;
      free[device] = (free[device] as number) - milli;
      const bit = 1 << (domains[device] as number);
      if ((touched & bit) === 0) spans += 1;
      touched |= bit;
    }
    state.cpuFree -= demand.cpuMilli;
    const lost = state.usable - this.#model.usable(state);
    state.cpuFree += demand.cpuMilli;
    for (let place = 0; place < devices.length; place += 1) {
      const device = devices[place] as number;
      free[device] = (free[device] as number) + milli;
    }
    // Fragmentation is what is free less what is usable, so it grows by the usable that was lost less what was taken.
    const grown = lost / this.#model.totalWeight - devices.length * milli;
    const fuller = Math.min(FREE_STEPS - 1, Math.floor(state.freeMilli / FREE_STEP_MILLI));
    const cost = stepOf(grown) * FREE_STEPS + fuller + Math.max(0, spans - 1) * COST_OF_A_DOMAIN;
    if (cost >= this.#bestCost) return;
    this.#bestCost = cost;
    this.#bestDevices = devices === this.#one ? [this.#one[0] as number] : devices;
  }

  #serves(state: NodeState, device: number, { accepts, demand }: DemandClass): boolean {
    const kind = state.kinds[device] as number;
    if (accepts[kind] !== 1) return false;
    const left = state.free[device] as number;
    return this.#grains[kind] === 0 ? left >= demand.milli : left === demand.milli;
  }

  #sharesIn(state: NodeState, device: number, milli: number): number {
    return Math.floor((state.free[device] as number) / milli);
  }
}

/** Ready and in the right place. What is free there is another question. */
function mayHost(state: NodeState, { regions }: DemandClass): boolean {
  return state.ready && (regions === null || regions.has(state.node.region));
}

function wholeNodeFree(state: NodeState, { accepts, demand }: DemandClass): boolean {
  const { free, kinds } = state;
  if (free.length !== demand.count) return false;
  for (let device = 0; device < free.length; device += 1) {
    if (accepts[kinds[device] as number] !== 1 || free[device] !== state.sizes[device] || free[device] !== demand.milli)
      return false;
  }
  return true;
}

/**
 * Bounds between steps of growth, ascending: narrow around none, wider outwards, where one is as bad as the other. They are those of a logistic curve cut into even steps, which is how the
 * authors' own scheduler rounds its scores; a list of whole numbers makes the same decision on every machine.
 */
function growthSteps({ steps, scaleMilli }: { steps: number; scaleMilli: number }): readonly number[] {
  return Array.from({ length: steps - 1 }, (_, step) =>
    Math.round(scaleMilli * Math.log((step + 1) / (steps - 1 - step))),
  );
}

function stepOf(grown: number): number {
  const least = GROWTH_STEPS[0] as number;
  const most = GROWTH_STEPS.at(-1) as number;
  if (grown < least) return -Math.floor((least - grown) / OUTER_STEP_MILLI);
  if (grown > most) return GROWTH_STEPS.length + Math.floor((grown - most) / OUTER_STEP_MILLI);
  let low = 0;
  let high = GROWTH_STEPS.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((GROWTH_STEPS[middle] as number) < grown) low = middle + 1;
    else high = middle;
  }
  return low;
}

function ratio(free: number, wanted: number): number {
  return wanted === 0 ? Number.MAX_SAFE_INTEGER : Math.floor(free / wanted);
}

/**
 * Ways to take `count` from the domains that touch as few of them as possible: each single domain that suffices, or else the fullest
 * ones up to a last share, which may come from any of the others that holds it.
 */
function domainShares(serving: readonly number[], count: number): number[][] {
  const fullestFirst = [...serving.keys()].sort(
    (one, other) => (serving[other] ?? 0) - (serving[one] ?? 0) || one - other,
  );
  const base = serving.map(() => 0);
  let left = count;
  for (const place of fullestFirst) {
    if (serving.some((amount, other) => base[other] === 0 && amount >= left)) break;
    base[place] = serving[place] ?? 0;
    left -= serving[place] ?? 0;
  }
  return serving.flatMap((amount, place) =>
    base[place] === 0 && amount >= left ? [base.map((taken, other) => (other === place ? left : taken))] : [],
  );
}
