import { discoverGpus, measureGpus, parseNumaAffinity } from './discovery';

/** As recorded from machines with eight H200 (driver 550) and with two H100 PCIe, cut to what is read. */
const H200 = Array.from(
  { length: 8 },
  (_, index) =>
    `${index}, GPU-0000000${index}-7f3a-11ee-8c99-0242ac120002, NVIDIA H200, 143771, 00000000:${['19', '3B', '4C', '5D', '9B', 'BB', 'CB', 'DB'][index]}:00.0`,
).join('\n');
const H200_TOPOLOGY = [
  '\t\u001b[4mGPU0\tGPU1\tGPU2\tGPU3\tGPU4\tGPU5\tGPU6\tGPU7\tNIC0\tCPU Affinity\tNUMA Affinity\tGPU NUMA ID\u001b[0m',
  ...Array.from({ length: 8 }, (_, row) =>
    [
      `GPU${row}`,
      ...Array.from({ length: 8 }, (_, column) => (row === column ? ' X ' : 'NV18')),
      'PIX',
      row < 4 ? '0-47,96-143' : '48-95,144-191',
      row < 4 ? '0' : '1',
      'N/A',
    ].join('\t'),
  ),
  'NIC0\tPIX\tSYS\tSYS\tSYS\tSYS\tSYS\tSYS\tSYS\t X ',
  '',
  'Legend:',
  '',
  '  X    = Self',
  '  NV#  = Connection traversing a bonded set of # NVLinks',
].join('\n');
const H100_PCIE =
  '0, GPU-c1a7e0c2-0d9e-4c0f-a4d8-0b9f1a2b3c4d, NVIDIA H100 PCIe, 81559, 00000000:17:00.0\n1, GPU-d2b8f1d3-1e0f-5d10-b5e9-1c0a2b3c4d5e, NVIDIA H100 PCIe, 81559, 00000000:CA:00.0\n';

it('finds eight H200 in two NUMA domains', async () => {
  const gpus = await discoverGpus(async args => (args[0] === 'topo' ? H200_TOPOLOGY : H200));
  expect(gpus.map(gpu => [gpu.index, gpu.numaNode])).toEqual([[0, 0], [1, 0], [2, 0], [3, 0], [4, 1], [5, 1], [6, 1], [7, 1]]); // prettier-ignore
  expect(gpus[5]).toEqual({
    index: 5,
    uuid: 'GPU-00000005-7f3a-11ee-8c99-0242ac120002',
    model: 'NVIDIA H200',
    memoryBytes: 143771 * 1024 * 1024,
    numaNode: 1,
    simulated: false,
  });
});

it('asks the PCI bus where the topology says nothing', async () => {
  const topologyMissing = async (args: readonly string[]) =>
    args[0] === 'topo' ? Promise.reject(new Error('not supported')) : H100_PCIE;
  const gpus = await discoverGpus(topologyMissing, bus => (bus === '00000000:CA:00.0' ? 1 : null));
  expect(gpus.map(gpu => [gpu.model, gpu.numaNode])).toEqual([['NVIDIA H100 PCIe', 0], ['NVIDIA H100 PCIe', 1]]); // prettier-ignore
});

it('finds none where there is no driver, or one that answers nonsense', async () => {
  expect(await discoverGpus(() => Promise.reject(new Error('ENOENT')))).toEqual([]);
  expect(
    await discoverGpus(async () => "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.\n"),
  ).toEqual([]);
  expect(parseNumaAffinity('')).toEqual(new Map());
});

it('measures, and takes what a driver does not support as zero', async () => {
  const load = '4, NVIDIA H200, 87, 90210, 143771, 61, 612.44\n6, NVIDIA H200, [N/A], 0, 143771, 30, [N/A]\n';
  const asked: (readonly string[])[] = [];
  const gpus = await measureGpus([4, 6], async args => (asked.push(args), load));
  expect(asked[0]?.[0]).toBe('--id=4,6');
  expect(gpus[0]).toEqual({
    index: 4,
    model: 'NVIDIA H200',
    utilizationPercent: 87,
    memoryBytesUsed: 90210 * 1024 * 1024,
    memoryBytesTotal: 143771 * 1024 * 1024,
    temperatureCelsius: 61,
    powerWatts: 612.44,
    simulated: false,
  });
  expect(gpus[1]).toMatchObject({ utilizationPercent: 0, powerWatts: 0 });
});
