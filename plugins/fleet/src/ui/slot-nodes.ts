import type { SlotMapGpu, SlotMapNode, SlotState } from '@portico/ui';
import type { NodeSlot, SlotMapDetails } from './node-words';

/** One slot to draw, wherever it comes from. */
interface DrawnSlot {
  readonly id: string;
  /** `GPU 3, half 1 of 2`: what stands before the comma names the GPU. */
  readonly label: string;
  readonly gpuIndex: number;
  readonly numa: number | null;
  readonly state: SlotState;
  readonly detail: string;
}

const states = {
  candidate: 'candidate',
  approved: 'candidate',
  free: 'free',
  held: 'held',
  cleanup_blocked: 'blocked',
} as const satisfies Record<NodeSlot['status'], SlotState>;

/** The slots a node has. `holder` names who holds one. */
export function slotNodes(
  name: string,
  slots: readonly NodeSlot[],
  holder: (allocationId: string) => string,
): SlotMapNode[] {
  return [
    drawn(
      { name, detail: modelsOf(slots.map(({ gpu }) => gpu.model)) },
      slots.map(slot => ({
        id: slot.slot_id,
        label: slot.label,
        gpuIndex: slot.gpu.index,
        numa: slot.numa_node,
        state: states[slot.status],
        detail: said([
          slot.gpu.model,
          slot.vf && `VF ${slot.vf}`,
          slot.nvme && `NVMe ${slot.nvme}`,
          slot.gpu.simulated && 'simulated',
          slot.allocation_id && `held by ${holder(slot.allocation_id)}`,
          slot.blocked?.reason,
        ]),
      })),
    ),
  ];
}

/** What a map would make of the node: ghosts until it is approved. */
export function candidateNodes(name: string, map: Pick<SlotMapDetails, 'slots' | 'status'>): SlotMapNode[] {
  return [
    drawn(
      { name, detail: modelsOf(map.slots.map(({ gpu }) => gpu.model)) },
      map.slots.map((slot, index) => ({
        id: `${slot.gpu.uuid}-${slot.part}-${index}`,
        label: slot.label,
        gpuIndex: slot.gpu.index,
        numa: slot.numa_node,
        state: 'candidate',
        detail: said([
          slot.gpu.model,
          slot.vf ? `VF ${slot.vf}` : 'no VF',
          slot.nvme ? `NVMe ${slot.nvme}` : 'no NVMe',
          slot.sharing === 'time' && 'takes turns on the GPU',
        ]),
      })),
    ),
  ];
}

function drawn(node: { name: string; detail: string }, slots: readonly DrawnSlot[]): SlotMapNode {
  const domains = [...new Set(slots.map(({ numa }) => numa))].toSorted((a, b) => (a ?? -1) - (b ?? -1));
  return {
    id: node.name,
    label: node.name,
    detail: node.detail,
    numa: domains.map(numa => ({
      id: `numa-${numa ?? 'unknown'}`,
      label: numa === null ? 'NUMA ?' : `NUMA ${numa}`,
      gpus: gpusOf(slots.filter(slot => slot.numa === numa)),
    })),
  };
}

function gpusOf(slots: readonly DrawnSlot[]): SlotMapGpu[] {
  const indices = [...new Set(slots.map(({ gpuIndex }) => gpuIndex))].toSorted((a, b) => a - b);
  return indices.map(index => ({
    id: `gpu-${index}`,
    label: `GPU ${index}`,
    slices: slots
      .filter(({ gpuIndex }) => gpuIndex === index)
      .map(({ id, label, state, detail }) => {
        const part = label.split(', ').slice(1).join(', ');
        return { id, state, detail, ...(part === '' ? {} : { label: part }) };
      }),
  }));
}

function modelsOf(models: readonly string[]): string {
  return [...new Set(models)].join(', ');
}

function said(parts: readonly (string | false | null | undefined)[]): string {
  return parts.filter(Boolean).join(' · ');
}
