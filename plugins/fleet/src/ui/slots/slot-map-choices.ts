import type { BodySentTo } from '@portico/plugin-kit/contract';
import type { editSlotMap } from '../../contract/slot-map-operations';
import type { SlotMapDetails } from '../node-words';

export type WishedSlot = BodySentTo<typeof editSlotMap>['slots'][number];
/** What becomes of one GPU or MIG instance: nothing, or so many slots. */
export type Cut = 'none' | '1' | '2' | '4';

export interface CuttableDevice {
  readonly uuid: string;
  readonly label: string;
  readonly detail: string;
  /** In hardware a part already, so it is not cut any more. */
  readonly isPart: boolean;
}

/** Everything a slot could be made of, in the order of the GPUs. */
export function devicesOf({ topology }: Pick<SlotMapDetails, 'topology'>): CuttableDevice[] {
  return topology.gpus.flatMap((gpu): CuttableDevice[] => {
    const place = gpu.numa_node === null ? '' : ` · NUMA ${gpu.numa_node}`;
    if (!gpu.mig_enabled)
      return [
        {
          uuid: gpu.uuid,
          label: `GPU ${gpu.index}`,
          detail: `${gpu.model}${place} · ${gpu.pci_address}`,
          isPart: false,
        },
      ];
    return gpu.mig_instances.map(instance => ({
      uuid: instance.uuid,
      label: `GPU ${gpu.index}, MIG ${instance.profile} ${instance.index}`,
      detail: `${gpu.model}${place}`,
      isPart: true,
    }));
  });
}

/** How the slots of a map cut a device. */
export function cutOf({ slots }: Pick<SlotMapDetails, 'slots'>, uuid: string): Cut {
  const parts = slots.find(({ gpu }) => gpu.uuid === uuid)?.parts;
  return parts === undefined ? 'none' : parts === 2 ? '2' : parts === 4 ? '4' : '1';
}

/** The slots that follow from the choices. Virtual functions and NVMe namespaces are left out: a slot keeps what it has, and the server chooses for a new one. */
export function slotsFor(
  map: Pick<SlotMapDetails, 'slots' | 'topology'>,
  cuts: Readonly<Record<string, Cut>>,
): WishedSlot[] {
  return devicesOf(map).flatMap(({ uuid }): WishedSlot[] => {
    const cut = cuts[uuid] ?? cutOf(map, uuid);
    const parts = cut === '4' ? 4 : cut === '2' ? 2 : 1;
    return cut === 'none' ? [] : Array.from({ length: parts }, (_, part) => ({ gpu_uuid: uuid, parts, part }));
  });
}
