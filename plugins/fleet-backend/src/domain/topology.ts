import { createHash } from 'node:crypto';

/**
 * What one reading of a host found. Devices are named by what survives a restart: GPUs by their UUID, virtual functions by their PCI address, NVMe namespaces by their own identifier
 * (kernel names like `nvme0n1` and GPU indexes move when a device joins or leaves; they are kept because the host is told of devices by them). `numaNode` is null where the host
 * has several domains and does not say which one a device is in; on a host with one domain everything is in that one.
 */
export interface HostTopology {
  readonly machineId: string | null;
  readonly numaDomains: readonly NumaDomain[];
  readonly gpus: readonly HostGpu[];
  /** Why nothing is known of the GPUs although the host has some: their driver does not answer. Then none of them is known to be gone. */
  readonly gpusUnread: string | null;
  readonly vfs: readonly HostVf[];
  readonly nvmes: readonly HostNvme[];
  /** What could not be read or looks wrong, in sentences. */
  readonly warnings: readonly string[];
}

export interface NumaDomain {
  readonly numaNode: number;
  /** As the kernel lists them: `0-31,64-95`. */
  readonly cpus: string;
  readonly memoryBytes: number;
}

export interface HostGpu {
  readonly index: number;
  readonly uuid: string;
  readonly model: string;
  readonly memoryBytes: number;
  readonly pciAddress: string;
  readonly numaNode: number | null;
  readonly migEnabled: boolean;
  readonly migInstances: readonly MigInstance[];
}

export interface MigInstance {
  readonly index: number;
  readonly uuid: string;
  /** `3g.40gb`: three compute slices, 40 GB. */
  readonly profile: string;
  readonly fractionMilli: number;
  readonly memoryBytes: number;
}

/** A virtual function of a network card. */
export interface HostVf {
  readonly pciAddress: string;
  readonly physicalFunction: string;
  readonly numaNode: number | null;
  readonly driver: string | null;
  /** What the host itself uses it for, in words; null when it may be given to a slot. */
  readonly inUse: string | null;
}

export interface HostNvme {
  readonly name: string;
  /** Its own identifier (`eui.…`, `nvme.…`), else serial number of the controller and number of the namespace. */
  readonly serial: string;
  readonly model: string;
  readonly byId: string | null;
  readonly pciAddress: string | null;
  readonly numaNode: number | null;
  readonly sizeBytes: number;
  readonly inUse: string | null;
}

/** Two readings of an unchanged host have the same, whatever the kernel calls its devices after a restart and whoever uses them. */
export function fingerprintOf(topology: HostTopology): string {
  const devices = {
    machine: topology.machineId,
    numa: topology.numaDomains.map(domain => [domain.numaNode, domain.cpus]).sort(byText),
    gpus: topology.gpus
      .map(gpu => [gpu.uuid, gpu.pciAddress, gpu.numaNode, gpu.migInstances.map(instance => instance.uuid).sort()])
      .sort(byText),
    vfs: topology.vfs.map(vf => [vf.pciAddress, vf.physicalFunction, vf.numaNode]).sort(byText),
    nvmes: topology.nvmes.map(nvme => [nvme.serial, nvme.sizeBytes, nvme.numaNode]).sort(byText),
  };
  return createHash('sha256').update(JSON.stringify(devices)).digest('hex');
}

function byText(one: unknown, other: unknown): number {
  const [left, right] = [JSON.stringify(one), JSON.stringify(other)];
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Number of CPUs in a list as the kernel prints them. */
export function cpuCount(cpus: string): number {
  return cpus
    .split(',')
    .filter(range => /^\d+(-\d+)?$/.test(range))
    .map(range => range.split('-').map(Number))
    .reduce((sum, [from = 0, to = from]) => sum + to - from + 1, 0);
}
