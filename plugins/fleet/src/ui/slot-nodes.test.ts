import type { NodeSlot } from './node-words';
import { slotNodes } from './slot-nodes';
import { occupantsOf } from './use-node-slots';

const slot = (label: string, more: Partial<NodeSlot> & { index?: number } = {}): NodeSlot => ({
  slot_id: `slot-${label}`,
  status: 'free',
  label,
  gpu: {
    index: more.index ?? 0,
    uuid: `GPU-${more.index ?? 0}`,
    model: 'H100',
    memory_bytes: 80 * 1024 ** 3,
    pci_address: null,
    simulated: false,
  },
  numa_node: 0,
  vf: null,
  nvme: null,
  nvme_serial: null,
  part: 0,
  parts: 1,
  slot_map_id: null,
  blocked: null,
  gpu_fraction_milli: 1000,
  allocation_id: null,
  held_since: null,
  ...more,
});

test('parts of a GPU are slices of it, in its domain, and say who holds them and why they are blocked', () => {
  const blocked = { kind: 'unproven', reason: 'A process is left.', since: null } as const;
  const [node] = slotNodes(
    'node-1',
    [
      slot('GPU 0, half 1 of 2', { status: 'held', allocation_id: 'alloc_1', parts: 2 }),
      slot('GPU 0, half 2 of 2', { part: 1, parts: 2, nvme: 'nvme1n1' }),
      slot('GPU 1', { index: 1, numa_node: 1, status: 'cleanup_blocked', blocked }),
    ],
    id => (id === 'alloc_1' ? 'trainer' : id),
  );
  expect(node?.numa.map(({ label, gpus }) => [label, gpus])).toEqual([
    [
      'NUMA 0',
      [
        {
          id: 'gpu-0',
          label: 'GPU 0',
          slices: [
            { id: 'slot-GPU 0, half 1 of 2', label: 'half 1 of 2', state: 'held', detail: 'H100 · held by trainer' },
            { id: 'slot-GPU 0, half 2 of 2', label: 'half 2 of 2', state: 'free', detail: 'H100 · NVMe nvme1n1' },
          ],
        },
      ],
    ],
    [
      'NUMA 1',
      [
        {
          id: 'gpu-1',
          label: 'GPU 1',
          slices: [{ id: 'slot-GPU 1', state: 'blocked', detail: 'H100 · A process is left.' }],
        },
      ],
    ],
  ]);
});

test('who holds several slots is one occupant, and who came first is first', () => {
  const held = (id: string, at: string) => ({ status: 'held', allocation_id: id, held_since: at }) as const;
  const occupants = occupantsOf([
    slot('GPU 0', held('late', '2026-03-02T00:00:00.000Z')),
    slot('GPU 1', held('early', '2026-03-01T00:00:00.000Z')),
    slot('GPU 2', held('late', '2026-03-02T00:00:00.000Z')),
    slot('GPU 3'),
  ]);
  expect(occupants.map(({ allocationId, slots }) => [allocationId, slots.length])).toEqual([
    ['early', 1],
    ['late', 2],
  ]);
});
