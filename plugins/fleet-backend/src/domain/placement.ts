import type { PlacementRefusal, PlacementRequest } from '@portico/plugin-fleet/port';
import { groupBy } from './group-by';

/**
 * Placement is a pure function of fleet state and request. Invariants: all slots of a decision are on one ready node; a slot that is not free is
 * never chosen; a request is refused only when no choice of free slots on one ready node could host it; the same input gives the same output.
 *
 * Among the choices, the order is: fewest NUMA domains, then least new fragmentation, then lowest node, domain and GPU. Fragmentation is an
 * integer (GPUs stranded, summed over the typical sizes), so equal choices tie exactly and the lowest node wins. Packing from the
 * front is what keeps whole nodes free; exact float scores or random ties measurably do worse (Weng et al., "Beware of Fragmentation",
 * USENIX ATC 2023, whose gradient this is for whole GPUs).
 */
export interface PlacementNode {
  readonly nodeId: string;
  readonly ready: boolean;
  /** All slots the node offers, taken ones included, in GPU order. */
  readonly slots: readonly PlacementSlot[];
}

export interface PlacementSlot {
  readonly slotId: string;
  readonly gpuModel: string;
  readonly numaNode: number;
  readonly fractionMilli: number;
  readonly free: boolean;
}

export type Demand = Pick<PlacementRequest, 'gpuModel' | 'shape' | 'gpuCount' | 'gpuFractionMilli'>;
export type Placement =
  { readonly fits: true; readonly nodeId: string; readonly slotIds: readonly string[] } | PlacementRefusal;

/** Sizes that launches typically ask for; what is left of a node is judged by how many of each it could still host. */
const TYPICAL_COUNTS = [1, 2, 4, 8] as const;

/** `nodes` in the fleet's fixed order: ties go to the earlier one. */
export function place(nodes: readonly PlacementNode[], demand: Demand): Placement {
  let best: Choice | undefined;
  const seen = new Set<string>();
  for (const node of nodes) {
    if (!node.ready || largestCountNow(node, demand) < demand.gpuCount) continue;
    if (demand.shape === 'baremetal' && node.slots.length !== demand.gpuCount) continue;
    // A node that looks like an earlier one ties with it and loses. Large fleets are mostly such nodes.
    const looks = appearance(node, demand);
    if (seen.has(looks)) continue;
    seen.add(looks);
    const choice = chooseOn(node, demand);
    if (best === undefined || isBetter(choice, best)) best = choice;
  }
  if (best === undefined) return refuse(nodes, demand);
  return { fits: true, nodeId: best.node.nodeId, slotIds: best.slots.map(slot => slot.slotId) };
}

/** All that a choice on the node depends on. */
function appearance(node: PlacementNode, demand: Demand): string {
  let text = '';
  for (const slot of node.slots) text += matches(slot, demand) ? `${slot.numaNode}${slot.free ? '.' : 'x'}` : '-';
  return text;
}

interface Choice {
  readonly node: PlacementNode;
  readonly slots: readonly PlacementSlot[];
  readonly domains: number;
  readonly strandedMore: number;
}

function isBetter(choice: Choice, than: Choice): boolean {
  return choice.domains === than.domains ? choice.strandedMore < than.strandedMore : choice.domains < than.domains;
}

/** The best choice on a node that is known to have enough free slots. */
function chooseOn(node: PlacementNode, demand: Demand): Choice {
  const domains = freeByDomain(node, demand);
  const before = domains.map(domain => domain.free.length);
  const strandedBefore = stranded(before, node, demand);
  let best: Choice | undefined;
  for (const taken of domainShares(before, demand.gpuCount)) {
    const after = before.map((free, place) => free - (taken[place] ?? 0));
    const choice: Choice = {
      node,
      slots: domains.flatMap((domain, place) => domain.free.slice(0, taken[place] ?? 0)),
      domains: taken.filter(count => count > 0).length,
      strandedMore: stranded(after, node, demand) - strandedBefore,
    };
    if (best === undefined || isBetter(choice, best)) best = choice;
  }
  if (best === undefined) throw new Error('placement chose on a node without enough free slots');
  return best;
}

/**
 * Ways to take `count` from the domains that touch as few of them as possible: each single domain that suffices, or else the fullest
 * ones up to a last share, which may come from any of the others that holds it.
 */
function domainShares(free: readonly number[], count: number): number[][] {
  const fullestFirst = free
    .map((_, place) => place)
    .sort((one, other) => (free[other] ?? 0) - (free[one] ?? 0) || one - other);
  const base = free.map(() => 0);
  let left = count;
  for (const place of fullestFirst) {
    if (free.some((amount, other) => base[other] === 0 && amount >= left)) break;
    base[place] = free[place] ?? 0;
    left -= free[place] ?? 0;
  }
  return free.flatMap((amount, place) =>
    base[place] === 0 && amount >= left ? [base.map((taken, other) => (other === place ? left : taken))] : [],
  );
}

/** Free GPUs that no whole number of typical requests can use, summed over the typical sizes. A size beyond a domain is counted on the whole node. */
function stranded(free: readonly number[], node: PlacementNode, demand: Demand): number {
  const domains = groupBy(
    node.slots.filter(slot => matches(slot, demand)),
    slot => slot.numaNode,
  );
  const domainSizeMax = Math.max(0, ...[...domains.values()].map(slots => slots.length));
  const total = free.reduce((sum, amount) => sum + amount, 0);
  let sum = 0;
  for (const size of TYPICAL_COUNTS) {
    sum += size <= domainSizeMax ? free.reduce((rest, amount) => rest + (amount % size), 0) : total % size;
  }
  return sum;
}

function freeByDomain(node: PlacementNode, demand: Demand): { numaNode: number; free: PlacementSlot[] }[] {
  const free = node.slots.filter(slot => slot.free && matches(slot, demand));
  return [...groupBy(free, slot => slot.numaNode)]
    .sort(([one], [other]) => one - other)
    .map(([numaNode, slots]) => ({ numaNode, free: slots }));
}

/** First that applies, by what the fleet is (could any node ever?) before what it is doing (is one ready, is anything free?). */
function refuse(nodes: readonly PlacementNode[], demand: Demand): PlacementRefusal {
  const ofModel = nodes.filter(node => node.slots.some(slot => slot.gpuModel === demand.gpuModel));
  const couldHost = ofModel.filter(node => couldEverHost(node, demand));
  const ready = couldHost.filter(node => node.ready);
  const largestFittingCount = Math.max(
    0,
    ...nodes.filter(node => node.ready).map(node => largestCountNow(node, demand)),
  );
  const anyFree = nodes.some(node => node.ready && node.slots.some(slot => slot.free && matches(slot, demand)));
  const reason =
    ofModel.length === 0
      ? 'no_capacity'
      : couldHost.length === 0
        ? 'topology_unsatisfiable'
        : ready.length === 0
          ? 'no_ready_node'
          : anyFree
            ? 'no_single_node_fits'
            : 'no_capacity';
  return { fits: false, reason, largestFittingCount, fittingCopies: 0, alternative: null };
}

function couldEverHost(node: PlacementNode, demand: Demand): boolean {
  const matching = node.slots.filter(slot => matches(slot, demand)).length;
  return demand.shape === 'baremetal'
    ? matching === node.slots.length && matching === demand.gpuCount
    : matching >= demand.gpuCount;
}

/** How many the node could give now. A bare-metal request takes a node as a whole or not at all. */
function largestCountNow(node: PlacementNode, demand: Demand): number {
  const free = node.slots.filter(slot => slot.free && matches(slot, demand)).length;
  return demand.shape === 'baremetal' && free !== node.slots.length ? 0 : free;
}

function matches(slot: PlacementSlot, demand: Demand): boolean {
  return slot.gpuModel === demand.gpuModel && slot.fractionMilli === demand.gpuFractionMilli;
}
