import type { slotMapInvariants } from '@portico/plugin-fleet/contract';
import { groupBy } from './group-by';
import { describeUnit, unitsOf } from './slot-map';
import type { MappedSlot, Unit } from './slot-map';
import type { HostTopology } from './topology';

/**
 * The rules every slot map keeps, each found passed, warned of or failed. A map with a failed rule would give a device to two tenants, or one that is not there; what is warned of is
 * lawful but seldom meant (a GPU left out, slots of unequal make).
 */
export interface InvariantResult {
  readonly invariant: (typeof slotMapInvariants)[number];
  readonly status: 'passed' | 'warned' | 'failed';
  readonly sentence: string;
  /** Labels of the slots it is about. */
  readonly slots: readonly string[];
  readonly devices: readonly string[];
}

type Finding = { readonly slot?: MappedSlot; readonly device?: string };

export function checkSlotMap(slots: readonly MappedSlot[], topology: HostTopology): InvariantResult[] {
  const host = indexed(topology);
  return [
    result('devices_present', {
      findings: slots.flatMap(slot => absentDevices(slot, host).map(device => ({ slot, device }))),
      passed: 'Every device of the map is there, as the map says.',
      broken: 'Devices are not there, or not as the map says.',
    }),
    result('devices_unused', {
      findings: slots.flatMap(slot => usedDevices(slot, host).map(device => ({ slot, device }))),
      passed: 'No device is in use by the host itself.',
      broken: 'Devices are in use by the host itself.',
    }),
    result('device_once', {
      findings: repeatedUnits(slots),
      passed: 'No GPU, and no part of one, is given out twice.',
      broken: 'GPUs, or parts of them, are given out twice.',
    }),
    result('gpus_covered', {
      findings: uncovered(slots, topology),
      passed: 'Every GPU is in the map.',
      broken: 'GPUs, or parts of them, are left out.',
      severity: 'warned',
    }),
    ownDevices('vf_own', slots, {
      kind: 'virtual function',
      of: slot => slot.vf,
      hasSpare: slot => host.hasSpareVf(slots, slot),
    }),
    ownDevices('nvme_own', slots, {
      kind: 'NVMe namespace',
      of: slot => slot.nvme,
      hasSpare: slot => host.hasSpareNvme(slots, slot),
    }),
    result('same_numa', {
      findings: slots.flatMap(slot => strayDevices(slot, host).map(device => ({ slot, device }))),
      passed: 'Every slot is in one NUMA domain.',
      broken: 'Slots reach over more than one NUMA domain.',
    }),
  ];
}

export function isApprovable(results: readonly InvariantResult[]): boolean {
  return results.every(({ status }) => status !== 'failed');
}

type Host = ReturnType<typeof indexed>;

function indexed(topology: HostTopology) {
  const units = new Map(unitsOf(topology).map(unit => [unit.uuid, unit]));
  const vfs = new Map(topology.vfs.map(vf => [vf.pciAddress, vf]));
  const nvmes = new Map(topology.nvmes.map(nvme => [nvme.name, nvme]));
  return {
    units,
    vfs,
    nvmes,
    hasSpareVf(slots: readonly MappedSlot[], { numaNode }: MappedSlot): boolean {
      const given = new Set(slots.map(slot => slot.vf));
      return topology.vfs.some(vf => !given.has(vf.pciAddress) && vf.inUse === null && vf.numaNode === numaNode);
    },
    hasSpareNvme(slots: readonly MappedSlot[], { numaNode }: MappedSlot): boolean {
      const given = new Set(slots.map(slot => slot.nvme));
      return topology.nvmes.some(nvme => !given.has(nvme.name) && nvme.inUse === null && nvme.numaNode === numaNode);
    },
  };
}

function absentDevices(slot: MappedSlot, host: Host): string[] {
  const unit = host.units.get(slot.gpuUuid);
  const nvme = slot.nvme === null ? undefined : host.nvmes.get(slot.nvme);
  return [
    ...(unit !== undefined && isDescribed(slot, unit) ? [] : [slot.gpuUuid]),
    ...(slot.vf === null || host.vfs.has(slot.vf) ? [] : [slot.vf]),
    ...((slot.nvme ?? slot.nvmeSerial) === null || (nvme !== undefined && nvme.serial === slot.nvmeSerial)
      ? []
      : [slot.nvme ?? slot.nvmeSerial ?? '']),
  ];
}

/** Its domain is left to `same_numa`. */
function isDescribed(slot: MappedSlot, unit: Unit): boolean {
  const { numaNode: _, ...described } = describeUnit(unit, slot);
  return (
    (unit.instance === null || slot.parts === 1) &&
    Object.entries(described).every(([field, value]) => slot[field as keyof MappedSlot] === value)
  );
}

function usedDevices(slot: MappedSlot, { vfs, nvmes }: Host): string[] {
  return [vfs.get(slot.vf ?? ''), nvmes.get(slot.nvme ?? '')].flatMap(device =>
    device === undefined || device.inUse === null
      ? []
      : [`${'name' in device ? device.name : device.pciAddress}: ${device.inUse}`],
  );
}

function strayDevices(slot: MappedSlot, { units, vfs, nvmes }: Host): string[] {
  const unit = units.get(slot.gpuUuid);
  const home = unit === undefined ? slot.numaNode : unit.gpu.numaNode;
  const vf = vfs.get(slot.vf ?? '');
  const nvme = nvmes.get(slot.nvme ?? '');
  return [
    ...(slot.numaNode === home ? [] : [slot.gpuUuid]),
    ...(vf === undefined || vf.numaNode === home ? [] : [vf.pciAddress]),
    ...(nvme === undefined || nvme.numaNode === home ? [] : [nvme.name]),
  ];
}

function repeatedUnits(slots: readonly MappedSlot[]): Finding[] {
  return [...groupBy(slots, slot => slot.gpuUuid).values()].flatMap(ofGpu => {
    const parts = ofGpu[0]?.parts ?? 1;
    const seen = new Set<number>();
    return ofGpu.flatMap((slot): Finding[] => {
      const isRepeated = seen.has(slot.part) || slot.parts !== parts || (slot.sharing !== 'mig' && slot.part >= parts);
      seen.add(slot.part);
      return isRepeated ? [{ slot, device: slot.gpuUuid }] : [];
    });
  });
}

function uncovered(slots: readonly MappedSlot[], topology: HostTopology): Finding[] {
  const byGpu = groupBy(slots, slot => slot.gpuUuid);
  return unitsOf(topology).flatMap((unit): Finding[] => {
    const given = byGpu.get(unit.uuid) ?? [];
    const parts = given[0]?.parts ?? 1;
    if (new Set(given.map(slot => slot.part)).size >= parts) return [];
    const { label } = describeUnit(unit, { part: 0, parts: 1 });
    return [{ device: given.length === 0 ? label : `${label}: ${given.length} of ${parts} parts` }];
  });
}

function ownDevices(
  invariant: 'vf_own' | 'nvme_own',
  slots: readonly MappedSlot[],
  { kind, of, hasSpare }: { kind: string; of(slot: MappedSlot): string | null; hasSpare(slot: MappedSlot): boolean },
): InvariantResult {
  const having = slots.filter(slot => of(slot) !== null);
  const shared = [...groupBy(having, of).values()].filter(owners => owners.length > 1).flat();
  if (shared.length > 0) {
    const findings = shared.map(slot => ({ slot, device: of(slot) ?? undefined }));
    return result(invariant, { findings, passed: '', broken: `A ${kind} belongs to more than one slot.` });
  }
  const without = slots.filter(slot => of(slot) === null && (having.length > 0 || hasSpare(slot)));
  return result(invariant, {
    findings: without.map(slot => ({ slot })),
    passed:
      having.length > 0 ? `Every slot has a ${kind} of its own.` : `This host has no ${kind} to give; no slot has one.`,
    broken: `Slots have no ${kind}, although the host has some.`,
    severity: 'warned',
  });
}

function result(
  invariant: InvariantResult['invariant'],
  options: { findings: readonly Finding[]; passed: string; broken: string; severity?: 'warned' | 'failed' },
): InvariantResult {
  const { findings, passed, broken, severity = 'failed' } = options;
  return {
    invariant,
    status: findings.length === 0 ? 'passed' : severity,
    sentence: findings.length === 0 ? passed : broken,
    slots: unique(findings.flatMap(({ slot }) => (slot === undefined ? [] : [slot.label]))),
    devices: unique(findings.flatMap(({ device }) => (device === undefined ? [] : [device]))),
  };
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}
