import type { Actor, Transaction } from '@portico/plugin-kit/backend';
import { newId } from '@portico/plugin-kit/contract';
import { auditedSlotMap } from '../domain/audited';
import { lowestDomain, slotMapDifferences } from '../domain/host-changes';
import { checkSlotMap, isApprovable } from '../domain/slot-map-check';
import { approvedSlots } from '../slot-maps/approved-slots';
import { slotMapRefusal } from '../slot-maps/slot-map-errors';
import type { SlotMapTelling } from '../slot-maps/slot-map-services';
import { insertMappedSlot, slotsOn, updateMappedSlot } from '../store/mapped-slots';
import { markApproved, slotMapById } from '../store/slot-maps';
import type { SlotMap } from '../store/slot-maps';
import { deleteSlot, lockAllModels } from '../store/slots';
import { clearHostAttention } from './block-changed-slots';
import { openSlotMap } from './open-slot-map';

/**
 * Makes the candidate the slots of its node. Approvals of one node take turns at its row: the first wins and supersedes the other candidates. Placement of every model stands still
 * meanwhile, so that nothing is held between the look at what is held and the change.
 */
export async function approveSlotMap(
  tx: Transaction,
  services: SlotMapTelling,
  request: { nodeId: string; slotMapId: string; expectedVersion: number; actor: Actor; correlationId: string },
): Promise<SlotMap> {
  const { nodeId, slotMapId, actor, correlationId } = request;
  // Models before the node, as everybody takes them who needs both.
  const proposed = await slotMapById(tx, { nodeId, slotMapId });
  await lockAllModels(tx, proposed?.slots.map(slot => slot.model) ?? []);
  const map = await openSlotMap(tx, request);
  requireSound(map);
  const current = await slotsOn(tx, nodeId);
  const differences = slotMapDifferences(map.slots, { approved: approvedSlots(current), topology: map.topology });
  const refused = differences.filter(difference => difference.refused);
  if (refused.length > 0)
    throw slotMapRefusal.fail('slot_in_use', {
      details: {
        slots: refused.map(({ slotId, label, allocationId, sentence }) => ({
          slot_id: slotId,
          label,
          allocation_id: allocationId,
          difference: sentence,
        })),
      },
    });
  const remaining = new Map(current.map(row => [`${row.gpu_uuid}/${row.part}`, row]));
  for (const slot of map.slots) {
    const key = `${slot.gpuUuid}/${slot.part}`;
    const row = remaining.get(key);
    remaining.delete(key);
    const write = { slotMapId, slot, numaNode: slot.numaNode ?? lowestDomain(map.topology) };
    if (row === undefined) await insertMappedSlot(tx, { ...write, slotId: newId('slot', tx.now), nodeId });
    else await updateMappedSlot(tx, { ...write, slotId: row.slot_id });
  }
  for (const row of remaining.values()) await deleteSlot(tx, row.slot_id);
  await markApproved(tx, { nodeId, slotMapId, approvedBy: actor.id });
  await clearHostAttention(tx, services, nodeId);
  await services.audit.record(tx, {
    action: 'fleet.slot_map.approve',
    actor,
    organizationId: null,
    resource: auditedSlotMap,
    targetId: slotMapId,
    correlationId,
    before: { status: 'candidate' },
    after: {
      node_id: nodeId,
      status: 'approved',
      version: map.version,
      slots: map.slots.map(slot => slot.label),
      differences: differences.map(({ label, sentence }) => `${label}: ${sentence}`),
      host_fingerprint: map.host_fingerprint,
    },
  });
  await services.outbox.append(tx, {
    eventType: 'node.slot_map_approved',
    correlationId,
    organizationId: null,
    resource: { type: 'node', id: nodeId },
    payload: { node_id: nodeId, slot_map_id: slotMapId, slots: map.slots.length },
  });
  const approved = await slotMapById(tx, { nodeId, slotMapId });
  if (approved === undefined) throw new Error('a slot map that was just approved is not there');
  return approved;
}

function requireSound(map: SlotMap): void {
  const results = checkSlotMap(map.slots, map.topology);
  if (isApprovable(results)) return;
  const broken = results.filter(({ status }) => status === 'failed');
  throw slotMapRefusal.fail('slot_map_invalid', {
    details: {
      invariants: broken.map(({ invariant, sentence, slots, devices }) => ({ invariant, sentence, slots, devices })),
    },
  });
}
