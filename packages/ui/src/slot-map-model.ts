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
  /** Extra words for tooltip and table: who holds it, since when. */
  detail?: string;
  /** Thousandths of the GPU it is: slices share the height of their GPU by it, and what nobody has stays open. Absent on all slices of a GPU: equal shares. */
  fractionMilli?: number;
  /** The virtual function that goes with it; null where it has none. Absent: nothing is said of it, no mark is drawn. */
  vf?: string | null;
  /** The same of its NVMe namespace. */
  nvme?: string | null;
  /** Why it is blocked, or will be when it is given back. */
  reason?: string;
  /** What a candidate map would make of it: a ghost over what is there. A slot that is only in the candidate has the state `candidate` as well. */
  ghost?: SlotGhost;
}

export type SlotGhost = 'added' | 'changed' | 'removed';

export interface SlotMapGpu {
  id: string;
  label: string;
  /** None, or less than the whole GPU: the rest is drawn open, as left out. */
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

export const SLOT_GHOST_LABELS: Readonly<Record<SlotGhost, string>> = {
  added: 'Would be added',
  changed: 'Would change',
  removed: 'Would be taken out',
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
  /** `isOpen`: some of it, or all, is in no slot. */
  gpus: Array<{ id: string; label: string; x: number; y: number; width: number; height: number; isOpen: boolean }>;
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
      const shares = sharesOf(gpu.slices);
      const isOpen = shares.reduce((sum, share) => sum + share, 0) < ALMOST_WHOLE;
      layout.gpus.push({ id: gpu.id, label: gpu.label, x, y, width: size, height: size, isOpen });
      let top = y;
      gpu.slices.forEach((slice, row) => {
        const sliceHeight = size * (shares[row] ?? 0);
        layout.cells.push({ node, numa, gpu, slice, x, y: top, width: size, height: sliceHeight });
        top += sliceHeight;
      });
    });
    left += width + domainGap;
    layout.height = Math.max(layout.height, height + 1);
  }
  layout.width = Math.max(0, left - domainGap) + 0.5;
  return layout;
}

/** Seven sevenths, each rounded down to thousandths, are 994: that GPU is whole. */
const ALMOST_WHOLE = 0.99;

/** Parts of the GPU's height, one per slice. More than a whole GPU, which no sound map has, is fitted into one. */
function sharesOf(slices: readonly SlotMapSlice[]): number[] {
  if (slices.some(slice => slice.fractionMilli === undefined)) return slices.map(() => 1 / slices.length);
  const milli = slices.map(slice => slice.fractionMilli ?? 0);
  const whole = Math.max(
    1000,
    milli.reduce((sum, share) => sum + share, 0),
  );
  return milli.map(share => share / whole);
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

/** "2 yours, 5 free, 1 held; 1 would change": what a map says in one line. */
export function summarizeSlots(nodes: readonly SlotMapNode[]): string {
  const states = new Map<SlotState, number>();
  const ghosts = new Map<SlotGhost, number>();
  for (const { state, ghost } of slicesOf(nodes)) {
    states.set(state, (states.get(state) ?? 0) + 1);
    // A candidate says by its state that it would be added.
    if (ghost !== undefined && state !== 'candidate') ghosts.set(ghost, (ghosts.get(ghost) ?? 0) + 1);
  }
  const stateOrder: SlotState[] = ['yours', 'free', 'held', 'candidate', 'blocked'];
  const ghostOrder: SlotGhost[] = ['added', 'changed', 'removed'];
  const parts = [
    ...stateOrder.flatMap(state => counted(states.get(state), SLOT_STATE_LABELS[state])),
    ...ghostOrder.flatMap(ghost => counted(ghosts.get(ghost), SLOT_GHOST_LABELS[ghost])),
  ];
  return parts.length > 0 ? parts.join(', ') : 'no slots';
}

function counted(count: number | undefined, words: string): string[] {
  return count === undefined ? [] : [`${count} ${words.toLowerCase()}`];
}

export function slicesOf(nodes: readonly SlotMapNode[]): SlotMapSlice[] {
  return nodes.flatMap(node => node.numa.flatMap(numa => numa.gpus.flatMap(gpu => gpu.slices)));
}

/** The state, and what a candidate would make of it. */
export function stateWords({ state, ghost }: SlotMapSlice): string[] {
  const isSaid = ghost === undefined || (ghost === 'added' && state === 'candidate');
  return [SLOT_STATE_LABELS[state], ...(isSaid ? [] : [SLOT_GHOST_LABELS[ghost].toLowerCase()])];
}

/** All of a slot in one line: what a pointer or the arrow keys show, and what a screen reader reads. */
export function describeSlot(cell: SlotCell): string {
  const { vf, nvme, reason, detail } = cell.slice;
  const place = [cell.node.label, cell.numa.label, cell.gpu.label, cell.slice.label].filter(Boolean).join(' / ');
  const [state = '', ...ghost] = stateWords(cell.slice);
  const facts = [
    `${place}: ${state.toLowerCase()}`,
    ...ghost,
    vf !== undefined && (vf === null ? 'no virtual function' : `virtual function ${vf}`),
    nvme !== undefined && (nvme === null ? 'no NVMe' : `NVMe ${nvme}`),
    detail,
  ].filter(Boolean);
  return [facts.join(', '), reason].filter(Boolean).join('. ');
}
