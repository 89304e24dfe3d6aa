import type { HostGpu, HostNvme, HostTopology, HostVf } from './topology';

/**
 * A slot map says what of a host is given out: GPUs, MIG instances, or equal parts of a GPU that take turns on it, each with a virtual function and an NVMe namespace of its own, in the NUMA
 * domain of the GPU. What the host uses itself is never given out. A proposal keeps every invariant of `checkSlotMap`; a map edited by a person is checked by the same function.
 */
export interface MappedSlot {
  /** `GPU 3`, `GPU 3, half 1 of 2`, `GPU 3, MIG 1g.10gb 0`. */
  readonly label: string;
  readonly gpuIndex: number;
  /** Of the MIG instance where the slot is one. */
  readonly gpuUuid: string;
  readonly model: string;
  readonly memoryBytes: number;
  readonly pciAddress: string;
  readonly numaNode: number | null;
  readonly part: number;
  readonly parts: number;
  readonly sharing: 'none' | 'mig' | 'time';
  readonly fractionMilli: number;
  readonly vf: string | null;
  readonly nvme: string | null;
  readonly nvmeSerial: string | null;
}

/** What a person asks for: `vf` and `nvme` undefined are chosen, null is none. */
export interface SlotWish {
  readonly gpuUuid: string;
  readonly part: number;
  readonly parts: number;
  readonly vf?: string | null;
  readonly nvme?: string | null;
}

/** What was approved before: a new proposal moves nothing that can stay. */
export interface KeptSlot {
  readonly gpuUuid: string;
  readonly part: number;
  readonly parts: number;
  readonly vf: string | null;
  readonly nvmeSerial: string | null;
  /** An allocation has it: not even what it lacks is added. */
  readonly held: boolean;
}

/** Everything of the host that can be a slot: GPUs, or the instances of those with MIG switched on. */
export function unitsOf(topology: HostTopology): readonly Unit[] {
  return topology.gpus.flatMap((gpu): Unit[] =>
    gpu.migEnabled
      ? gpu.migInstances.map(instance => ({
          gpu,
          uuid: instance.uuid,
          instance: { index: instance.index, profile: instance.profile },
          fractionMilli: instance.fractionMilli,
          memoryBytes: instance.memoryBytes,
        }))
      : [{ gpu, uuid: gpu.uuid, instance: null, fractionMilli: 1000, memoryBytes: gpu.memoryBytes }],
  );
}

export interface Unit {
  readonly gpu: HostGpu;
  readonly uuid: string;
  readonly instance: { readonly index: number; readonly profile: string } | null;
  readonly fractionMilli: number;
  readonly memoryBytes: number;
}

/** Every unit of the host, cut and paired as before where that still holds. */
export function proposeSlotMap(topology: HostTopology, kept: readonly KeptSlot[] = []): MappedSlot[] {
  const nvmeBySerial = new Map(topology.nvmes.map(nvme => [nvme.serial, nvme]));
  const vfs = new Map(topology.vfs.map(vf => [vf.pciAddress, vf]));
  const before = new Map(kept.map(slot => [`${slot.gpuUuid}/${slot.part}`, slot]));
  const wishes = unitsOf(topology).flatMap(unit => {
    const parts = unit.instance === null ? (kept.find(slot => slot.gpuUuid === unit.uuid)?.parts ?? 1) : 1;
    return Array.from({ length: parts }, (_, index): SlotWish => {
      const part = unit.instance?.index ?? index;
      const was = before.get(`${unit.uuid}/${part}`);
      const wish = { gpuUuid: unit.uuid, part, parts };
      if (was === undefined) return wish;
      const vf = vfs.get(was.vf ?? '');
      const nvme = nvmeBySerial.get(was.nvmeSerial ?? '');
      const none = was.held ? null : undefined;
      return {
        ...wish,
        vf: was.vf === null ? none : fits(vf, unit) ? was.vf : undefined,
        nvme: was.nvmeSerial === null ? none : fits(nvme, unit) ? nvme?.name : undefined,
      };
    });
  });
  return fulfil(topology, wishes).slots;
}

/** Makes slots of what was asked for. What the host does not have is named and left out; whether the rest is a good map is `checkSlotMap`'s to say. */
export function fulfil(
  topology: HostTopology,
  wishes: readonly SlotWish[],
): { slots: MappedSlot[]; unknown: readonly string[] } {
  const units = new Map(unitsOf(topology).map(unit => [unit.uuid, unit]));
  const nvmes = new Map(topology.nvmes.map(nvme => [nvme.name, nvme]));
  const vfAddresses = new Set(topology.vfs.map(vf => vf.pciAddress));
  const unknown = wishes.flatMap(wish => [
    ...(units.has(wish.gpuUuid) ? [] : [wish.gpuUuid]),
    ...(wish.vf == null || vfAddresses.has(wish.vf) ? [] : [wish.vf]),
    ...(wish.nvme == null || nvmes.has(wish.nvme) ? [] : [wish.nvme]),
  ]);
  const spareVfs = new Spares(topology.vfs, { nameOf: vf => vf.pciAddress, groupOf: vf => vf.physicalFunction });
  const spareNvmes = new Spares(topology.nvmes, {
    nameOf: nvme => nvme.name,
    groupOf: nvme => nvme.pciAddress ?? nvme.name,
  });
  for (const wish of wishes) {
    if (wish.vf != null) spareVfs.take(wish.vf);
    if (wish.nvme != null) spareNvmes.take(wish.nvme);
  }
  const slots = wishes.flatMap((wish): MappedSlot[] => {
    const unit = units.get(wish.gpuUuid);
    if (unit === undefined) return [];
    const vf = wish.vf === undefined ? spareVfs.next(unit) : wish.vf;
    const nvme = wish.nvme === undefined ? spareNvmes.next(unit) : wish.nvme;
    return [slotOf(unit, wish, { vf, nvme, nvmeSerial: nvmes.get(nvme ?? '')?.serial ?? null })];
  });
  return { slots, unknown };
}

/** Where it is left to choose, a slot keeps what it has in the map that is edited, unless somebody else is given that. */
export function asBefore(wishes: readonly SlotWish[], slots: readonly MappedSlot[]): SlotWish[] {
  const before = new Map(slots.map(slot => [`${slot.gpuUuid}/${slot.part}/${slot.parts}`, slot]));
  const asked = new Set(wishes.flatMap(({ vf, nvme }) => [vf, nvme]));
  const kept = (device: string | null | undefined) => (device == null || asked.has(device) ? undefined : device);
  return wishes.map(wish => {
    const was = before.get(`${wish.gpuUuid}/${wish.part}/${wish.parts}`);
    return {
      ...wish,
      vf: wish.vf === undefined ? kept(was?.vf) : wish.vf,
      nvme: wish.nvme === undefined ? kept(was?.nvme) : wish.nvme,
    };
  });
}

function slotOf(
  unit: Unit,
  { part, parts }: SlotWish,
  devices: Pick<MappedSlot, 'vf' | 'nvme' | 'nvmeSerial'>,
): MappedSlot {
  return { ...describeUnit(unit, { part, parts }), ...devices };
}

/** What of a slot follows from the GPU alone. */
export function describeUnit(
  unit: Unit,
  { part, parts }: { part: number; parts: number },
): Omit<MappedSlot, 'vf' | 'nvme' | 'nvmeSerial'> {
  const { gpu, instance } = unit;
  const cut = parts === 2 ? 'half' : 'quarter';
  const label =
    instance !== null
      ? `GPU ${gpu.index}, MIG ${instance.profile} ${instance.index}`
      : parts === 1
        ? `GPU ${gpu.index}`
        : `GPU ${gpu.index}, ${cut} ${part + 1} of ${parts}`;
  return {
    label,
    gpuIndex: gpu.index,
    gpuUuid: unit.uuid,
    model: gpu.model,
    memoryBytes: unit.memoryBytes,
    pciAddress: gpu.pciAddress,
    numaNode: gpu.numaNode,
    part: instance?.index ?? part,
    parts,
    sharing: instance !== null ? 'mig' : parts === 1 ? 'none' : 'time',
    fractionMilli: Math.floor(unit.fractionMilli / parts),
  };
}

/** Whether the device may go with the unit: the host does not use it, and both are in one NUMA domain. */
export function fits(device: HostVf | HostNvme | undefined, unit: Unit): boolean {
  return device !== undefined && device.inUse === null && device.numaNode === unit.gpu.numaNode;
}

/** Devices of one kind that no slot has yet. */
class Spares<Device extends HostVf | HostNvme> {
  readonly #devices: readonly Device[];
  readonly #names: { nameOf(device: Device): string; groupOf(device: Device): string };
  readonly #taken = new Set<string>();

  constructor(devices: readonly Device[], names: { nameOf(device: Device): string; groupOf(device: Device): string }) {
    this.#devices = devices;
    this.#names = names;
  }

  take(name: string): void {
    this.#taken.add(name);
  }

  /** The first that fits of the card or controller that has given least, so that slots share their paths as little as the host allows. */
  next(unit: Unit): string | null {
    const { nameOf, groupOf } = this.#names;
    const given = new Map<string, number>();
    for (const device of this.#devices)
      if (this.#taken.has(nameOf(device))) given.set(groupOf(device), (given.get(groupOf(device)) ?? 0) + 1);
    let best: Device | undefined;
    let bestGiven = Infinity;
    for (const device of this.#devices) {
      if (this.#taken.has(nameOf(device)) || !fits(device, unit)) continue;
      const load = given.get(groupOf(device)) ?? 0;
      if (load < bestGiven) [best, bestGiven] = [device, load];
    }
    if (best === undefined) return null;
    this.take(nameOf(best));
    return nameOf(best);
  }
}
