import type { fleetContract } from '@portico/plugin-fleet/contract';
import { RuntimeError } from '@portico/plugin-fleet/port';
import { pageByTime } from '@portico/plugin-kit/backend';
import type { Handlers, Queries } from '@portico/plugin-kit/backend';
import { common } from '@portico/plugin-kit/contract';
import { approveSlotMap } from './actions/approve-slot-map';
import { cleanUpSlot } from './actions/clean-up-slot';
import { editSlotMap } from './actions/edit-slot-map';
import { proposeForNode } from './actions/propose-slot-map';
import { IncompleteReading } from './domain/host-reading';
import type { HostTopology } from './domain/topology';
import { proveClean } from './slot-maps/prove-clean';
import { readHost } from './slot-maps/read-host';
import { slotMapRefusal } from './slot-maps/slot-map-errors';
import type { SlotMapServices } from './slot-maps/slot-map-services';
import { slotMapItem, slotMapReply } from './slot-maps/slot-map-view';
import { slotById, slotsOn } from './store/mapped-slots';
import { nodeById } from './store/nodes';
import type { NodeRow } from './store/nodes';
import { slotMapById, slotMapsOfNode } from './store/slot-maps';
import type { SlotMap } from './store/slot-maps';

type SlotMapOperations =
  'discoverSliceTopology' | 'listSlotMaps' | 'getSlotMap' | 'editSlotMap' | 'approveSlotMap' | 'cleanUpSlot';

/** Reads what a node has and makes slots of it; all of it for administrators of nodes. */
export function slotMapRoutes(services: SlotMapServices): Pick<Handlers<typeof fleetContract>, SlotMapOperations> {
  const { read } = services.database;
  const reply = async (queries: Queries, map: SlotMap, now: number) =>
    slotMapReply(map, { current: await slotsOn(queries, map.node_id), now });

  return {
    async discoverSliceTopology({ params, actor, correlationId, signal, write }) {
      const node = await requireNode(read, params.node_id);
      if (node.runtime === 'local') throw slotMapRefusal.fail('node_is_configured');
      const topology = await topologyOf(services, { node, signal });
      return write(async tx => {
        const map = await proposeForNode(tx, services, { nodeId: node.node_id, topology, actor, correlationId });
        return { status: 201, body: await reply(tx, map, tx.now) };
      });
    },

    async listSlotMaps({ params, query }) {
      const { node_id: nodeId } = await requireNode(read, params.node_id);
      const { shown, nextCursor } = await pageByTime(query, {
        name: `fleet.slot-maps.${nodeId}`,
        rows: page => slotMapsOfNode(read, { nodeId, ...page }),
        placeOf: map => ({ at: map.created_at, id: map.slot_map_id }),
      });
      const now = services.clock.now();
      return { status: 200, body: { items: shown.map(map => slotMapItem(map, now)), next_cursor: nextCursor } };
    },

    async getSlotMap({ params }) {
      const map = await slotMapById(read, { nodeId: params.node_id, slotMapId: params.slot_map_id });
      if (map === undefined) throw common.fail('not_found');
      return { status: 200, body: await reply(read, map, services.clock.now()) };
    },

    editSlotMap: ({ params, body, actor, correlationId, write }) =>
      write(async tx => {
        const map = await editSlotMap(tx, services, {
          nodeId: params.node_id,
          slotMapId: params.slot_map_id,
          expectedVersion: body.expected_version,
          wishes: body.slots.map(({ gpu_uuid: gpuUuid, ...wish }) => ({ gpuUuid, ...wish })),
          actor,
          correlationId,
        });
        return { status: 200, body: await reply(tx, map, tx.now) };
      }),

    approveSlotMap: ({ params, body, actor, correlationId, write }) =>
      write(async tx => {
        const map = await approveSlotMap(tx, services, {
          nodeId: params.node_id,
          slotMapId: params.slot_map_id,
          expectedVersion: body.expected_version,
          actor,
          correlationId,
        });
        return { status: 200, body: await reply(tx, map, tx.now) };
      }),

    async cleanUpSlot({ params, body, actor, correlationId, signal, write }) {
      const node = await requireNode(read, params.node_id);
      const slot = await slotById(read, { nodeId: node.node_id, slotId: params.slot_id });
      if (slot === undefined) throw common.fail('not_found');
      const isAsked = body.mode === 'verified' && slot.status === 'cleanup_blocked';
      const proof = isAsked ? await proveClean(services, { node, slot, signal }) : null;
      return write(async tx => {
        const request = { nodeId: node.node_id, slot, proof, reason: body.reason, actor, correlationId };
        const { outcome, allocationId } = await cleanUpSlot(tx, services, request);
        return { status: 200, body: { slot_id: slot.slot_id, outcome, allocation_id: allocationId } };
      });
    },
  };
}

async function requireNode(queries: Queries, nodeId: string): Promise<NodeRow> {
  const node = await nodeById(queries, nodeId);
  if (node === undefined) throw common.fail('not_found');
  return node;
}

async function topologyOf(
  { connections }: SlotMapServices,
  { node, signal }: { node: NodeRow; signal: AbortSignal },
): Promise<HostTopology> {
  try {
    return await readHost(connections.to(node.node_id), signal);
  } catch (error) {
    if (!(error instanceof RuntimeError || error instanceof IncompleteReading)) throw error;
    const code = error instanceof RuntimeError ? error.code : 'reading_incomplete';
    throw slotMapRefusal.fail('host_unreadable', { details: { code, reason: error.message }, cause: error });
  }
}
