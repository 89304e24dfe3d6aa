import type { Actor, Transaction } from '@portico/plugin-kit/backend';
import { common } from '@portico/plugin-kit/contract';
import { auditedSlotMap } from '../domain/audited';
import { asBefore, fulfil } from '../domain/slot-map';
import type { SlotWish } from '../domain/slot-map';
import { slotMapRefusal } from '../slot-maps/slot-map-errors';
import type { SlotMapTelling } from '../slot-maps/slot-map-services';
import { replaceSlots, slotMapById } from '../store/slot-maps';
import type { SlotMap } from '../store/slot-maps';
import { openSlotMap } from './open-slot-map';

/** Whatever devices the host has may be asked for; whether that makes a good map is shown, and decided when it is approved. */
export async function editSlotMap(
  tx: Transaction,
  services: Pick<SlotMapTelling, 'audit'>,
  request: {
    nodeId: string;
    slotMapId: string;
    expectedVersion: number;
    wishes: readonly SlotWish[];
    actor: Actor;
    correlationId: string;
  },
): Promise<SlotMap> {
  const { nodeId, slotMapId, expectedVersion: version } = request;
  const map = await openSlotMap(tx, request);
  const { slots, unknown } = fulfil(map.topology, asBefore(request.wishes, map.slots));
  if (unknown.length > 0) throw slotMapRefusal.fail('slot_map_device_unknown', { details: { devices: unknown } });
  if (!(await replaceSlots(tx, { slotMapId, version, slots }))) throw common.fail('version_conflict');
  await services.audit.record(tx, {
    action: 'fleet.slot_map.edit',
    actor: request.actor,
    organizationId: null,
    resource: auditedSlotMap,
    targetId: slotMapId,
    correlationId: request.correlationId,
    before: { version, slots: map.slots.map(slot => slot.label) },
    after: { version: version + 1, slots: slots.map(slot => slot.label) },
  });
  const edited = await slotMapById(tx, { nodeId, slotMapId });
  if (edited === undefined) throw new Error('a slot map that was just changed is not there');
  return edited;
}
