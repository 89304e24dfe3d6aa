import { IMPOSSIBLE, NodeChooser } from './placement-choice';
import type { DemandClass, DevicePreference } from './placement-choice';
import { FragmentationModel } from './placement-fragmentation';
import type { PlacementDemand, PlacementDevice, PlacementNode, TypicalDemand } from './placement-demand';
import { changeState, nodeOf, nodeState } from './placement-state';
import type { NodeState } from './placement-state';

/**
 * A fleet that placements are decided on. For every kind of request it keeps what each node would cost, with the minimum of every block of nodes, and brings that up to date
 * when asked, only for nodes that changed since. Invariants: a decision depends on the fleet's state, the request and the typical launches, never on the way there (an index made
 * anew decides alike); the cheapest node wins, of equals the first in the fleet's order; a request is refused only when no node could host it.
 */
const NODES_PER_BLOCK = 64;
/** Kinds of request that costs are kept for; the one not asked for longest goes first. Each costs four bytes per node. */
const CLASSES_MAX = 1024;
/** Changes remembered, per node: a class that is further behind is computed anew. */
const CHANGES_PER_NODE = 4;

export interface Decision {
  /** Place of the node in the fleet's order. */
  readonly node: number;
  readonly devices: readonly number[];
}

interface RankedClass extends DemandClass {
  readonly costs: Int32Array;
  readonly blocks: Int32Array;
  /** Changes seen. */
  seen: number;
}

export class PlacementIndex {
  readonly #states: NodeState[] = [];
  readonly #model: FragmentationModel;
  readonly #kinds = new Map<string, number>();
  readonly #kindModels: string[] = [];
  readonly #kindGrains: number[] = [];
  readonly #chooser: NodeChooser;
  readonly #classes = new Map<string, RankedClass>();
  #changes: number[] = [];
  #forgotten = 0;
  readonly #lastChange: number[] = [];

  /** `nodes` in the fleet's fixed order. */
  constructor(nodes: readonly PlacementNode[], typical: readonly TypicalDemand[]) {
    this.#model = new FragmentationModel(typical);
    this.#chooser = new NodeChooser(this.#model, this.#kindGrains);
    for (const node of nodes) this.#states.push(this.#stateOf(node));
  }

  /** Where it would be placed; undefined when no node could host it. Changes nothing. */
  decide(demand: PlacementDemand): Decision | undefined {
    const ranked = this.#rank(demand);
    const node = cheapest(ranked);
    return node === undefined ? undefined : this.#decisionOn(node, ranked);
  }

  /**
   * Places so many copies and takes what they need; on undefined nothing is taken. Copies are alike, so they all fit exactly when the nodes' capacities for them add up to
   * as many, whatever the order. `spread`: no node gets more than the least number with which that still holds. Where keeping each copy inside a NUMA domain would leave no room for a later
   * one, the copies give up their domains.
   */
  decideCopies(wanted: { demand: PlacementDemand; copies: number; spread: boolean }): Decision[] | undefined {
    const { demand, copies } = wanted;
    const perNodeMax = wanted.spread ? this.#leastPerNode(demand, copies) : copies;
    if (perNodeMax === undefined) return undefined;
    const within = { demand, copies, perNodeMax };
    return this.#takeCopies(within, 'fewest_domains') ?? this.#takeCopies(within, 'most_copies');
  }

  #takeCopies(
    { demand, copies, perNodeMax }: { demand: PlacementDemand; copies: number; perNodeMax: number },
    preference: DevicePreference,
  ): Decision[] | undefined {
    const ranked = this.#rank(demand);
    const onNode = new Map<number, number>();
    const decisions: Decision[] = [];
    while (decisions.length < copies) {
      this.#bringUpToDate(ranked);
      const node = cheapest(ranked, at => (onNode.get(at) ?? 0) >= perNodeMax);
      if (node === undefined) break;
      const decision = this.#decisionOn(node, ranked, preference);
      this.take(decision, demand);
      onNode.set(node, (onNode.get(node) ?? 0) + 1);
      decisions.push(decision);
    }
    if (decisions.length === copies) return decisions;
    for (const decision of decisions) this.give(decision, demand);
    return undefined;
  }

  /** How many copies the fleet could host, counted up to `copies`. */
  copiesThatFit(demand: PlacementDemand, copies: number): number {
    const ranked = this.#rank(demand);
    let sum = 0;
    for (const state of this.#states) {
      sum += this.#chooser.copies(state, ranked);
      if (sum >= copies) return copies;
    }
    return sum;
  }

  take({ node, devices }: Decision, demand: PlacementDemand): void {
    this.#change(node, { devices, demand, sign: -1 });
  }

  give({ node, devices }: Decision, demand: PlacementDemand): void {
    this.#change(node, { devices, demand, sign: 1 });
  }

  /** The node as somebody else knows it by now. */
  replace(at: number, node: PlacementNode): void {
    this.#states[at] = this.#stateOf(node);
    this.#changed(at);
  }

  /** To look at, not to change. */
  get states(): readonly NodeState[] {
    return this.#states;
  }

  /** The fleet as it is now. */
  nodes(): PlacementNode[] {
    return this.#states.map(nodeOf);
  }

  nodeAt(at: number): PlacementNode {
    return nodeOf(this.#states[at] as NodeState);
  }

  #change(at: number, change: Parameters<typeof changeState>[1]): void {
    const state = this.#states[at];
    if (state === undefined) throw new Error(`there is no node ${at}`);
    changeState(state, change);
    state.usable = this.#model.usable(state);
    this.#changed(at);
  }

  #changed(at: number): void {
    if (this.#changes.length >= CHANGES_PER_NODE * this.#states.length) {
      this.#forgotten += this.#changes.length;
      this.#changes = [];
    }
    this.#changes.push(at);
    this.#lastChange[at] = this.#forgotten + this.#changes.length;
  }

  #stateOf(node: PlacementNode): NodeState {
    const state = nodeState(node, device => this.#kindOf(device));
    state.usable = this.#model.usable(state);
    return state;
  }

  #kindOf({ model, grain }: PlacementDevice): number {
    const key = `${grain} ${model}`;
    const known = this.#kinds.get(key);
    if (known !== undefined) return known;
    const kind = this.#kinds.size;
    this.#kinds.set(key, kind);
    this.#kindModels.push(model);
    this.#kindGrains.push(grain);
    this.#model.addKind({ model, grain });
    // What was looked up before did not know it.
    this.#classes.clear();
    return kind;
  }

  #rank(demand: PlacementDemand): RankedClass {
    const key = JSON.stringify([
      demand.models,
      demand.count,
      demand.milli,
      demand.cpuMilli,
      demand.memory,
      demand.wholeNode,
      demand.regions,
    ]);
    let ranked = this.#classes.get(key);
    if (ranked === undefined) {
      ranked = this.#newClass(demand);
      const [oldest] = this.#classes.keys();
      if (this.#classes.size >= CLASSES_MAX && oldest !== undefined) this.#classes.delete(oldest);
    } else this.#classes.delete(key);
    this.#classes.set(key, ranked);
    this.#bringUpToDate(ranked);
    return ranked;
  }

  #newClass(demand: PlacementDemand): RankedClass {
    const accepts = this.#kindGrains.map((grain, kind) => {
      const isModel = demand.models === null || demand.models.includes(this.#kindModels[kind] as string);
      return isModel && (grain === 0 || grain === demand.milli) ? 1 : 0;
    });
    return {
      demand,
      accepts: Uint8Array.from(accepts),
      regions: demand.regions === null ? null : new Set(demand.regions),
      costs: new Int32Array(this.#states.length),
      blocks: new Int32Array(Math.ceil(this.#states.length / NODES_PER_BLOCK)),
      seen: -1,
    };
  }

  #bringUpToDate(ranked: RankedClass): void {
    const now = this.#forgotten + this.#changes.length;
    if (ranked.seen < this.#forgotten) {
      for (const [at, state] of this.#states.entries()) ranked.costs[at] = this.#chooser.cost(state, ranked);
      for (let block = 0; block < ranked.blocks.length; block += 1) ranked.blocks[block] = minimumOf(ranked, block);
    } else {
      for (let change = ranked.seen; change < now; change += 1) {
        const at = this.#changes[change - this.#forgotten] as number;
        // It changed again later: once is enough.
        if (this.#lastChange[at] === change + 1) this.#setCost(ranked, at);
      }
    }
    ranked.seen = now;
  }

  #setCost(ranked: RankedClass, at: number): void {
    const { costs, blocks } = ranked;
    const before = costs[at] as number;
    const cost = this.#chooser.cost(this.#states[at] as NodeState, ranked);
    if (cost === before) return;
    costs[at] = cost;
    const block = Math.floor(at / NODES_PER_BLOCK);
    if (cost < (blocks[block] as number)) blocks[block] = cost;
    else if (before === blocks[block]) blocks[block] = minimumOf(ranked, block);
  }

  #decisionOn(node: number, ranked: RankedClass, preference: DevicePreference = 'fewest_domains'): Decision {
    return { node, devices: this.#chooser.devices(this.#states[node] as NodeState, ranked, preference) };
  }

  /** The least number per node with which the fleet still hosts all copies. */
  #leastPerNode(demand: PlacementDemand, copies: number): number | undefined {
    const ranked = this.#rank(demand);
    const capacities = this.#states.map(state => Math.min(copies, this.#chooser.copies(state, ranked)));
    const hosted = (most: number) => capacities.reduce((sum, capacity) => sum + Math.min(most, capacity), 0);
    if (hosted(copies) < copies) return undefined;
    let low = 1;
    let high = copies;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (hosted(middle) >= copies) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

/** The first of the cheapest nodes; those `isFull` are passed over. */
function cheapest({ costs, blocks }: RankedClass, isFull?: (at: number) => boolean): number | undefined {
  let best: number | undefined;
  let bestCost = IMPOSSIBLE;
  for (let block = 0; block < blocks.length; block += 1) {
    if ((blocks[block] as number) >= bestCost) continue;
    const end = Math.min(costs.length, (block + 1) * NODES_PER_BLOCK);
    for (let at = block * NODES_PER_BLOCK; at < end; at += 1) {
      if ((costs[at] as number) >= bestCost || isFull?.(at) === true) continue;
      best = at;
      bestCost = costs[at] as number;
    }
  }
  return best;
}

function minimumOf({ costs }: RankedClass, block: number): number {
  let minimum = IMPOSSIBLE;
  const end = Math.min(costs.length, (block + 1) * NODES_PER_BLOCK);
  for (let at = block * NODES_PER_BLOCK; at < end; at += 1) minimum = Math.min(minimum, costs[at] as number);
  return minimum;
}
