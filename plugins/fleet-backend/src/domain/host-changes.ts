import { unitsOf } from './slot-map';
import type { KeptSlot, MappedSlot } from './slot-map';
import type { HostTopology } from './topology';

/** A slot as it was approved and as it stands now. */
export interface ApprovedSlot extends KeptSlot {
  readonly slotId: string;
  readonly label: string;
  readonly gpuIndex: number;
  readonly numaNode: number;
  readonly fractionMilli: number;
  readonly nvme: string | null;
  readonly allocationId: string | null;
}

export interface HostChanges {
  /** Slots whose devices are not as they were approved, with what is different, in a sentence. */
  readonly affected: readonly { readonly slotId: string; readonly reason: string }[];
  /** The same devices under other kernel names: what is told to the host follows, nothing is wrong. */
  readonly renamed: readonly { readonly slotId: string; readonly gpuIndex: number; readonly nvme: string | null }[];
}

/** Compares approved slots with what is there now. Identity is the GPU's UUID, the virtual function's PCI address and the namespace's own identifier. */
export function hostChanges(approved: readonly ApprovedSlot[], topology: HostTopology): HostChanges {
  const units = new Map(unitsOf(topology).map(unit => [unit.uuid, unit]));
  const vfs = new Map(topology.vfs.map(vf => [vf.pciAddress, vf]));
  const nvmes = new Map(topology.nvmes.map(nvme => [nvme.serial, nvme]));
  const affected: { slotId: string; reason: string }[] = [];
  const renamed: { slotId: string; gpuIndex: number; nvme: string | null }[] = [];
  for (const slot of approved) {
    const unit = units.get(slot.gpuUuid);
    const vf = vfs.get(slot.vf ?? '');
    const nvme = nvmes.get(slot.nvmeSerial ?? '');
    const home = approvedNuma(slot, topology);
    const reasons = [
      unit === undefined && topology.gpusUnread === null && `${slot.label} (${slot.gpuUuid}) is not there any more.`,
      unit !== undefined &&
        unit.gpu.numaNode !== home &&
        `${slot.label} has moved to ${domainName(unit.gpu.numaNode)}.`,
      slot.vf !== null && vf === undefined && `Its virtual function ${slot.vf} is not there any more.`,
      vf !== undefined &&
        vf.numaNode !== home &&
        `Its virtual function ${slot.vf} has moved to ${domainName(vf.numaNode)}.`,
      slot.nvmeSerial !== null &&
        nvme === undefined &&
        `Its NVMe namespace ${slot.nvme} (${slot.nvmeSerial}) is not there any more.`,
      nvme !== undefined &&
        nvme.numaNode !== home &&
        `Its NVMe namespace ${nvme.name} has moved to ${domainName(nvme.numaNode)}.`,
      // While somebody holds the slot, what is mounted may well be theirs.
      nvme !== undefined &&
        nvme.inUse !== null &&
        !slot.held &&
        `The host uses its NVMe namespace ${nvme.name}: ${nvme.inUse}.`,
    ].filter(reason => reason !== false);
    if (reasons.length > 0) affected.push({ slotId: slot.slotId, reason: reasons.join(' ') });
    else if (unit !== undefined && (unit.gpu.index !== slot.gpuIndex || (nvme?.name ?? null) !== slot.nvme))
      renamed.push({ slotId: slot.slotId, gpuIndex: unit.gpu.index, nvme: nvme?.name ?? null });
  }
  return { affected, renamed };
}

/** Slots always name a domain; where the host named none, the lowest stood for it when the slot was approved, and still does. */
function approvedNuma(slot: ApprovedSlot, topology: HostTopology): number | null {
  const gpu = unitsOf(topology).find(unit => unit.uuid === slot.gpuUuid)?.gpu;
  return gpu?.numaNode === null && slot.numaNode === lowestDomain(topology) ? null : slot.numaNode;
}

export function lowestDomain(topology: HostTopology): number {
  return topology.numaDomains[0]?.numaNode ?? 0;
}

function domainName(numaNode: number | null): string {
  return numaNode === null ? 'no NUMA domain the host would name' : `NUMA domain ${numaNode}`;
}

export interface SlotMapDifference {
  readonly change: 'added' | 'removed' | 'changed';
  readonly label: string;
  readonly sentence: string;
  readonly slotId: string | null;
  readonly allocationId: string | null;
  /** The slot has an allocation, so a map with this difference is refused. */
  readonly refused: boolean;
}

/** What approving the map would change of the slots there are. */
export function slotMapDifferences(
  slots: readonly MappedSlot[],
  { approved, topology }: { approved: readonly ApprovedSlot[]; topology: HostTopology },
): SlotMapDifference[] {
  const remaining = new Map(approved.map(slot => [`${slot.gpuUuid}/${slot.part}`, slot]));
  const differences: SlotMapDifference[] = [];
  for (const slot of slots) {
    const key = `${slot.gpuUuid}/${slot.part}`;
    const was = remaining.get(key);
    remaining.delete(key);
    if (was === undefined) {
      differences.push({
        change: 'added',
        label: slot.label,
        sentence: 'New.',
        slotId: null,
        allocationId: null,
        refused: false,
      });
      continue;
    }
    const sentence = changesOf(was, slot, topology).join(' ');
    if (sentence !== '') differences.push({ change: 'changed', ...about(was), label: slot.label, sentence });
  }
  for (const was of remaining.values())
    differences.push({ change: 'removed', ...about(was), sentence: 'Not given out any more.' });
  return differences;
}

function about(was: ApprovedSlot) {
  const { label, slotId, allocationId } = was;
  return { label, slotId, allocationId, refused: allocationId !== null };
}

function changesOf(was: ApprovedSlot, slot: MappedSlot, topology: HostTopology): string[] {
  const numaNode = slot.numaNode ?? lowestDomain(topology);
  return [
    was.fractionMilli !== slot.fractionMilli &&
      `${was.fractionMilli} thousandths of the GPU become ${slot.fractionMilli}.`,
    was.numaNode !== numaNode && `NUMA domain ${was.numaNode} becomes ${numaNode}.`,
    was.vf !== slot.vf && `Virtual function ${was.vf ?? 'none'} becomes ${slot.vf ?? 'none'}.`,
    was.nvmeSerial !== slot.nvmeSerial && `NVMe namespace ${was.nvme ?? 'none'} becomes ${slot.nvme ?? 'none'}.`,
  ].filter(change => change !== false);
}
