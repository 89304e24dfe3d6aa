import { existsSync } from 'node:fs';
import { readCaptured, readTree } from '../testing/captured-host';
import { a100Mig, a100MigList, h100, h200, notAvailable, queryGpu } from '../slot-maps/fixtures/nvidia-smi';
import { IncompleteReading, parseHostReading } from './host-reading';
import { checkSlotMap } from './slot-map-check';
import { proposeSlotMap } from './slot-map';
import { fingerprintOf } from './topology';

const GIB = 1024 ** 3;
const minimal = (more: string) => `portico-host\t1\nmachine\tabc\nnuma\t0\t0-7\t1048576\n${more}\nend\n`;

describe.each([
  ['dash', ['sh']],
  ['busybox', ['busybox', 'sh']],
])('read by %s', (_name, shell) => {
  const hasShell = shell[0] === 'sh' || existsSync('/usr/bin/busybox');
  (hasShell ? test : test.skip)('two NUMA domains with NVMe controllers in each, as Linux shows them', async () => {
    const topology = parseHostReading(await readCaptured(await readTree('qemu-two-numa.tree'), { shell }));
    expect(topology.numaDomains).toEqual([
      { numaNode: 0, cpus: '0-1', memoryBytes: 385_360 * 1024 },
      { numaNode: 1, cpus: '2-3', memoryBytes: 338_812 * 1024 },
    ]);
    expect(topology.nvmes.map(nvme => [nvme.name, nvme.pciAddress, nvme.numaNode, nvme.inUse])).toEqual([
      ['nvme0n1', '0000:00:03.0', null, 'mounted at /'],
      ['nvme1n1', '0000:81:00.0', 1, null],
      ['nvme2n1', '0000:82:00.0', 1, null],
      ['nvme3n1', '0000:41:00.0', 0, null],
      ['nvme3n2', '0000:41:00.0', 0, null],
    ]);
    expect(topology.nvmes[4]).toMatchObject({
      serial: 'nvme.1b36-4e5630303041-51454d55204e564d65204374726c-00000002',
      model: 'QEMU NVMe Ctrl',
      sizeBytes: 131_072 * 512,
    });
    // Virtual functions of a disk controller are no network for a slot.
    expect(topology.vfs).toEqual([]);
    expect(topology.warnings).toEqual([expect.stringContaining('no nvidia-smi')]);
  });
});

test('a two-socket host with SR-IOV: each GPU finds a function and a disk beside it, and the host keeps its own', async () => {
  const busIds = ['1B', '43', '52', '61', '9D', 'C3', 'D1', 'DF'].map(bus => `00000000:${bus}:00.0`);
  const text = await readCaptured(await readTree('dgx-sriov.tree'), {
    csv: queryGpu('NVIDIA H100 80GB HBM3', 81559, busIds),
  });
  const topology = parseHostReading(text);
  expect(topology.machineId).toBe('6b1d3f0c1d1e4f0fa2c37a55d3f1a9be');
  expect(topology.gpus.map(gpu => [gpu.model, gpu.numaNode])).toEqual([
    ...Array(4).fill(['H100', 0]),
    ...Array(4).fill(['H100', 1]),
  ]);
  expect(topology.vfs.filter(vf => vf.inUse !== null).map(vf => vf.inUse)).toEqual([
    'ens2v0 is part of the host’s own network',
    'ens2v1 is part of the host’s own network',
  ]);
  expect(
    Object.fromEntries(topology.nvmes.filter(nvme => nvme.inUse !== null).map(nvme => [nvme.name, nvme.inUse])),
  ).toEqual({
    nvme0n1: 'mounted at /boot/efi',
    nvme1n1: 'part of md0',
    nvme10n1: 'mounted at /srv/scratch',
  });
  expect(topology.nvmes.find(nvme => nvme.name === 'nvme2n1')?.byId).toBe(
    '/dev/disk/by-id/nvme-eui.01000000000000005cd2e400295251',
  );
  const map = proposeSlotMap(topology);
  expect(checkSlotMap(map, topology).map(({ invariant, status }) => `${invariant} ${status}`)).toEqual([
    'devices_present passed',
    'devices_unused passed',
    'device_once passed',
    'gpus_covered passed',
    'vf_own passed',
    'nvme_own passed',
    'same_numa passed',
  ]);
  // Functions of different cards first: two slots share a card only when there is no other.
  expect(map.map(slot => [slot.numaNode, slot.vf, slot.nvme])).toEqual([
    [0, '0000:18:00.1', 'nvme2n1'],
    [0, '0000:2a:00.3', 'nvme3n1'],
    [0, '0000:4f:00.1', 'nvme4n1'],
    [0, '0000:18:00.2', 'nvme5n1'],
    [1, '0000:9a:00.1', 'nvme6n1'],
    [1, '0000:ce:00.1', 'nvme7n1'],
    [1, '0000:9a:00.2', 'nvme8n1'],
    [1, '0000:ce:00.2', 'nvme9n1'],
  ]);
  expect(fingerprintOf(parseHostReading(text))).toBe(fingerprintOf(topology));
});

const gpuLines = (csv: string) =>
  csv
    .split('\n')
    .map(line => `gpu\t${line}`)
    .join('\n');
const listLines = (list: string) =>
  list
    .split('\n')
    .map(line => `gpulist\t${line}`)
    .join('\n');

test.each([
  ['H100', h100, 81559],
  ['H200', h200, 143771],
])('nvidia-smi of %s', (model, csv, mib) => {
  const { gpus, warnings } = parseHostReading(minimal(gpuLines(csv)));
  expect(warnings).toEqual([]);
  expect(gpus.map(gpu => [gpu.index, gpu.model, gpu.memoryBytes, gpu.numaNode, gpu.migEnabled])).toEqual([
    [0, model, mib * 1024 ** 2, 0, false],
    [1, model, mib * 1024 ** 2, 0, false],
  ]);
  expect(gpus[0]?.pciAddress).toMatch(/^0000:[0-9a-f]{2}:00\.0$/);
});

test('MIG instances are slots by their compute slices, the other GPU a whole one', () => {
  const topology = parseHostReading(minimal(`${gpuLines(a100Mig)}\n${listLines(a100MigList)}`));
  expect(
    proposeSlotMap(topology).map(slot => [
      slot.label,
      slot.gpuUuid.slice(0, 12),
      slot.fractionMilli,
      slot.memoryBytes / GIB,
    ]),
  ).toEqual([
    ['GPU 0, MIG 3g.20gb 0', 'MIG-c7384736', 428, 20],
    ['GPU 0, MIG 2g.10gb 1', 'MIG-a28ad590', 285, 10],
    ['GPU 0, MIG 1c.2g.10gb 2', 'MIG-4b4f7d44', 142, 10],
    ['GPU 1', 'GPU-6c1f7a02', 1000, 40],
  ]);
});

test('what does not apply to a GPU, and what is no GPU, is told and harms nothing', () => {
  const { gpus, warnings } = parseHostReading(
    minimal(gpuLines(`${notAvailable}\nNo devices were found\n; rm -rf /, GPU-0, x, 1, 2, 3`)),
  );
  expect(gpus.map(gpu => [gpu.model, gpu.memoryBytes, gpu.migEnabled, gpu.pciAddress])).toEqual([
    ['RTX 4090', 24564 * 1024 ** 2, false, '0000:01:00.0'],
    ['GB10', 0, false, '000f:01:00.0'],
  ]);
  expect(warnings).toEqual([
    'GPU 1 does not say how much memory it has.',
    expect.stringContaining('No devices were found'),
    expect.stringContaining('rm -rf'),
  ]);
});

test('a disk that is part of something is in use without being mounted', () => {
  const disk = (name: string) => `block\t${name}\t2048\teui.${name}\t1`;
  const { nvmes } = parseHostReading(
    minimal(
      [
        disk('nvme0n1'),
        'content\tnvme0n1\tLVM2_member',
        disk('nvme1n1'),
        'partition\tnvme1n1\tnvme1n1p1',
        disk('nvme2n1'),
        'mount\tnvme2n1p1\t-\tswap',
        disk('nvme3n1'),
        'content\tnvme3n1\text4',
        disk('nvme4n1'),
        'mount\tnvme4n1\t/var/lib/portico/slots/x\text4',
        disk('nvme10n1'),
        disk('nvme1n10'),
      ].join('\n'),
    ),
  );
  expect(Object.fromEntries(nvmes.map(nvme => [nvme.name, nvme.inUse]))).toEqual({
    nvme0n1: 'part of an LVM volume group',
    nvme1n1: 'partitioned (nvme1n1p1)',
    nvme2n1: 'swap space',
    nvme3n1: null,
    nvme4n1: null,
    nvme10n1: null,
    nvme1n10: null,
  });
});

test.each(['', 'bash: command not found', 'portico-host\t1\nnuma\t0\t0-7\t1024\ngpu\t0, GPU-1'])(
  'a reading that was cut short is none',
  text => expect(() => parseHostReading(text)).toThrow(IncompleteReading),
);

test('a host that prints without end is kept within bounds', () => {
  const disks = Array.from({ length: 5000 }, (_, index) => `block\tnvme${index}n1\t1\teui.${index}\t1`);
  const nonsense = Array.from({ length: 500 }, () => 'gpu\tnonsense');
  const { nvmes, warnings } = parseHostReading(minimal([...disks, ...nonsense].join('\n')));
  expect(nvmes).toHaveLength(4096);
  expect(warnings).toHaveLength(100);
});

test.each([
  [
    'lists none',
    'problem\tnvidia-smi: NVML: Driver/library version mismatch\ngpu\tFailed to initialize NVML',
    expect.stringContaining('mismatch'),
    0,
  ],
  [
    'lists the others',
    `problem\tnvidia-smi: GPU is lost\n${gpuLines(h200)}\ngpu\tUnable to determine the device handle`,
    null,
    2,
  ],
])('an nvidia-smi that fails and %s', (_what, lines, unread, count) => {
  const pci = 'pci\t0000:19:00.0\t0x030200\t0x10de\t0x2335\t0\t-\t-\t-\tnvidia';
  const { gpus, gpusUnread } = parseHostReading(minimal(`${pci}\n${lines}`));
  expect(gpus).toHaveLength(count);
  expect(gpusUnread).toEqual(unread);
});

test('a host whose GPUs are not on the bus any more has none, whatever nvidia-smi says', () => {
  expect(parseHostReading(minimal('problem\tnvidia-smi: No devices were found')).gpusUnread).toBeNull();
});
