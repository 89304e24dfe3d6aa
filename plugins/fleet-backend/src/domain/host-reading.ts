import { HOST_DEVICES_MAX, HOST_WARNINGS_MAX, NUMA_DOMAINS_MAX } from '@portico/plugin-fleet/contract';
import { modelName } from './configured-fleet';
import { groupBy } from './group-by';
import type { HostGpu, HostNvme, HostTopology, HostVf, MigInstance, NumaDomain } from './topology';

const GIB = 1024 ** 3;
const MIB = 1024 ** 2;
const SECTOR_BYTES = 512;
/** Vendor of PCI functions. */
const NVIDIA = '0x10de';
/** Where Portico mounts what belongs to slots: a namespace in use there is in use by its slot, not by the host. */
export const PORTICO_ROOT = '/var/lib/portico';
/** What a host puts on a device without mounting it. */
const MEMBER_CONTENTS: ReadonlyMap<string, string> = new Map([
  ['LVM2_member', 'part of an LVM volume group'],
  ['linux_raid_member', 'part of a software RAID'],
  ['zfs_member', 'part of a ZFS pool'],
  ['crypto_LUKS', 'an encrypted volume'],
  ['swap', 'swap space'],
]);

/** A reading that is no reading: the script did not run to its end, so what is missing is not known to be absent. */
export class IncompleteReading extends Error {
  constructor() {
    super('The node did not answer with a complete reading of its devices.');
    this.name = 'IncompleteReading';
  }
}

type Fields = readonly string[];

/** What `hostScript` printed, understood. Pure; throws `IncompleteReading` alone. */
export function parseHostReading(text: string): HostTopology {
  const lines = text.split('\n').map(line => line.replace(/\r$/, '').split('\t'));
  if (lines[0]?.[0] !== 'portico-host' || !lines.some(([kind]) => kind === 'end')) throw new IncompleteReading();
  const records = groupBy(lines, ([kind = '']) => kind);
  const of = (kind: string): readonly Fields[] => records.get(kind) ?? [];
  const warnings = of('problem').map(([, problem = '']) => problem);
  const numaDomains = readNumaDomains(of('numa'));
  const numaOf = (value: string | undefined) => numaNode(value, numaDomains);
  const pciNuma = new Map(of('pci').map(([, address = '', , , , numa]) => [address, numaOf(numa)]));
  const gpus = readGpus({
    csv: of('gpu'),
    list: of('gpulist'),
    warnings,
    numaOfPci: address => pciNuma.get(address) ?? numaOf(undefined),
  });
  // A GPU that fell off the bus is told by a failing nvidia-smi that lists the others. One that lists none, while the bus has some, knows nothing.
  const isBlind =
    gpus.length === 0 && of('pci').some(([, , kind = '', vendor]) => vendor === NVIDIA && kind.startsWith('0x03'));
  const gpusUnread = isBlind ? (warnings[0] ?? 'nvidia-smi lists no GPU, although the host has some.') : null;
  const vfs = readVfs({ pci: of('pci'), net: of('net'), routes: of('route'), numaOf });
  const nvmes = readNvmes({ of, numaOf });
  const bounded = <Device>(devices: readonly Device[], kind: string): readonly Device[] => {
    if (devices.length > HOST_DEVICES_MAX)
      warnings.push(`Of ${devices.length} ${kind} the first ${HOST_DEVICES_MAX} are kept.`);
    return devices.slice(0, HOST_DEVICES_MAX);
  };
  return {
    machineId: absent(of('machine')[0]?.[1]),
    numaDomains: numaDomains.slice(0, NUMA_DOMAINS_MAX),
    gpus: bounded(gpus, 'GPUs'),
    gpusUnread,
    vfs: bounded(vfs, 'virtual functions'),
    nvmes: bounded(nvmes, 'NVMe namespaces'),
    warnings: warnings.slice(0, HOST_WARNINGS_MAX),
  };
}

function absent(value: string | undefined): string | null {
  const trimmed = value?.trim();
  return trimmed === undefined || trimmed === '' || trimmed === '-' ? null : trimmed;
}

function readNumaDomains(records: readonly Fields[]): NumaDomain[] {
  return records
    .flatMap(([, node = '', cpus, memoryKib = '']) =>
      /^\d+$/.test(node)
        ? [{ numaNode: Number(node), cpus: absent(cpus) ?? '', memoryBytes: (Number(memoryKib) || 0) * 1024 }]
        : [],
    )
    .sort((one, other) => one.numaNode - other.numaNode);
}

/** The kernel says -1 for a device of no particular domain. Where there is only one, it is in that one. */
function numaNode(value: string | undefined, domains: readonly NumaDomain[]): number | null {
  if (domains.length <= 1) return domains[0]?.numaNode ?? 0;
  return value !== undefined && /^\d+$/.test(value) ? Number(value) : null;
}

function readGpus(options: {
  csv: readonly Fields[];
  list: readonly Fields[];
  warnings: string[];
  numaOfPci(address: string): number | null;
}): HostGpu[] {
  const instances = readMigInstances(options.list);
  const gpus: HostGpu[] = [];
  for (const [, line = ''] of options.csv) {
    const [index = '', uuid = '', name = '', memoryMib = '', busId = '', mig = ''] = line
      .split(',')
      .map(part => part.trim());
    const pciAddress = sysfsAddress(busId);
    if (!/^\d+$/.test(index) || !/^GPU-[0-9A-Za-z-]{1,60}$/.test(uuid) || pciAddress === null) {
      options.warnings.push(`nvidia-smi answered something that is no GPU: ${line.slice(0, 120)}`);
      continue;
    }
    const model = modelName(name);
    if (!/^\d+$/.test(memoryMib)) options.warnings.push(`GPU ${index} does not say how much memory it has.`);
    const migEnabled = mig === 'Enabled';
    const own = migEnabled ? (instances.get(uuid) ?? []) : [];
    if (migEnabled && own.length === 0)
      options.warnings.push(`GPU ${index} has MIG switched on but no instance, so nothing of it can be given out.`);
    gpus.push({
      index: Number(index),
      uuid,
      model,
      memoryBytes: (Number(memoryMib) || 0) * MIB,
      pciAddress,
      numaNode: options.numaOfPci(pciAddress),
      migEnabled,
      migInstances: own.map(instance => migInstance(instance, model)),
    });
  }
  return gpus.sort((one, other) => one.index - other.index);
}

/** nvidia-smi prints `00000000:1B:00.0`, sysfs `0000:1b:00.0`. */
function sysfsAddress(busId: string): string | null {
  const match = /^([0-9a-f]{4,8}):([0-9a-f]{2}:[0-9a-f]{2}\.[0-7])$/i.exec(busId);
  return match === null ? null : `${(match[1] ?? '').slice(-4)}:${match[2]}`.toLowerCase();
}

interface ListedInstance {
  readonly uuid: string;
  readonly index: number;
  readonly profile: string;
  readonly computeSlices: number;
  readonly memoryGb: number;
}

/** Of `nvidia-smi -L`: a line per GPU, and below it one per instance, `MIG 3g.20gb     Device  0: (UUID: MIG-…)`; `1c.3g.20gb` is one compute slice of such an instance. */
function readMigInstances(records: readonly Fields[]): ReadonlyMap<string, readonly ListedInstance[]> {
  const byGpu = new Map<string, ListedInstance[]>();
  let current: ListedInstance[] = [];
  for (const [, line = ''] of records) {
    const gpu = /^GPU \d+: .*\(UUID: (GPU-[^)]+)\)/.exec(line);
    if (gpu !== null) byGpu.set(gpu[1] ?? '', (current = []));
    const instance = /^\s+MIG ((?:(\d+)c\.)?(\d+)g\.(\d+)gb\S*)\s+Device\s+(\d+): \(UUID: (MIG-[^)]{1,70})\)/.exec(
      line,
    );
    if (instance === null) continue;
    const [, profile = '', part, whole = '', memoryGb = '', index = '', uuid = ''] = instance;
    current.push({
      uuid,
      index: Number(index),
      profile,
      computeSlices: Number(part ?? whole),
      memoryGb: Number(memoryGb),
    });
  }
  return byGpu;
}

/** Compute slices of one GPU, as NVIDIA's MIG user guide lists the profiles: an A30 has four, every other seven. */
function computeSlicesOf(model: string): number {
  return model === 'A30' ? 4 : 7;
}

function migInstance(listed: ListedInstance, model: string): MigInstance {
  return {
    index: listed.index,
    uuid: listed.uuid,
    profile: listed.profile,
    // Rounded down, so that the instances of a GPU never add up to more than the GPU.
    fractionMilli: Math.min(1000, Math.max(1, Math.floor((1000 * listed.computeSlices) / computeSlicesOf(model)))),
    memoryBytes: listed.memoryGb * GIB,
  };
}

function readVfs(options: {
  pci: readonly Fields[];
  net: readonly Fields[];
  routes: readonly Fields[];
  numaOf(value: string | undefined): number | null;
}): HostVf[] {
  const routed = new Set(options.routes.map(([, name = '']) => name));
  const interfaces = groupBy(options.net, ([, address = '']) => address);
  return options.pci
    .flatMap(([, pciAddress = '', deviceClass = '', , , numa, , , physicalFunction, driver]): HostVf[] => {
      const physical = absent(physicalFunction);
      if (physical === null || !deviceClass.startsWith('0x02')) return [];
      const used = (interfaces.get(pciAddress) ?? []).find(
        ([, , name = '', group]) => absent(group) !== null || routed.has(name),
      );
      return [
        {
          pciAddress,
          physicalFunction: physical,
          numaNode: options.numaOf(numa),
          driver: absent(driver),
          inUse: used === undefined ? null : `${used[2]} is part of the host’s own network`,
        },
      ];
    })
    .sort((one, other) => (one.pciAddress < other.pciAddress ? -1 : 1));
}

function readNvmes(options: {
  of(kind: string): readonly Fields[];
  numaOf(value: string | undefined): number | null;
}): HostNvme[] {
  const { of, numaOf } = options;
  const controllers = new Map(of('nvme').map(record => [record[1] ?? '', record]));
  // `nvme1c3n2` is the way through controller nvme3 to namespace nvme1n2 of a subsystem; without several ways the name is the namespace's own.
  const controllerOf = new Map(
    of('nvmepath').map(([, controller = '', path = '']) => [path.replace(/c\d+n/, 'n'), controller]),
  );
  const byIds = groupBy(of('byid'), ([, name = '']) => name);
  return of('block')
    .map(([, name = '', sectors = '', wwid, nsid]): HostNvme => {
      const [, , address, numa, serial, model] = controllers.get(controllerOf.get(name) ?? '') ?? [];
      const links = (byIds.get(name) ?? []).map(([, , link = '']) => link).sort();
      const byId = links.find(link => /^nvme-(eui|uuid|nvme)\./.test(link)) ?? links[0];
      return {
        name,
        serial: absent(wwid) ?? `${absent(serial) ?? name}-n${absent(nsid) ?? '1'}`,
        model: absent(model) ?? '',
        byId: byId === undefined ? null : `/dev/disk/by-id/${byId}`,
        pciAddress: absent(address),
        numaNode: numaOf(numa),
        sizeBytes: (Number(sectors) || 0) * SECTOR_BYTES,
        inUse: usedFor(name, of),
      };
    })
    .sort((one, other) => one.name.localeCompare(other.name, 'en', { numeric: true }));
}

function usedFor(name: string, of: (kind: string) => readonly Fields[]): string | null {
  const isOn = (device = '') => device === name || device.startsWith(`${name}p`);
  const mounts = of('mount').filter(([, device]) => isOn(device));
  const foreign = mounts.find(([, , point = '']) => !point.startsWith(`${PORTICO_ROOT}/`));
  if (foreign !== undefined) return foreign[3] === 'swap' ? 'swap space' : `mounted at ${foreign[2]}`;
  const holder = of('holder').find(([, device]) => device === name);
  if (holder !== undefined) return `part of ${holder[2]}`;
  const content = of('content').find(([, device]) => device === name)?.[2] ?? '';
  if (MEMBER_CONTENTS.has(content)) return MEMBER_CONTENTS.get(content) ?? null;
  const partitions = of('partition').filter(([, device]) => device === name);
  if (partitions.length > 0 && mounts.length === 0) return `partitioned (${partitions[0]?.[2]})`;
  return null;
}
