import { SLOT_MAP_CANDIDATE_HOURS, SLOT_MAP_CANDIDATES_MAX, SLOT_MAP_SLOTS_MAX } from '@portico/plugin-fleet/contract';
import type { Actor, Transaction } from '@portico/plugin-kit/backend';
import { common, newId } from '@portico/plugin-kit/contract';
import { auditedSlotMap } from '../domain/audited';
import { proposeSlotMap } from '../domain/slot-map';
import { fingerprintOf } from '../domain/topology';
import type { HostTopology } from '../domain/topology';
import { approvedSlots } from '../slot-maps/approved-slots';
import type { SlotMapTelling } from '../slot-maps/slot-map-services';
import { slotsOn } from '../store/mapped-slots';
import { nodeForUpdate } from '../store/nodes';
import { insertSlotMap, slotMapById, supersedeOldCandidates } from '../store/slot-maps';
import type { SlotMap } from '../store/slot-maps';

const HOUR_MILLISECONDS = 60 * 60 * 1000;

/** Keeps what was read of the node, with the map that follows from it and from what is approved already. */
export async function proposeForNode(
  tx: Transaction,
  services: Pick<SlotMapTelling, 'audit'>,
  request: { nodeId: string; topology: HostTopology; actor: Actor; correlationId: string },
): Promise<SlotMap> {
  const { nodeId, topology, actor, correlationId } = request;
  if ((await nodeForUpdate(tx, nodeId)) === undefined) throw common.fail('not_found');
  const slots = proposeSlotMap(topology, approvedSlots(await slotsOn(tx, nodeId))).slice(0, SLOT_MAP_SLOTS_MAX);
  const slotMapId = newId('slotmap', tx.now);
  const hostFingerprint = fingerprintOf(topology);
  await insertSlotMap(tx, {
    slotMapId,
    discoveryId: newId('disc', tx.now),
    nodeId,
    slots,
    topology,
    hostFingerprint,
    createdBy: actor.id,
    expiresAt: tx.now + SLOT_MAP_CANDIDATE_HOURS * HOUR_MILLISECONDS,
  });
  await supersedeOldCandidates(tx, { nodeId, kept: SLOT_MAP_CANDIDATES_MAX });
  await services.audit.record(tx, {
    action: 'fleet.slot_map.propose',
    actor,
    organizationId: null,
    resource: auditedSlotMap,
    targetId: slotMapId,
    correlationId,
    after: {
      node_id: nodeId,
      status: 'candidate',
      version: 1,
      slots: slots.map(slot => slot.label),
      host_fingerprint: hostFingerprint,
    },
  });
  const map = await slotMapById(tx, { nodeId, slotMapId });
  if (map === undefined) throw new Error('a slot map that was just made is not there');
  return map;
}
