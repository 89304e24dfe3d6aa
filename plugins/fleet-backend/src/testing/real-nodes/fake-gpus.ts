import { createHash } from 'node:crypto';

const MIB_PER_GIB = 1024;

export interface FakeGpu {
  readonly index: number;
  readonly uuid: string;
  readonly model: string;
  readonly memoryMib: number;
  /** As nvidia-smi writes it (`00000000:17:00.0`); sysfs knows it as `0000:17:00.0`. */
  readonly pciBusId: string;
  readonly numaNode: number;
  readonly migs: readonly { readonly profile: string; readonly uuid: string }[];
}

export interface FakeGpuOptions {
  /** Part of what the UUIDs are made from, so that two machines never share one. */
  readonly machine: string;
  readonly count: number;
  readonly model: string;
  readonly memoryGib: number;
  readonly numaDomains: number;
  /** MIG profiles of every GPU (`1g.18gb`); without any, MIG is off. */
  readonly migProfiles: readonly string[];
}

export function fakeGpus(options: FakeGpuOptions): FakeGpu[] {
  const { machine, count, model, memoryGib, numaDomains, migProfiles } = options;
  return Array.from({ length: count }, (_, index) => ({
    index,
    uuid: `GPU-${uuidOf(`${machine}/${index}`)}`,
    model,
    memoryMib: memoryGib * MIB_PER_GIB,
    pciBusId: `00000000:${(0x17 + 8 * index).toString(16).toUpperCase().padStart(2, '0')}:00.0`,
    numaNode: Math.floor((index * numaDomains) / count),
    migs: migProfiles.map((profile, instance) => ({
      profile,
      uuid: `MIG-${uuidOf(`${machine}/${index}/${instance}`)}`,
    })),
  }));
}

/** The CDI specification a node with these GPUs has: devices by index and by UUID, and `all`, as `nvidia-ctk cdi generate` names them. */
export function cdiSpecification(kind: string, gpus: readonly FakeGpu[]): string {
  const node = (gpu: FakeGpu) => ({
    path: `/dev/nvidia${gpu.index}`,
    type: 'c',
    major: 1,
    minor: 3,
    permissions: 'rw',
  });
  const one = (gpu: FakeGpu) => ({ deviceNodes: [node(gpu)] });
  const readOnly = (path: string) => ({
    hostPath: path,
    containerPath: path,
    options: ['ro', 'nosuid', 'nodev', 'rbind'],
  });
  return JSON.stringify({
    cdiVersion: '0.5.0',
    kind,
    devices: [
      ...gpus.flatMap(gpu => [
        { name: String(gpu.index), containerEdits: one(gpu) },
        { name: gpu.uuid, containerEdits: one(gpu) },
        ...gpu.migs.map((_, instance) => ({ name: `${gpu.index}:${instance}`, containerEdits: one(gpu) })),
      ]),
      ...(gpus.length === 0 ? [] : [{ name: 'all', containerEdits: { deviceNodes: gpus.map(node) } }]),
    ],
    containerEdits: {
      env: ['NVIDIA_VISIBLE_DEVICES=void'],
      deviceNodes: [{ path: '/dev/nvidiactl', type: 'c', major: 1, minor: 3, permissions: 'rw' }],
      mounts: [readOnly('/usr/bin/nvidia-smi'), readOnly('/usr/share/portico-fake-gpus')],
    },
  });
}

/** The table that the stand-in for nvidia-smi reads: one line per GPU, with a load that tells the GPUs apart. */
export function gpuTable(gpus: readonly FakeGpu[]): string {
  return gpus
    .map(gpu => {
      const { index, uuid, model, memoryMib, pciBusId } = gpu;
      const load = [1024 * (index + 1), 10 + index, 40 + index, `${100 + index}.50`];
      return `${[index, uuid, model, memoryMib, pciBusId, ...load].join('|')}\n`;
    })
    .join('');
}

export function migTable(gpus: readonly FakeGpu[]): string {
  return gpus.flatMap(gpu => gpu.migs.map(mig => `${gpu.uuid}|${mig.profile}|${mig.uuid}\n`)).join('');
}

/** Shell lines that make what the kernel shows of the GPUs: device nodes, and PCI functions with their NUMA domain. */
export function deviceScript(gpus: readonly FakeGpu[], numaDomains: number): string {
  const lines = gpus.flatMap(gpu => {
    const folder = `/sys/bus/pci/devices/${gpu.pciBusId.slice(4).toLowerCase()}`;
    return [
      `mknod -m 666 /dev/nvidia${gpu.index} c 1 3`,
      `mkdir -p ${folder}`,
      `echo ${gpu.numaNode} >${folder}/numa_node`,
      `echo 0x10de >${folder}/vendor`,
      `echo 0x2335 >${folder}/device`,
      `echo 0x030200 >${folder}/class`,
    ];
  });
  const domains = Array.from({ length: numaDomains }, (_, domain) => [
    `mkdir -p /sys/devices/system/node/node${domain}`,
    `echo ${domain} >/sys/devices/system/node/node${domain}/cpulist`,
    `printf 'Node ${domain} MemTotal:       %s kB\\n' 16777216 >/sys/devices/system/node/node${domain}/meminfo`,
  ]);
  return [
    'mount -t tmpfs tmpfs /sys/bus/pci/devices',
    ...(numaDomains > 1 ? ['mount -t tmpfs tmpfs /sys/devices/system/node'] : []),
    ...(numaDomains > 1 ? [`echo 0-${numaDomains - 1} >/sys/devices/system/node/online`, ...domains.flat()] : []),
    ...(gpus.length > 0 ? ['mknod -m 666 /dev/nvidiactl c 1 3'] : []),
    ...lines,
    '',
  ].join('\n');
}

function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}
