import type { Queries, Transaction } from '@portico/plugin-kit/backend';
import type { FleetPort, PlacementRequest, Reservation, Runtime, RuntimeKind, Slot } from '@portico/plugin-fleet/port';
import { capacityByModel } from './domain/capacity';
import { groupBy } from './domain/group-by';
import { place } from './domain/placement';
import type { PlacementNode } from './domain/placement';
import { allNodes, nodeById } from './store/nodes';
import { regionsOfNodes } from './store/regions';
import {
  blockSlots,
  countByModelAndNode,
  holdSlots,
  lockModel,
  placeableSlots,
  releaseSlots,
  slotsHeldBy,
  summarizeSlots,
} from './store/slots';
import type { HeldRow, PlaceableRow } from './store/slots';

/** The fleet as other plugins see it. `runtimes` by kind, as nodes name theirs. */
export function createFleetPort(runtimes: ReadonlyMap<RuntimeKind, Runtime>): FleetPort {
  return {
    async capacity(queries) {
      return capacityByModel(await countByModelAndNode(queries));
    },

    reserve,

    async wouldFit(queries, request) {
      const placement = place(placementNodes(await placeableSlots(queries, request.gpuModel)), request);
      return placement.fits ? { fits: true } : placement;
    },

    reserveBatch,

    async free(tx, allocationId) {
      await releaseSlots(tx, allocationId);
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

    totals,
  };
}

/**
 * Parallel placements of one model take turns at its row: each plans from what the one before committed, so nobody wins a slot twice and nobody is
 * refused a slot that is free. It is the only lock taken here; whoever locks more in the same transaction (an account) must do so in one order everywhere.
 */
async function reserve(tx: Transaction, request: PlacementRequest): ReturnType<FleetPort['reserve']> {
  await lockModel(tx, request.gpuModel);
  const held = reservationOf(await slotsHeldBy(tx, request.allocationId));
  if (held !== undefined) return held;
  const placement = place(placementNodes(await placeableSlots(tx, request.gpuModel)), request);
  if (!placement.fits) return placement;
  const changed = await holdSlots(tx, {
    slotIds: placement.slotIds,
    allocationId: request.allocationId,
    organizationId: request.organizationId,
  });
  if (changed !== placement.slotIds.length)
    throw new Error(`placement of ${request.allocationId} chose slots that were not free under the model's lock`);
  const reservation = reservationOf(await slotsHeldBy(tx, request.allocationId));
  if (reservation === undefined) throw new Error(`placement of ${request.allocationId} chose no slot`);
  return reservation;
}

async function reserveBatch(
  tx: Transaction,
  { requests }: Parameters<FleetPort['reserveBatch']>[1],
): ReturnType<FleetPort['reserveBatch']> {
  const reservations: Reservation[] = [];
  for (const request of requests) {
    const reservation = await reserve(tx, request);
    if (!reservation.fits) {
      for (const { allocationId } of requests.slice(0, reservations.length)) await releaseSlots(tx, allocationId);
      return reservation;
    }
    reservations.push(reservation);
  }
  return reservations;
}

/** Rows come in the fleet's order, so nodes do too. */
function placementNodes(rows: readonly PlaceableRow[]): PlacementNode[] {
  return [...groupBy(rows, row => row.node_id)].map(([nodeId, slots]) => ({
    nodeId,
    ready: slots[0]?.node_status === 'ready',
    slots: slots.map(slot => ({
      slotId: slot.slot_id,
      gpuModel: slot.gpu_model,
      numaNode: slot.numa_node,
      fractionMilli: slot.fraction_milli,
      free: slot.status === 'free',
    })),
  }));
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
