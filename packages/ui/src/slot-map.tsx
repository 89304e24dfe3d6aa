import { useId, useRef, useState, type KeyboardEvent } from 'react';
import { classNames } from './class-names';
import { SegmentedControl } from './tabs';
import {
  COMPACT_METRICS,
  FULL_METRICS,
  layoutNode,
  moveInLayout,
  SLOT_STATE_LABELS,
  summarizeSlots,
  type SlotCell,
  type SlotDirection,
  type SlotMapNode,
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
        {current ? describe(current) : 'Point at a slot, or use the arrow keys.'}
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
          aria-label={describe(cell)}
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
    </g>
  );
}

/** Fill, glyph and pattern each tell the state, so that none of them is needed alone. */
function CellShape({ cell }: { cell: SlotCell }) {
  const inset = cell.height < 8 ? 0.5 : 1;
  const x = cell.x + inset;
  const y = cell.y + inset;
  const width = cell.width - inset * 2;
  const height = cell.height - inset * 2;
  const unit = Math.max(1.6, Math.min(width, height) * 0.16);
  return (
    <>
      <rect className="pt-slot-fill" x={x} y={y} width={width} height={height} rx={Math.min(3, height / 4)} />
      {cell.slice.state === 'held' && <Hatch x={x} y={y} width={width} height={height} />}
      {/* In the slices of a compact map a glyph would be noise; there the fills carry the picture and the sentence the facts. */}
      {height >= 6 && (
        <g className="pt-slot-glyph" transform={`translate(${x + width / 2} ${y + height / 2})`}>
          <Glyph state={cell.slice.state} unit={unit} />
        </g>
      )}
      <rect
        className="pt-slot-ring"
        x={x - 1}
        y={y - 1}
        width={width + 2}
        height={height + 2}
        rx={Math.min(4, height / 4 + 1)}
      />
    </>
  );
}

function Glyph({ state, unit }: { state: SlotState; unit: number }) {
  switch (state) {
    case 'free':
      return <circle r={unit} className="pt-glyph-line" />;
    case 'yours':
      return (
        <path
          d={`M0 ${-unit * 1.5} L${unit * 1.5} 0 L0 ${unit * 1.5} L${-unit * 1.5} 0 Z`}
          className="pt-glyph-solid"
        />
      );
    case 'blocked':
      return (
        <path d={`M${-unit} ${-unit} L${unit} ${unit} M${unit} ${-unit} L${-unit} ${unit}`} className="pt-glyph-line" />
      );
    case 'candidate':
      return <path d={`M0 ${-unit * 1.2} V${unit * 1.2} M${-unit * 1.2} 0 H${unit * 1.2}`} className="pt-glyph-line" />;
    case 'held':
      return null;
  }
}

const HATCH_STEP = 6;

/** Diagonal lines, clipped by hand: a pattern would need an id per map and a URL reference that themes cannot reach. */
function Hatch({ x, y, width, height }: { x: number; y: number; width: number; height: number }) {
  const lines: string[] = [];
  for (let offset = HATCH_STEP; offset < width + height; offset += HATCH_STEP) {
    const x1 = x + Math.min(offset, width);
    const y1 = y + Math.max(0, offset - width);
    const x2 = x + Math.max(0, offset - height);
    const y2 = y + Math.min(offset, height);
    lines.push(`M${x1} ${y1} L${x2} ${y2}`);
  }
  return <path className="pt-slot-hatch" d={lines.join(' ')} />;
}

function Legend({ nodes }: { nodes: readonly SlotMapNode[] }) {
  const present = new Set(
    nodes.flatMap(node => node.numa.flatMap(numa => numa.gpus.flatMap(gpu => gpu.slices.map(slice => slice.state)))),
  );
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
    </ul>
  );
}

function SlotTable({ nodes, label }: SlotMapProps) {
  return (
    <div className="pt-table-frame">
      <table className="pt-table pt-table-dense" aria-label={label}>
        <thead>
          <tr>
            <th scope="col">Node</th>
            <th scope="col">NUMA</th>
            <th scope="col">GPU</th>
            <th scope="col">State</th>
            <th scope="col">Detail</th>
          </tr>
        </thead>
        <tbody>
          {nodes.flatMap(node =>
            layoutNode(node, COMPACT_METRICS).cells.map(cell => (
              <tr key={`${node.id}-${cell.slice.id}`}>
                <td className="pt-mono">{node.label}</td>
                <td>{cell.numa.label}</td>
                <td>{[cell.gpu.label, cell.slice.label].filter(Boolean).join(' / ')}</td>
                <td>{SLOT_STATE_LABELS[cell.slice.state]}</td>
                <td>{cell.slice.detail ?? '–'}</td>
              </tr>
            )),
          )}
        </tbody>
      </table>
    </div>
  );
}

function describe(cell: SlotCell): string {
  const place = [cell.node.label, cell.numa.label, cell.gpu.label, cell.slice.label].filter(Boolean).join(' / ');
  return [`${place}: ${SLOT_STATE_LABELS[cell.slice.state].toLowerCase()}`, cell.slice.detail]
    .filter(Boolean)
    .join(', ');
}
