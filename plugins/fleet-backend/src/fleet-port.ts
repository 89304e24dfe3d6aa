import type { Queries, Transaction } from '@portico/plugin-kit/backend';
import type {
  FleetPort,
  PlacementRefusal,
  PlacementRequest,
  Reservation,
  Runtime,
  RuntimeKind,
  Slot,
} from '@portico/plugin-fleet/port';
import { capacityView } from './capacity-view';
import { groupBy } from './domain/group-by';
import { place, wouldFit } from './domain/placement';
import type { Wanted } from './domain/placement';
import { FleetPictures } from './fleet-picture';
import type { FleetPicture } from './fleet-picture';
import { deleteHold, insertHold } from './store/holds';
import { allNodes, nodeById } from './store/nodes';
import { lockNodes } from './store/placeable';
import { regionsByNode, regionsOfNodes } from './store/regions';
import {
  blockSlots,
  holdSlots,
  lockModel,
  releaseSlots,
  slotsHeldBy,
  slotsHeldByAny,
  summarizeSlots,
} from './store/slots';
import type { HeldRow } from './store/slots';

/** The fleet as other plugins see it. `runtimes` by kind, as nodes name theirs. */
export function createFleetPort(
  runtimes: ReadonlyMap<RuntimeKind, Runtime>,
  pictures: FleetPictures = new FleetPictures(),
): FleetPort {
  return {
    capacity: capacityView(),

    async reserve(tx, request) {
      const reserved = await reserveAll(tx, pictures, { requests: [request], spread: false });
      if (isRefusal(reserved)) return reserved;
      return reserved[0] as Reservation;
    },

    reserveBatch: (tx, batch) => reserveAll(tx, pictures, batch),

    async wouldFit(queries, { copies = 1, ...demand }) {
      return look(queries, pictures, { demand, copies, spread: false });
    },

    async free(tx, allocationId) {
      const held = await slotsHeldBy(tx, allocationId);
      await releaseSlots(tx, allocationId);
      await deleteHold(tx, allocationId);
      tx.afterCommit(() => {
        for (const { gpu_model: gpuModel, node_id: nodeId } of held) pictures.changed({ gpuModel, nodeId, by: null });
      });
    },

    async block(tx, block) {
      await blockSlots(tx, block);
    },

    async reservation(queries, allocationId) {
      return reservationOf(await slotsHeldBy(queries, allocationId));
    },

    async runtimeOf(queries, allocationId) {
      const [slot] = await slotsHeldBy(queries, allocationId);
      const node = slot === undefined ? undefined : await nodeById(queries, slot.node_id);
      const runtime = node === undefined ? undefined : runtimes.get(node.runtime);
      if (node === undefined || runtime === undefined) return undefined;
      return { runtime, instance: { allocationId, node: { nodeId: node.node_id, name: node.name } } };
    },

    regions: regionsOfNodes,

    regionsByNode,

    totals,
  };
}

/** Plans made on a picture that turned out to be behind, before everything is read. */
const PLANS_MAX = 8;

/**
 * Parallel placements of one model take turns at its row: each plans from what the one before committed, so nobody wins a slot twice and nobody is
 * refused a slot that is free. Only rows of nodes are locked after it; whoever locks more in
 * the same transaction (an account) must do so in one order everywhere.
 */
async function reserveAll(
  tx: Transaction,
  pictures: FleetPictures,
  { requests, spread }: Parameters<FleetPort['reserveBatch']>[1],
): Promise<readonly Reservation[] | PlacementRefusal> {
  const [alike] = requests;
  if (alike === undefined) return [];
  await lockModel(tx, alike.gpuModel);
  const before = await reservationsOf(tx, requests);
  const missing = requests.filter(({ allocationId }) => !before.has(allocationId));
  if (missing.length > 0) {
    const planned = await plan(tx, pictures, { demand: alike, copies: missing.length, spread });
    if (!planned.fits) return planned;
    for (const [place, request] of missing.entries()) {
      const { nodeId, slotIds } = planned.placements[place] as PlannedPlacement;
      await hold(tx, request, { nodeId, slotIds });
      pictures.changed({ gpuModel: request.gpuModel, nodeId, by: tx });
    }
  }
  const after = missing.length > 0 ? await reservationsOf(tx, requests) : before;
  return requests.map(({ allocationId }) => {
    const reservation = after.get(allocationId);
    if (reservation === undefined) throw new Error(`placement of ${allocationId} chose no slot`);
    return reservation;
  });
}

async function hold(tx: Transaction, request: PlacementRequest, { nodeId, slotIds }: PlannedPlacement): Promise<void> {
  const { allocationId, organizationId } = request;
  const changed = await holdSlots(tx, { slotIds, allocationId, organizationId });
  if (changed !== slotIds.length)
    throw new Error(`placement of ${allocationId} chose slots that were not free under the model's lock`);
  await insertHold(tx, nodeId, request);
}

interface PlannedPlacement {
  readonly nodeId: string;
  readonly slotIds: readonly string[];
}

type Plan = { readonly fits: true; readonly placements: readonly PlannedPlacement[] } | PlacementRefusal;

/** Under the model's lock. What comes out was true when it was read, whatever the picture believed. */
async function plan(tx: Transaction, pictures: FleetPictures, wanted: Wanted): Promise<Plan> {
  let { picture, isFresh } = await pictures.of(tx, { gpuModel: wanted.demand.gpuModel, isLocked: true });
  for (let plans = 1; ; plans += 1) {
    const placement = place(picture.index, wanted);
    const placements = placement.fits
      ? placement.decisions.map(decision => ({
          nodeId: picture.index.nodeAt(decision.node).nodeId,
          slotIds: picture.slotIds(decision),
        }))
      : [];
    const result: Plan = placement.fits ? { fits: true, placements } : placement;
    const nodeIds = [...new Set(placements.map(({ nodeId }) => nodeId))];
    // A node's CPU and memory are shared by all its models, so of such a node its own row is locked too, and what was read before that counts for nothing.
    const shared = picture.sharedAmong(nodeIds);
    if (isFresh && shared.length === 0) return result;
    await lockNodes(tx, shared);
    const seen = placement.fits ? await picture.lookAgain(tx, nodeIds) : await roomIn(picture, tx, wanted);
    if (seen.known && !seen.differed) return result;
    if (seen.known && plans < PLANS_MAX) continue;
    picture = await pictures.readAnew(tx, wanted.demand.gpuModel);
    isFresh = true;
  }
}

async function look(
  queries: Queries,
  pictures: FleetPictures,
  wanted: Wanted,
): Promise<{ readonly fits: true } | PlacementRefusal> {
  const { picture, isFresh } = await pictures.of(queries, { gpuModel: wanted.demand.gpuModel, isLocked: false });
  const answer = wouldFit(picture.index, wanted);
  if (answer.fits || isFresh) return answer;
  const seen = await roomIn(picture, queries, wanted);
  if (seen.known) return seen.differed ? wouldFit(picture.index, wanted) : answer;
  return wouldFit((await pictures.readAnew(queries, wanted.demand.gpuModel)).index, wanted);
}

async function roomIn(picture: FleetPicture, queries: Queries, { demand }: Wanted) {
  const { complete, differed } = await picture.lookForRoom(queries, demand);
  return { known: complete, differed };
}

function isRefusal(outcome: readonly Reservation[] | PlacementRefusal): outcome is PlacementRefusal {
  return 'reason' in outcome;
}

async function reservationsOf(
  queries: Queries,
  requests: readonly PlacementRequest[],
): Promise<ReadonlyMap<string, Reservation>> {
  const held = await slotsHeldByAny(
    queries,
    requests.map(({ allocationId }) => allocationId),
  );
  const reservations = new Map<string, Reservation>();
  for (const [allocationId, rows] of groupBy(held, row => row.allocation_id)) {
    const reservation = reservationOf(rows);
    if (allocationId !== null && reservation !== undefined) reservations.set(allocationId, reservation);
  }
  return reservations;
}

function reservationOf(rows: readonly HeldRow[]): Reservation | undefined {
  const [first] = rows;
  if (first === undefined) return undefined;
  if (first.node_isolation === null) throw new Error(`${first.node_name} holds an allocation but was never reached`);
  return {
    fits: true,
    nodeId: first.node_id,
    nodeName: first.node_name,
    isolation: first.node_isolation,
    slots: rows.map(slotOf),
  };
}

function slotOf(row: HeldRow): Slot {
  return {
    slotId: row.slot_id,
    gpu: {
      index: row.gpu_index,
      uuid: row.gpu_uuid,
      model: row.gpu_model,
      memoryBytes: row.gpu_memory_bytes,
      numaNode: row.numa_node,
      simulated: row.simulated === 1,
    },
    vf: row.vf,
    nvme: row.nvme,
  };
}

async function totals(queries: Queries): ReturnType<FleetPort['totals']> {
  const nodes = await allNodes(queries);
  const statuses = new Map(nodes.map(node => [node.node_id, node.status]));
  const gpus = { total: 0, free: 0, held: 0, blocked: 0 };
  const wholeNodes = new Map<string, boolean>();
  for (const row of await summarizeSlots(queries)) {
    const ready = statuses.get(row.node_id) === 'ready';
    gpus.total += row.slots;
    gpus.free += ready ? row.free : 0;
    gpus.held += row.held;
    gpus.blocked += row.blocked;
    wholeNodes.set(row.node_id, (wholeNodes.get(row.node_id) ?? true) && ready && row.free === row.slots);
  }
  return {
    gpus,
    nodes: {
      total: nodes.length,
      free: [...wholeNodes.values()].filter(whole => whole).length,
      draining: nodes.filter(node => node.status === 'draining').length,
      unreachable: nodes.filter(node => node.status === 'unreachable').length,
    },
  };
}
