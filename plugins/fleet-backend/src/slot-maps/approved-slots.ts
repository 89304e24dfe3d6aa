import type { ApprovedSlot } from '../domain/host-changes';
import type { SlotRow } from '../store/slots';

/** Slots of the configuration are none of a map's business. */
export function approvedSlots(rows: readonly SlotRow[]): ApprovedSlot[] {
  return rows
    .filter(row => row.slot_map_id !== null)
    .map(row => ({
      slotId: row.slot_id,
      label: slotLabel(row),
      gpuUuid: row.gpu_uuid,
      gpuIndex: row.gpu_index,
      numaNode: row.numa_node,
      part: row.part,
      parts: row.parts,
      fractionMilli: row.fraction_milli,
      vf: row.vf,
      nvme: row.nvme,
      nvmeSerial: row.nvme_serial,
      allocationId: row.allocation_id,
      held: row.allocation_id !== null,
    }));
}

export function slotLabel(row: Pick<SlotRow, 'label' | 'gpu_index'>): string {
  return row.label ?? `GPU ${row.gpu_index}`;
}
