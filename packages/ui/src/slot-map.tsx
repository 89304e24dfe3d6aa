import { useId, useRef, useState, type KeyboardEvent } from 'react';
import { classNames } from './class-names';
import { SegmentedControl } from './tabs';
import { CellShape, DeviceMarks, Ghost } from './slot-map-cell';
import { SlotTable } from './slot-map-table';
import {
  COMPACT_METRICS,
  describeSlot,
  FULL_METRICS,
  layoutNode,
  moveInLayout,
  slicesOf,
  SLOT_GHOST_LABELS,
  SLOT_STATE_LABELS,
  summarizeSlots,
  type SlotCell,
  type SlotDirection,
  type SlotGhost,
  type SlotMapNode,
  type SlotMapSlice,
  type SlotState,
} from './slot-map-model';

export interface SlotMapProps {
  /** Names the picture: "Slots of node-01". */
  label: string;
  nodes: readonly SlotMapNode[];
  /** `compact` is a picture with one sentence, for cards; `picture` the same, larger and captioned; `full` has keys, details, a legend and a table twin. */
  variant?: 'full' | 'compact' | 'picture';
  /** Makes the slices choosable. */
  onSelect?: (slot: { nodeId: string; gpuId: string; sliceId: string }) => void;
  selectedIds?: readonly string[];
  isLegendHidden?: boolean;
}

/** The signature of the interface: what hardware there is, whose it is and where, in one small drawing. */
export function SlotMap(props: SlotMapProps) {
  const { label, nodes, variant = 'full' } = props;
  const [view, setView] = useState<'map' | 'table'>('map');
  const summary = summarizeSlots(nodes);
  if (variant !== 'full') {
    return (
      <div className={`pt-slot-map pt-slot-map-${variant}`}>
        {nodes.map(node => (
          <NodeDrawing
            key={node.id}
            node={node}
            metrics={variant === 'compact' ? COMPACT_METRICS : FULL_METRICS}
            hasCaptions={variant === 'picture'}
            label={`${label}: ${nodes.length === 1 ? summary : `${node.label}, ${summarizeSlots([node])}`}`}
          />
        ))}
      </div>
    );
  }
  return (
    <div className="pt-slot-map" role="group" aria-label={label}>
      <div className="pt-slot-map-head">
        <span className="pt-slot-map-summary pt-numeric">{summary}</span>
        <SegmentedControl
          label={`View of ${label}`}
          value={view}
          onChange={setView}
          options={[
            { value: 'map', label: 'Map' },
            { value: 'table', label: 'Table' },
          ]}
        />
      </div>
      {view === 'map' ? <MapView {...props} /> : <SlotTable {...props} />}
      {view === 'map' && !props.isLegendHidden && <Legend nodes={nodes} />}
    </div>
  );
}

function MapView(props: SlotMapProps) {
  const [current, setCurrent] = useState<SlotCell | null>(null);
  return (
    <>
      <div className="pt-slot-map-nodes">
        {props.nodes.map(node => (
          <figure key={node.id} className="pt-slot-node">
            <figcaption>
              <span className="pt-mono">{node.label}</span>
              {node.detail && <span className="pt-description">{node.detail}</span>}
            </figcaption>
            <InteractiveNode {...props} node={node} onCurrent={setCurrent} />
          </figure>
        ))}
      </div>
      {/* One fixed line instead of a floating tooltip: it never covers the map and is there for keyboard and touch too. */}
      <p className="pt-slot-detail pt-numeric">
        {current ? describeSlot(current) : 'Point at a slot, or use the arrow keys.'}
      </p>
    </>
  );
}

function InteractiveNode(props: SlotMapProps & { node: SlotMapNode; onCurrent: (cell: SlotCell | null) => void }) {
  const { node, onSelect, onCurrent, selectedIds } = props;
  const layout = layoutNode(node, FULL_METRICS);
  const [focused, setFocused] = useState(0);
  const svg = useRef<SVGSVGElement>(null);
  const active = Math.min(focused, layout.cells.length - 1);
  const select = (cell: SlotCell) => onSelect?.({ nodeId: node.id, gpuId: cell.gpu.id, sliceId: cell.slice.id });
  const focus = (index: number) => {
    setFocused(index);
    svg.current?.querySelectorAll<SVGGElement>('[data-cell]')[index]?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const directions: Record<string, SlotDirection> = {
      ArrowLeft: 'left',
      ArrowRight: 'right',
      ArrowUp: 'up',
      ArrowDown: 'down',
    };
    const direction = directions[event.key];
    const cell = layout.cells[active];
    if (direction) focus(moveInLayout(layout.cells, active, direction));
    else if (event.key === 'Home') focus(0);
    else if (event.key === 'End') focus(layout.cells.length - 1);
    else if ((event.key === 'Enter' || event.key === ' ') && onSelect && cell) select(cell);
    else return;
    event.preventDefault();
  };
  return (
    <svg
      ref={svg}
      className="pt-slot-svg"
      viewBox={`0 0 ${layout.width} ${layout.height}`}
      width={layout.width}
      height={layout.height}
      role="group"
      aria-label={`${node.label}: ${summarizeSlots([node])}`}
      onKeyDown={onKeyDown}
      onPointerLeave={() => onCurrent(null)}
    >
      <Frames layout={layout} captions />
      {layout.cells.map((cell, index) => (
        <g
          key={cell.slice.id}
          data-cell=""
          role={onSelect ? 'button' : 'img'}
          tabIndex={index === active ? 0 : -1}
          aria-label={describeSlot(cell)}
          aria-pressed={onSelect ? (selectedIds?.includes(cell.slice.id) ?? false) : undefined}
          className={classNames(
            'pt-slot',
            `pt-slot-${cell.slice.state}`,
            onSelect && 'pt-slot-choosable',
            selectedIds?.includes(cell.slice.id) && 'pt-selected',
          )}
          onPointerEnter={() => onCurrent(cell)}
          onFocus={() => {
            setFocused(index);
            onCurrent(cell);
          }}
          onBlur={() => onCurrent(null)}
          onClick={() => select(cell)}
        >
          <CellShape cell={cell} />
        </g>
      ))}
    </svg>
  );
}

interface NodeDrawingProps {
  node: SlotMapNode;
  metrics: typeof COMPACT_METRICS;
  label: string;
  hasCaptions: boolean;
}

function NodeDrawing({ node, metrics, label, hasCaptions }: NodeDrawingProps) {
  const layout = layoutNode(node, metrics);
  return (
    <svg
      className="pt-slot-svg"
      viewBox={`0 0 ${layout.width} ${layout.height}`}
      width={layout.width}
      height={layout.height}
      role="img"
      aria-label={label}
    >
      <Frames layout={layout} captions={hasCaptions} />
      {layout.cells.map(cell => (
        <g key={cell.slice.id} className={classNames('pt-slot', `pt-slot-${cell.slice.state}`)}>
          <CellShape cell={cell} />
        </g>
      ))}
    </svg>
  );
}

function Frames({ layout, captions }: { layout: ReturnType<typeof layoutNode>; captions?: boolean }) {
  return (
    <g aria-hidden="true">
      {layout.domains.map(domain => (
        <g key={domain.id}>
          <rect
            className="pt-slot-domain"
            x={domain.x}
            y={domain.y}
            width={domain.width}
            height={domain.height}
            rx={4}
          />
          {captions && (
            <text className="pt-slot-caption" x={domain.x + 8} y={domain.y + 16}>
              {domain.label}
            </text>
          )}
        </g>
      ))}
      {layout.gpus
        .filter(gpu => gpu.isOpen)
        .map(gpu => (
          <rect
            key={gpu.id}
            className="pt-slot-open"
            x={gpu.x + 1}
            y={gpu.y + 1}
            width={gpu.width - 2}
            height={gpu.height - 2}
            rx={3}
          />
        ))}
    </g>
  );
}

function Legend({ nodes }: { nodes: readonly SlotMapNode[] }) {
  const slices = slicesOf(nodes);
  const present = new Set(slices.map(slice => slice.state));
  const ghosts = new Set(slices.map(slice => (slice.state === 'candidate' ? undefined : slice.ghost)));
  const hasVf = slices.some(slice => slice.vf !== undefined);
  const hasNvme = slices.some(slice => slice.nvme !== undefined);
  const shown = (Object.keys(SLOT_STATE_LABELS) as SlotState[]).filter(state => present.has(state));
  const id = useId();
  return (
    <ul className="pt-slot-legend" aria-label="Legend">
      {shown.map(state => (
        <li key={`${id}-${state}`}>
          <svg
            width={18}
            height={18}
            viewBox="0 0 18 18"
            aria-hidden="true"
            className={classNames('pt-slot', `pt-slot-${state}`)}
          >
            <CellShape cell={{ x: 0, y: 0, width: 18, height: 18, slice: { id: state, state } } as SlotCell} />
          </svg>
          {SLOT_STATE_LABELS[state]}
        </li>
      ))}
      {(Object.keys(SLOT_GHOST_LABELS) as SlotGhost[])
        .filter(ghost => ghosts.has(ghost))
        .map(ghost => (
          <li key={`${id}-${ghost}`}>
            <svg width={18} height={18} viewBox="0 0 18 18" aria-hidden="true">
              <Ghost ghost={ghost} x={0} y={0} width={18} height={18} />
            </svg>
            {SLOT_GHOST_LABELS[ghost]}
          </li>
        ))}
      {hasVf && <MarkLegend slice={{ id: 'vf', state: 'free', vf: '' }} words="Virtual function (open: none)" />}
      {hasNvme && <MarkLegend slice={{ id: 'nvme', state: 'free', nvme: '' }} words="NVMe (open: none)" />}
    </ul>
  );
}

function MarkLegend({ slice, words }: { slice: SlotMapSlice; words: string }) {
  return (
    <li>
      <svg width={18} height={18} viewBox="0 0 18 18" aria-hidden="true">
        <DeviceMarks slice={slice} x={slice.nvme === undefined ? 7 : 1} y={7} />
      </svg>
      {words}
    </li>
  );
}
