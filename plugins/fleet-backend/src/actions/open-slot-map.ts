import { common } from '@portico/plugin-kit/contract';
import type { Transaction } from '@portico/plugin-kit/backend';
import { slotMapRefusal } from '../slot-maps/slot-map-errors';
import { nodeForUpdate } from '../store/nodes';
import { slotMapById } from '../store/slot-maps';
import type { SlotMap } from '../store/slot-maps';

/**
 * The candidate as it is, with its node locked: whoever else changes or approves a map of this node waits, and then finds what was decided. Throws what stands against changing it.
 */
export async function openSlotMap(
  tx: Transaction,
  { nodeId, slotMapId, expectedVersion }: { nodeId: string; slotMapId: string; expectedVersion: number },
): Promise<SlotMap> {
  if ((await nodeForUpdate(tx, nodeId)) === undefined) throw common.fail('not_found');
  const map = await slotMapById(tx, { nodeId, slotMapId });
  if (map === undefined) throw common.fail('not_found');
  if (map.status === 'superseded') throw slotMapRefusal.fail('slot_map_superseded');
  if (map.status === 'approved') throw slotMapRefusal.fail('slot_map_not_candidate');
  if (map.expires_at <= tx.now) throw slotMapRefusal.fail('slot_map_expired');
  if (map.version !== expectedVersion)
    throw common.fail('version_conflict', { details: { expected_version: expectedVersion, version: map.version } });
  return map;
}
