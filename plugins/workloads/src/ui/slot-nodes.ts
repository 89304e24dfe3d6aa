import type { SlotMapNode } from '@portico/ui';
import type { Workload } from './workload-words';

/** Its own GPUs, where they sit: the looker's own, or somebody's. */
export function slotNodes(
  workload: Pick<Workload, 'slots' | 'node_id'>,
  state: 'yours' | 'held' = 'yours',
): SlotMapNode[] {
  const domains = new Map<number, Workload['slots'][number][]>();
  for (const slot of workload.slots) domains.set(slot.numa_node, [...(domains.get(slot.numa_node) ?? []), slot]);
  return [
    {
      id: workload.node_id ?? 'node',
      label: workload.slots[0]?.gpu_model ?? 'GPUs',
      numa: [...domains].map(([numa, slots]) => ({
        id: `numa-${numa}`,
        label: `NUMA ${numa}`,
        gpus: slots.map(slot => ({
          id: slot.slot_id,
          label: `GPU ${slot.gpu_index}`,
          slices: [
            {
              id: slot.slot_id,
              state,
              detail: [
                slot.gpu_model,
                slot.vf && `VF ${slot.vf}`,
                slot.nvme && `NVMe ${slot.nvme}`,
                slot.simulated && 'simulated',
              ]
                .filter(Boolean)
                .join(' · '),
            },
          ],
        })),
      })),
    },
  ];
}
