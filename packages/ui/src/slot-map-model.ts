/**
 * The shape a slot map draws: node → NUMA domain → GPU → slice. A whole GPU has one slice. Kept apart from the drawing
 * so that the table twin and the arrow keys walk the same order as the eye.
 */
export type SlotState = 'free' | 'held' | 'yours' | 'blocked' | 'candidate';

export interface SlotMapSlice {
  id: string;
  state: SlotState;
  /** "slice 0"; absent for whole GPUs. */
  label?: string;
  /** Extra words for tooltip and table: VF, NVMe, who holds it, why it is blocked. */
  detail?: string;
}

export interface SlotMapGpu {
  id: string;
  label: string;
  slices: readonly SlotMapSlice[];
}

export interface SlotMapNuma {
  id: string;
  label: string;
  gpus: readonly SlotMapGpu[];
}

export interface SlotMapNode {
  id: string;
  label: string;
  /** GPU model, state of the node. */
  detail?: string;
  numa: readonly SlotMapNuma[];
}

export const SLOT_STATE_LABELS: Readonly<Record<SlotState, string>> = {
  free: 'Free',
  held: 'Held',
  yours: 'Yours',
  blocked: 'Blocked',
  candidate: 'Candidate',
};

export interface SlotCell {
  node: SlotMapNode;
  numa: SlotMapNuma;
  gpu: SlotMapGpu;
  slice: SlotMapSlice;
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface SlotLayout {
  cells: SlotCell[];
  gpus: Array<{ id: string; label: string; x: number; y: number; width: number; height: number }>;
  domains: Array<{ id: string; label: string; x: number; y: number; width: number; height: number }>;
  width: number;
  height: number;
}

export interface SlotMetrics {
  gpu: number;
  gap: number;
  domainGap: number;
  padding: number;
  caption: number;
  gpusPerRow: number;
}

export const FULL_METRICS: SlotMetrics = { gpu: 44, gap: 6, domainGap: 14, padding: 8, caption: 18, gpusPerRow: 4 };
export const COMPACT_METRICS: SlotMetrics = { gpu: 18, gap: 3, domainGap: 8, padding: 4, caption: 0, gpusPerRow: 4 };

/** Places one node: its NUMA domains side by side, the GPUs of each in rows, the slices of a GPU stacked inside it. */
export function layoutNode(node: SlotMapNode, metrics: SlotMetrics): SlotLayout {
  const { gpu: size, gap, domainGap, padding, caption, gpusPerRow } = metrics;
  const layout: SlotLayout = { cells: [], gpus: [], domains: [], width: 0, height: 0 };
  let left = 0.5;
  for (const numa of node.numa) {
    const columns = Math.max(1, Math.min(gpusPerRow, numa.gpus.length));
    const rows = Math.max(1, Math.ceil(numa.gpus.length / columns));
    const width = columns * size + (columns - 1) * gap + padding * 2;
    const height = rows * size + (rows - 1) * gap + padding * 2 + caption;
    layout.domains.push({ id: numa.id, label: numa.label, x: left, y: 0.5, width, height });
    numa.gpus.forEach((gpu, index) => {
      const x = left + padding + (index % columns) * (size + gap);
      const y = 0.5 + caption + padding + Math.floor(index / columns) * (size + gap);
      layout.gpus.push({ id: gpu.id, label: gpu.label, x, y, width: size, height: size });
      const sliceHeight = size / Math.max(1, gpu.slices.length);
      gpu.slices.forEach((slice, row) => {
        layout.cells.push({ node, numa, gpu, slice, x, y: y + row * sliceHeight, width: size, height: sliceHeight });
      });
    });
    left += width + domainGap;
    layout.height = Math.max(layout.height, height + 1);
  }
  layout.width = Math.max(0, left - domainGap) + 0.5;
  return layout;
}

export type SlotDirection = 'left' | 'right' | 'up' | 'down';

/** Index of the nearest cell in a direction; the same index when there is none. */
export function moveInLayout(cells: readonly SlotCell[], from: number, direction: SlotDirection): number {
  const origin = cells[from];
  if (!origin) return 0;
  let best = from;
  let bestDistance = Infinity;
  cells.forEach((cell, index) => {
    const dx = centreX(cell) - centreX(origin);
    const dy = centreY(cell) - centreY(origin);
    const along = direction === 'left' ? -dx : direction === 'right' ? dx : direction === 'up' ? -dy : dy;
    if (index === from || along < 1) return;
    // Straying sideways costs more than going far, so that a row is followed to its end.
    const across = direction === 'left' || direction === 'right' ? Math.abs(dy) : Math.abs(dx);
    const distance = along + across * 4;
    if (distance < bestDistance) [best, bestDistance] = [index, distance];
  });
  return best;
}

function centreX(cell: SlotCell): number {
  return cell.x + cell.width / 2;
}

function centreY(cell: SlotCell): number {
  return cell.y + cell.height / 2;
}

/** "2 yours, 5 free, 1 held": what a map says in one line. */
export function summarizeSlots(nodes: readonly SlotMapNode[]): string {
  const counts = new Map<SlotState, number>();
  for (const node of nodes)
    for (const numa of node.numa)
      for (const gpu of numa.gpus)
        for (const slice of gpu.slices) counts.set(slice.state, (counts.get(slice.state) ?? 0) + 1);
  const order: SlotState[] = ['yours', 'free', 'held', 'candidate', 'blocked'];
  const parts = order.flatMap(state =>
    counts.has(state) ? [`${counts.get(state)} ${SLOT_STATE_LABELS[state].toLowerCase()}`] : [],
  );
  return parts.length > 0 ? parts.join(', ') : 'no slots';
}
