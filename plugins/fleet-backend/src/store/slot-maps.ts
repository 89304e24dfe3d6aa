import type { Place, Queries, Transaction } from '@portico/plugin-kit/backend';
import type { MappedSlot } from '../domain/slot-map';
import type { HostTopology } from '../domain/topology';

/** `candidate → approved → superseded`, or `candidate → superseded`. At most one map of a node is approved. */
export type SlotMapStatus = 'candidate' | 'approved' | 'superseded';

export interface SlotMapSummary {
  readonly slot_map_id: string;
  readonly node_id: string;
  readonly discovery_id: string;
  readonly status: SlotMapStatus;
  readonly version: number;
  readonly slot_count: number;
  readonly host_fingerprint: string;
  readonly created_at: number;
  readonly created_by: string;
  readonly expires_at: number;
  readonly approved_at: number | null;
  readonly approved_by: string | null;
  readonly superseded_at: number | null;
}

export interface SlotMap extends SlotMapSummary {
  readonly slots: readonly MappedSlot[];
  readonly topology: HostTopology;
}

const SUMMARY_COLUMNS =
  'slot_map_id, node_id, discovery_id, status, version, slot_count, host_fingerprint, created_at, created_by, expires_at, approved_at, approved_by, superseded_at';

export async function slotMapById(
  queries: Queries,
  { nodeId, slotMapId }: { nodeId: string; slotMapId: string },
): Promise<SlotMap | undefined> {
  const row = await queries.first<SlotMapSummary & { slots_json: string; topology_json: string }>(
    `SELECT ${SUMMARY_COLUMNS}, slots_json, topology_json FROM fleet_slot_maps WHERE slot_map_id = ? AND node_id = ?`,
    [slotMapId, nodeId],
  );
  if (row === undefined) return undefined;
  const { slots_json: slots, topology_json: topology, ...summary } = row;
  // What stands there was written by `insertSlotMap` and `replaceSlots` alone.
  return { ...summary, slots: JSON.parse(slots) as MappedSlot[], topology: JSON.parse(topology) as HostTopology };
}

export function slotMapsOfNode(
  queries: Queries,
  page: { nodeId: string; after: Place | undefined; limit: number },
): Promise<SlotMapSummary[]> {
  const { nodeId, after, limit } = page;
  const older = after === undefined ? '' : ' AND (created_at < ? OR (created_at = ? AND slot_map_id < ?))';
  return queries.all<SlotMapSummary>(
    `SELECT ${SUMMARY_COLUMNS} FROM fleet_slot_maps WHERE node_id = ?${older} ORDER BY created_at DESC, slot_map_id DESC LIMIT ?`,
    after === undefined ? [nodeId, limit] : [nodeId, after.at, after.at, after.id, limit],
  );
}

export interface NewSlotMap {
  readonly slotMapId: string;
  readonly discoveryId: string;
  readonly nodeId: string;
  readonly slots: readonly MappedSlot[];
  readonly topology: HostTopology;
  readonly hostFingerprint: string;
  readonly createdBy: string;
  readonly expiresAt: number;
}

export async function insertSlotMap(tx: Transaction, map: NewSlotMap): Promise<void> {
  await tx.run(
    `INSERT INTO fleet_slot_maps (slot_map_id, node_id, discovery_id, status, version, slot_count, slots_json, topology_json, host_fingerprint, created_at, created_by, expires_at)
     VALUES (?, ?, ?, 'candidate', 1, ?, ?, ?, ?, ?, ?, ?)`,
    [
      map.slotMapId,
      map.nodeId,
      map.discoveryId,
      map.slots.length,
      JSON.stringify(map.slots),
      JSON.stringify(map.topology),
      map.hostFingerprint,
      tx.now,
      map.createdBy,
      map.expiresAt,
    ],
  );
}

/** False when it is not that version of a candidate any more. */
export async function replaceSlots(
  tx: Transaction,
  change: { slotMapId: string; version: number; slots: readonly MappedSlot[] },
): Promise<boolean> {
  const changed = await tx.run(
    `UPDATE fleet_slot_maps SET slots_json = ?, slot_count = ?, version = version + 1 WHERE slot_map_id = ? AND version = ? AND status = 'candidate'`,
    [JSON.stringify(change.slots), change.slots.length, change.slotMapId, change.version],
  );
  return changed === 1;
}

/** The node's one approved map; every other one that could still become it is superseded. */
export async function markApproved(
  tx: Transaction,
  approval: { nodeId: string; slotMapId: string; approvedBy: string },
): Promise<void> {
  await tx.run(
    `UPDATE fleet_slot_maps SET status = 'superseded', superseded_at = ? WHERE node_id = ? AND slot_map_id <> ? AND status IN ('candidate', 'approved')`,
    [tx.now, approval.nodeId, approval.slotMapId],
  );
  await tx.run(
    `UPDATE fleet_slot_maps SET status = 'approved', approved_at = ?, approved_by = ? WHERE slot_map_id = ?`,
    [tx.now, approval.approvedBy, approval.slotMapId],
  );
}

/** Keeps the newest candidates; the others give way. */
export async function supersedeOldCandidates(
  tx: Transaction,
  { nodeId, kept }: { nodeId: string; kept: number },
): Promise<void> {
  await tx.run(
    `UPDATE fleet_slot_maps SET status = 'superseded', superseded_at = ? WHERE node_id = ? AND status = 'candidate' AND slot_map_id NOT IN (
       SELECT slot_map_id FROM fleet_slot_maps WHERE node_id = ? AND status = 'candidate' ORDER BY created_at DESC, slot_map_id DESC LIMIT ?)`,
    [tx.now, nodeId, nodeId, kept],
  );
}

/** With the node itself. */
export async function deleteSlotMaps(tx: Transaction, nodeId: string): Promise<void> {
  await tx.run('DELETE FROM fleet_slot_maps WHERE node_id = ?', [nodeId]);
}

export async function nodesWithMaps(queries: Queries): Promise<ReadonlySet<string>> {
  const rows = await queries.all<{ node_id: string }>(
    `SELECT DISTINCT node_id FROM fleet_slot_maps WHERE status = 'approved'`,
  );
  return new Set(rows.map(row => row.node_id));
}
