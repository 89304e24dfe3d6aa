import type { Queries, Transaction } from '@portico/plugin-kit/backend';
import type { SlotStatus } from '../domain/slot';

/** Models whose placements look at the node. */
export async function modelsOn(queries: Queries, nodeId: string): Promise<string[]> {
  const rows = await queries.all<{ gpu_model: string }>(
    'SELECT DISTINCT gpu_model FROM fleet_slots WHERE node_id = ?',
    [nodeId],
  );
  return rows.map(row => row.gpu_model);
}

export interface OccupiedSlot {
  readonly allocation_id: string | null;
  readonly organization_id: string | null;
  readonly status: SlotStatus;
}

/** Slots that are held, or on which something is left that nobody could prove gone. */
export function occupiedSlotsOn(queries: Queries, nodeId: string): Promise<OccupiedSlot[]> {
  return queries.all<OccupiedSlot>(
    `SELECT allocation_id, organization_id, status FROM fleet_slots
     WHERE node_id = ? AND (status = 'held' OR (status = 'cleanup_blocked' AND allocation_id IS NOT NULL)) ORDER BY allocation_id`,
    [nodeId],
  );
}

/** With the maps they came from. */
export async function deleteSlotsOf(tx: Transaction, nodeId: string): Promise<void> {
  await tx.run('DELETE FROM fleet_slots WHERE node_id = ?', [nodeId]);
  await tx.run('DELETE FROM fleet_slot_maps WHERE node_id = ?', [nodeId]);
}
