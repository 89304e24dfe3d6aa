import { configuredFleet, modelName, REAL_NODE_NAME } from './configured-fleet';

const settings = { name: 'node-1', gpuModel: 'H200', gpuCount: 8, gpuMemoryBytes: 141 * 1024 ** 3, numaDomains: 2 };

test('a simulated node has its GPUs spread over its NUMA domains, each with a virtual function and a drive of its own', () => {
  const [node] = configuredFleet({ simulatedNodes: [settings], realGpus: [] });
  expect(node?.slots.map(slot => slot.gpu.numaNode)).toEqual([0, 0, 0, 0, 1, 1, 1, 1]);
  for (const field of ['vf', 'nvme'] as const) expect(new Set(node?.slots.map(slot => slot[field])).size).toBe(8);
  expect(
    node?.slots.every(
      slot => slot.gpu.simulated && /^GPU-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(slot.gpu.uuid),
    ),
  ).toBe(true);
});

test('GPUs are the same at every start and differ between nodes', () => {
  const uuids = () =>
    configuredFleet({ simulatedNodes: [settings, { ...settings, name: 'node-2' }], realGpus: [] }).flatMap(node =>
      node.slots.map(slot => slot.gpu.uuid),
    );
  expect(uuids()).toEqual(uuids());
  expect(new Set(uuids()).size).toBe(16);
});

test('real GPUs take the place of simulated ones', () => {
  const gpu = {
    index: 0,
    uuid: 'GPU-1',
    model: 'NVIDIA H200',
    memoryBytes: 150_754_820_096,
    numaNode: 0,
    simulated: false,
  };
  expect(configuredFleet({ simulatedNodes: [settings], realGpus: [gpu] })).toEqual([
    {
      name: REAL_NODE_NAME,
      simulated: false,
      region: 'default',
      slots: [{ gpu: { ...gpu, model: 'H200' }, vf: null, nvme: null }],
    },
  ]);
});

test('a name that is listed twice stops the start with a sentence that names it', () => {
  expect(() => configuredFleet({ simulatedNodes: [settings, settings], realGpus: [] })).toThrow(
    'fleet.nodes lists node-1 twice',
  );
});

test.each([
  ['NVIDIA H200', 'H200'],
  ['NVIDIA H100 80GB HBM3', 'H100'],
  ['NVIDIA A100-SXM4-80GB', 'A100'],
  ['NVIDIA L40S', 'L40S'],
  ['Tesla V100-SXM2-16GB', 'V100'],
  ['NVIDIA GeForce RTX 4090', 'RTX 4090'],
  ['NVIDIA RTX 6000 Ada Generation', 'RTX 6000 Ada Generation'],
])('%s is called %s', (reported, name) => {
  expect(modelName(reported)).toBe(name);
});
