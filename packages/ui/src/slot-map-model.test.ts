import {
  COMPACT_METRICS,
  describeSlot,
  FULL_METRICS,
  layoutNode,
  moveInLayout,
  summarizeSlots,
  type SlotMapNode,
} from './slot-map-model';

const NODE: SlotMapNode = {
  id: 'n',
  label: 'node-01',
  numa: [0, 1].map(domain => ({
    id: `d${domain}`,
    label: `NUMA ${domain}`,
    gpus: Array.from({ length: 4 }, (_, index) => ({
      id: `g${domain}${index}`,
      label: `GPU ${domain * 4 + index}`,
      slices: [{ id: `s${domain}${index}`, state: index === 0 ? ('yours' as const) : ('free' as const) }],
    })),
  })),
};

test.each([FULL_METRICS, COMPACT_METRICS])('no two slots overlap and all are inside the picture', metrics => {
  const { cells, width, height } = layoutNode(NODE, metrics);
  expect(cells).toHaveLength(8);
  for (const cell of cells) {
    expect(cell.x + cell.width).toBeLessThanOrEqual(width);
    expect(cell.y + cell.height).toBeLessThanOrEqual(height);
    for (const other of cells) {
      if (other === cell) continue;
      const apart =
        cell.x + cell.width <= other.x ||
        other.x + other.width <= cell.x ||
        cell.y + cell.height <= other.y ||
        other.y + other.height <= cell.y;
      expect(apart).toBe(true);
    }
  }
});

test('arrow keys follow the row across NUMA domains and stop at its ends', () => {
  const { cells } = layoutNode(NODE, FULL_METRICS);
  expect(moveInLayout(cells, 3, 'right')).toBe(4);
  expect(moveInLayout(cells, 0, 'left')).toBe(0);
  expect(moveInLayout(cells, 7, 'right')).toBe(7);
  expect(moveInLayout(cells, 2, 'down')).toBe(2);
});

test('the picture has a sentence', () => {
  expect(summarizeSlots([NODE])).toBe('2 yours, 6 free');
  expect(summarizeSlots([])).toBe('no slots');
});

test('a node without hardware has a size', () =>
  expect(layoutNode({ id: 'e', label: 'e', numa: [] }, FULL_METRICS).width).toBeGreaterThanOrEqual(0));

const PARTS: SlotMapNode = {
  id: 'p',
  label: 'node-02',
  numa: [
    {
      id: 'd0',
      label: 'NUMA 0',
      gpus: [
        {
          id: 'mig',
          label: 'GPU 0',
          slices: [428, 285].map((fractionMilli, index) => ({
            id: `m${index}`,
            state: 'free' as const,
            label: `MIG ${index}`,
            fractionMilli,
          })),
        },
        {
          id: 'sevenths',
          label: 'GPU 1',
          slices: Array.from({ length: 7 }, (_, index) => ({
            id: `s${index}`,
            state: 'free' as const,
            fractionMilli: 142,
          })),
        },
        { id: 'out', label: 'GPU 2', slices: [] },
        {
          id: 'blocked',
          label: 'GPU 3',
          slices: [
            {
              id: 'b',
              state: 'blocked',
              reason: 'The disk is gone.',
              vf: '0000:18:00.1',
              nvme: null,
              ghost: 'removed',
            },
          ],
        },
      ],
    },
  ],
};

test('slices share the height of their GPU by their part of it, and what nobody has stays open', () => {
  const { cells, gpus } = layoutNode(PARTS, FULL_METRICS);
  expect(cells.slice(0, 2).map(cell => Math.round((cell.height / FULL_METRICS.gpu) * 1000))).toEqual([428, 285]);
  expect(gpus.map(gpu => [gpu.id, gpu.isOpen])).toEqual([
    ['mig', true],
    ['sevenths', false],
    ['out', true],
    ['blocked', false],
  ]);
});

test('a slot says what it has, what stands against it and what would become of it', () => {
  const { cells } = layoutNode(PARTS, FULL_METRICS);
  expect(describeSlot(cells[cells.length - 1] as (typeof cells)[number])).toBe(
    'node-02 / NUMA 0 / GPU 3: blocked, would be taken out, virtual function 0000:18:00.1, no NVMe. The disk is gone.',
  );
  expect(summarizeSlots([PARTS])).toBe('9 free, 1 blocked, 1 would be taken out');
});

test('arrow keys reach every slice of unequal parts', () => {
  const { cells } = layoutNode(PARTS, FULL_METRICS);
  expect(moveInLayout(cells, 0, 'down')).toBe(1);
  expect(moveInLayout(cells, 1, 'up')).toBe(0);
  expect(cells[moveInLayout(cells, 0, 'right')]?.gpu.id).toBe('sevenths');
});
