import type { Queries, Transaction } from '@portico/plugin-kit/backend';
import type { MappedSlot } from '../domain/slot-map';
import { slotTransitions } from '../domain/slot';
import { SLOT_COLUMNS } from './slots';
import type { SlotRow } from './slots';

/** All slots of the node, in GPU order. */
export function slotsOn(queries: Queries, nodeId: string): Promise<SlotRow[]> {
  return queries.all<SlotRow>(
    `SELECT ${SLOT_COLUMNS} FROM fleet_slots s WHERE s.node_id = ? ORDER BY s.gpu_index, s.part, s.slot_id`,
    [nodeId],
  );
}

export function slotById(
  queries: Queries,
  { nodeId, slotId }: { nodeId: string; slotId: string },
): Promise<SlotRow | undefined> {
  return queries.first<SlotRow>(`SELECT ${SLOT_COLUMNS} FROM fleet_slots s WHERE s.slot_id = ? AND s.node_id = ?`, [
    slotId,
    nodeId,
  ]);
}

interface MappedSlotWrite {
  readonly slotId: string;
  readonly nodeId: string;
  readonly slotMapId: string;
  readonly slot: MappedSlot;
  readonly numaNode: number;
}

export async function insertMappedSlot(tx: Transaction, { slotId, nodeId, ...write }: MappedSlotWrite): Promise<void> {
  await tx.run(
    `INSERT INTO fleet_slots (slot_id, node_id, simulated, withdrawn, status, gpu_uuid, part, ${DESCRIBED.join(', ')})
     VALUES (?, ?, 0, 0, ?, ?, ?, ${DESCRIBED.map(() => '?').join(', ')})`,
    [slotId, nodeId, slotTransitions.approved.offer, write.slot.gpuUuid, write.slot.part, ...described(write)],
  );
}

/**
 * The slot as the map has it. What is held or was not proven gone stays so; everything else is free, because what had changed under it was looked at and approved.
 */
export async function updateMappedSlot(
  tx: Transaction,
  { slotId, ...write }: Omit<MappedSlotWrite, 'nodeId'>,
): Promise<void> {
  await tx.run(
    `UPDATE fleet_slots SET ${DESCRIBED.map(column => `${column} = ?`).join(', ')},
       status = CASE WHEN blocked_kind = 'host_changed' AND status = 'cleanup_blocked' THEN ? ELSE status END,
       blocked_reason = CASE WHEN blocked_kind = 'host_changed' THEN NULL ELSE blocked_reason END,
       blocked_at = CASE WHEN blocked_kind = 'host_changed' THEN NULL ELSE blocked_at END,
       blocked_kind = CASE WHEN blocked_kind = 'host_changed' THEN NULL ELSE blocked_kind END
     WHERE slot_id = ?`,
    [...described(write), slotTransitions.cleanup_blocked.clean, slotId],
  );
}

const DESCRIBED = [
  'slot_map_id',
  'label',
  'gpu_model',
  'gpu_index',
  'gpu_memory_bytes',
  'gpu_pci',
  'numa_node',
  'fraction_milli',
  'parts',
  'vf',
  'nvme',
  'nvme_serial',
] as const;

function described({ slotMapId, slot, numaNode }: Pick<MappedSlotWrite, 'slotMapId' | 'slot' | 'numaNode'>) {
  return [
    slotMapId,
    slot.label,
    slot.model,
    slot.gpuIndex,
    slot.memoryBytes,
    slot.pciAddress,
    numaNode,
    slot.fractionMilli,
    slot.parts,
    slot.vf,
    slot.nvme,
    slot.nvmeSerial,
  ];
}

/** A free slot is blocked; a held one keeps its allocation and is blocked when that ends. One that is blocked already, for whatever reason, is told the newer one only if it is of this kind. */
export async function noteHostChange(tx: Transaction, change: { slotId: string; reason: string }): Promise<void> {
  await tx.run(
    `UPDATE fleet_slots SET status = CASE WHEN status = 'free' THEN ? ELSE status END,
       blocked_kind = 'host_changed', blocked_reason = ?, blocked_at = COALESCE(blocked_at, ?)
     WHERE slot_id = ? AND (blocked_kind IS NULL OR blocked_kind = 'host_changed')`,
    [slotTransitions.free.block, change.reason, tx.now, change.slotId],
  );
}

/** The host is as it was before anybody else could be given the slot. */
export async function forgetHostChange(tx: Transaction, slotId: string): Promise<void> {
  await tx.run(
    `UPDATE fleet_slots SET blocked_kind = NULL, blocked_reason = NULL, blocked_at = NULL WHERE slot_id = ? AND status = 'held'`,
    [slotId],
  );
}

export async function renameDevices(
  tx: Transaction,
  names: { slotId: string; gpuIndex: number; nvme: string | null },
): Promise<void> {
  await tx.run('UPDATE fleet_slots SET gpu_index = ?, nvme = ? WHERE slot_id = ?', [
    names.gpuIndex,
    names.nvme,
    names.slotId,
  ]);
}

/** True when it was still blocked. */
export async function cleanSlot(tx: Transaction, slotId: string): Promise<boolean> {
  const changed = await tx.run(
    `UPDATE fleet_slots SET status = ?, allocation_id = NULL, organization_id = NULL, held_at = NULL, blocked_kind = NULL, blocked_reason = NULL, blocked_at = NULL
     WHERE slot_id = ? AND status = 'cleanup_blocked'`,
    [slotTransitions.cleanup_blocked.clean, slotId],
  );
  return changed === 1;
}
