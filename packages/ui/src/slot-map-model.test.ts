import {
  COMPACT_METRICS,
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
