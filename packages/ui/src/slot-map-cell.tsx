import { classNames } from './class-names';
import type { SlotCell, SlotGhost, SlotMapSlice, SlotState } from './slot-map-model';

/** Fill, glyph and pattern each tell the state, so that none of them is needed alone. */
export function CellShape({ cell }: { cell: SlotCell }) {
  const inset = cell.height < 8 ? 0.5 : 1;
  const x = cell.x + inset;
  const y = cell.y + inset;
  const width = cell.width - inset * 2;
  const height = cell.height - inset * 2;
  const unit = Math.max(1.6, Math.min(width, height) * 0.16);
  const { ghost } = cell.slice;
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
      {Math.min(width, height) >= MARKED_SIZE_MIN && (
        <DeviceMarks slice={cell.slice} x={x + 4.5} y={y + height - 7.5} />
      )}
      {ghost !== undefined && cell.slice.state !== 'candidate' && (
        <Ghost ghost={ghost} x={x} y={y} width={width} height={height} />
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

/** Pixels: in smaller slices marks would touch the glyph. */
const MARKED_SIZE_MIN = 20;

/** A square for the virtual function, a disc for the NVMe namespace; open where the slot has none. */
export function DeviceMarks({ slice, x, y }: { slice: SlotMapSlice; x: number; y: number }) {
  const classOf = (device: string | null) => classNames('pt-slot-mark', device === null && 'pt-absent');
  return (
    <>
      {slice.vf !== undefined && <rect className={classOf(slice.vf)} x={x} y={y} width={3.5} height={3.5} />}
      {slice.nvme !== undefined && <circle className={classOf(slice.nvme)} cx={x + 8} cy={y + 1.75} r={1.9} />}
    </>
  );
}

/** What a candidate would make of a slot that is there: a dashed outline around it, and a sign in the corner. */
export function Ghost(props: { ghost: SlotGhost; x: number; y: number; width: number; height: number }) {
  const { ghost, x, y, width, height } = props;
  const signs: Record<SlotGhost, string> = {
    added: 'M-2.5 0 H2.5 M0 -2.5 V2.5',
    changed: 'M0 -2.5 L2.5 2 H-2.5 Z',
    removed: 'M-2.5 0 H2.5',
  };
  return (
    <g className="pt-slot-ghost">
      <rect x={x + 1.5} y={y + 1.5} width={width - 3} height={height - 3} rx={2} />
      <path d={signs[ghost]} transform={`translate(${x + width - 7} ${y + Math.min(7, height / 2)})`} />
    </g>
  );
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
