import type { Queries } from '@portico/plugin-kit/backend';
import type { PlacementDemand } from '@portico/plugin-fleet/port';
import { groupBy } from './domain/group-by';
import { typicalDemands } from './domain/placement';
import type { PlacementNode } from './domain/placement-demand';
import type { Decision } from './domain/placement-index';
import { PlacementIndex } from './domain/placement-index';
import { vcpusPerGpu } from './store/holds';
import { nodesWithFree, placeableNodes, placeableSlots } from './store/placeable';
import type { Placeable, PlaceableNodeRow, PlaceableSlotRow } from './store/placeable';

/** Up to so many slots a fleet is read anew for every question: some milliseconds. Above, what was read is kept and only looked at where it matters. */
const KEPT_ABOVE_SLOTS = 2048;
/** How long what was read is kept at most. What other replicas give back is not seen earlier, unless it decides whether something fits. */
const KEPT_SECONDS_MAX = 60;
/** Nodes read one by one before a refusal; when more of them could matter, all are read. */
const NODES_LOOKED_AT_MAX = 256;

/**
 * The nodes of one GPU model as placement sees them. It may be behind the database, and that costs no correctness: a decision is carried out only on a node that was read again
 * under the model's lock and is as the picture has it, and a refusal stands only when every node with enough free slots was read again. What it may cost is that a node
 * given back elsewhere is packed a minute later.
 */
export class FleetPicture {
  readonly index: PlacementIndex;
  readonly slots: number;
  readonly readAt: number;
  readonly #places: ReadonlyMap<string, number>;

  constructor(nodes: readonly PlacementNode[], read: { vcpusPerGpu: number; at: number }) {
    this.index = new PlacementIndex(nodes, typicalDemands(nodes, read.vcpusPerGpu));
    this.slots = nodes.reduce((sum, node) => sum + node.devices.length, 0);
    this.readAt = read.at;
    this.#places = new Map(nodes.map((node, place) => [node.nodeId, place]));
  }

  slotIds({ node, devices }: Decision): string[] {
    const offered = this.index.nodeAt(node).devices;
    return devices.map(device => offered[device]?.deviceId ?? '');
  }

  /** Those of the nodes that have several models and count CPU or memory: launches of another model, under a lock of their own, take from the same. */
  sharedAmong(nodeIds: readonly string[]): string[] {
    return nodeIds.filter(nodeId => {
      const place = this.#places.get(nodeId);
      if (place === undefined) return false;
      const { cpuMilli, memory, devices } = this.index.nodeAt(place);
      return (cpuMilli !== null || memory !== null) && devices.some(({ model }) => model !== devices[0]?.model);
    });
  }

  /** Reads the nodes again and takes over what differs. Not `known`: one of them is new, so only reading everything helps. */
  async lookAgain(queries: Queries, nodeIds: readonly string[]): Promise<{ known: boolean; differed: boolean }> {
    if (nodeIds.length === 0) return { known: true, differed: false };
    let differed = false;
    const found = new Map((await readNodes(queries, { nodeIds })).map(node => [node.nodeId, node]));
    for (const nodeId of nodeIds) {
      const place = this.#places.get(nodeId);
      const node = found.get(nodeId);
      if (place === undefined) {
        if (node !== undefined) return { known: false, differed: true };
        continue;
      }
      const before = this.index.nodeAt(place);
      // It left the fleet: as good as one that takes no work.
      const now = node ?? { ...before, status: 'registered' as const };
      if (JSON.stringify(before) === JSON.stringify(now)) continue;
      differed = true;
      this.index.replace(place, now);
    }
    return { known: true, differed };
  }

  /** Reads every node again that could host the request by its free slots. `complete` is false when they are too many for that, or unknown. */
  async lookForRoom(queries: Queries, demand: PlacementDemand): Promise<{ complete: boolean; differed: boolean }> {
    const nodeIds = await nodesWithFree(queries, {
      gpuModel: demand.gpuModel,
      fractionMilli: demand.gpuFractionMilli,
      count: demand.gpuCount,
      limit: NODES_LOOKED_AT_MAX + 1,
    });
    if (nodeIds.length > NODES_LOOKED_AT_MAX) return { complete: false, differed: true };
    const { known, differed } = await this.lookAgain(queries, nodeIds);
    return { complete: known, differed };
  }
}

/** The pictures of this replica, by GPU model. */
export class FleetPictures {
  readonly #kept = new Map<string, FleetPicture>();
  /** By model, nodes that this replica changed since they were read, and the transaction that did, if it may still be undone. */
  readonly #changed = new Map<string, Map<string, Queries | null>>();

  readonly #keptAboveSlots: number;

  constructor(keptAboveSlots = KEPT_ABOVE_SLOTS) {
    this.#keptAboveSlots = keptAboveSlots;
  }

  /** `isFresh`: everything in it was read just now. `isLocked`: under the model's lock, so whoever changed it before has ended. */
  async of(
    queries: Queries,
    { gpuModel, isLocked }: { gpuModel: string; isLocked: boolean },
  ): Promise<{ picture: FleetPicture; isFresh: boolean }> {
    const picture = this.#kept.get(gpuModel);
    const isOld = picture !== undefined && performance.now() - picture.readAt > KEPT_SECONDS_MAX * 1000;
    const changed = this.#changed.get(gpuModel) ?? new Map<string, Queries | null>();
    const nodeIds = [...changed.keys()];
    // What a transaction reads of its own work may still be undone: such a node is read again by the next one.
    if (isLocked) for (const [nodeId, by] of changed) if (by !== queries) changed.delete(nodeId);
    const isFarBehind = isLocked && nodeIds.length > NODES_LOOKED_AT_MAX;
    if (picture === undefined || isOld || isFarBehind)
      return { picture: await this.readAnew(queries, gpuModel), isFresh: true };
    if (!(await picture.lookAgain(queries, nodeIds.slice(0, NODES_LOOKED_AT_MAX))).known)
      return { picture: await this.readAnew(queries, gpuModel), isFresh: true };
    return { picture, isFresh: false };
  }

  async readAnew(queries: Queries, gpuModel: string): Promise<FleetPicture> {
    const picture = await readPicture(queries, gpuModel);
    this.#kept.delete(gpuModel);
    if (picture.slots > this.#keptAboveSlots) this.#kept.set(gpuModel, picture);
    return picture;
  }

  /** `by` is the transaction that changed it, null once it has committed. */
  changed(change: { gpuModel: string; nodeId: string; by: Queries | null }): void {
    if (!this.#kept.has(change.gpuModel)) return;
    const nodes = this.#changed.get(change.gpuModel) ?? new Map<string, Queries | null>();
    this.#changed.set(change.gpuModel, nodes.set(change.nodeId, change.by));
  }
}

export async function readPicture(queries: Queries, gpuModel: string): Promise<FleetPicture> {
  const at = performance.now();
  return new FleetPicture(await readNodes(queries, { gpuModel }), {
    vcpusPerGpu: await vcpusPerGpu(queries, gpuModel),
    at,
  });
}

export async function readNodes(queries: Queries, which: Placeable): Promise<PlacementNode[]> {
  const slots = groupBy(await placeableSlots(queries, which), slot => slot.node_id);
  return (await placeableNodes(queries, which)).map(node => placementNode(node, slots.get(node.node_id) ?? []));
}

function placementNode(node: PlaceableNodeRow, slots: readonly PlaceableSlotRow[]): PlacementNode {
  return {
    nodeId: node.node_id,
    name: node.name,
    status: node.status,
    region: node.region,
    cpuMilli: node.vcpus === null ? null : { total: node.vcpus * 1000, free: (node.vcpus - node.held_vcpus) * 1000 },
    memory:
      node.memory_bytes === null
        ? null
        : { total: node.memory_bytes, free: node.memory_bytes - node.held_memory_bytes },
    devices: slots.map(slot => ({
      deviceId: slot.slot_id,
      model: slot.gpu_model,
      grain: slot.fraction_milli,
      numaNode: slot.numa_node,
      freeMilli: slot.status === 'free' ? slot.fraction_milli : 0,
    })),
  };
}
