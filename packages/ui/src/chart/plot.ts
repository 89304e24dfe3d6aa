import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { tokenColor } from '../theme';
import type { ChartEvent } from './time-series';

export const SERIES_TOKENS = [
  '--pt-accent',
  '--pt-degraded',
  '--pt-approval',
  '--pt-progress',
  '--pt-running',
  '--pt-failed',
] as const;
/** Second to the colour, so that lines are told apart without it. */
export const DASHES: ReadonlyArray<readonly number[]> = [[], [6, 3], [2, 3], [10, 3, 2, 3], [1, 4], [12, 6]];

const LINE_WIDTH = 1.5;
const EVENT_LINE_PX = 14;
/** Bytes are read in powers of two, so are the steps of their axis. */
const BINARY_STEPS = Array.from({ length: 51 }, (_, power) => 2 ** power);
const FONT = "11px 'JetBrains Mono Variable', ui-monospace, monospace";

export interface PlotOptions {
  element: HTMLElement;
  heightPx: number;
  group: string | undefined;
  range: readonly [number, number] | undefined;
  seriesCount: number;
  formatValue: (value: number) => string;
  isBinary: boolean;
  events: () => readonly ChartEvent[];
  onCursor: (index: number | null) => void;
}

export interface Plot {
  setData: (data: ReadonlyArray<ReadonlyArray<number | null>>) => void;
  resize: (width: number) => void;
  destroy: () => void;
}

/** Everything that touches uPlot. Colours are read when the plot is made; a theme change makes a new one. */
export function createPlot(options: PlotOptions): Plot {
  const { element, heightPx, group, range, seriesCount, formatValue, isBinary, events, onCursor } = options;
  const muted = tokenColor('--pt-muted');
  const line = tokenColor('--pt-line');
  const ink = tokenColor('--pt-ink');
  const axis: uPlot.Axis = { stroke: muted, font: FONT, grid: { stroke: line, width: 1 }, ticks: { show: false } };
  const plot = new uPlot(
    {
      width: Math.max(1, element.clientWidth),
      height: heightPx,
      legend: { show: false },
      padding: [8, 8, 0, 0],
      cursor: {
        ...(group ? { sync: { key: group } } : {}),
        drag: { x: false, y: false },
        points: { size: 6 },
      },
      scales: { y: range ? { range: [range[0], range[1]] } : { range: (_plot, min, max) => paddedRange(min, max) } },
      axes: [
        { ...axis, size: 30, space: 70, values: '{HH}:{mm}:{ss}', grid: { show: false } },
        {
          ...axis,
          size: 66,
          space: 34,
          ...(isBinary ? { incrs: BINARY_STEPS } : {}),
          values: (_plot, ticks) => ticks.map(formatValue),
        },
      ],
      series: [
        {},
        ...Array.from({ length: seriesCount }, (_, index): uPlot.Series => ({
          stroke: tokenColor(SERIES_TOKENS[index % SERIES_TOKENS.length] ?? '--pt-accent'),
          dash: [...(DASHES[index % DASHES.length] ?? [])],
          width: LINE_WIDTH,
          points: { show: false },
        })),
      ],
      hooks: {
        draw: [drawn => drawEvents(drawn, events(), { ink, muted })],
        setCursor: [moved => onCursor(moved.cursor.idx ?? null)],
      },
    },
    [[], ...Array.from({ length: seriesCount }, () => [])],
    element,
  );
  return {
    setData: data => plot.setData(data as unknown as uPlot.AlignedData),
    resize: width => width > 0 && plot.setSize({ width, height: heightPx }),
    destroy: () => plot.destroy(),
  };
}

/** Starts at zero when the values are near it, and never collapses to a line. */
function paddedRange(min: number | null, max: number | null): [number, number] {
  if (min === null || max === null) return [0, 1];
  const low = min >= 0 ? 0 : min * 1.1;
  const high = max === low ? low + 1 : max + (max - low) * 0.08;
  return [low, high];
}

function drawEvents(plot: uPlot, events: readonly ChartEvent[], colors: { ink: string; muted: string }): void {
  const { ctx, bbox } = plot;
  const { min, max } = plot.scales.x ?? {};
  ctx.save();
  ctx.font = `${11 * devicePixelRatio}px 'Instrument Sans Variable', sans-serif`;
  ctx.lineWidth = devicePixelRatio;
  /** Where the labels of each line end, so that events close together are written below one another. */
  const ends: number[] = [];
  for (const event of events) {
    if (min == null || max == null || event.at < min || event.at > max) continue;
    const x = Math.round(plot.valToPos(event.at, 'x', true)) + 0.5;
    ctx.strokeStyle = colors.muted;
    ctx.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio]);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.fillStyle = colors.ink;
    const isNearEnd = x > bbox.left + bbox.width * 0.8;
    ctx.textAlign = isNearEnd ? 'right' : 'left';
    const width = ctx.measureText(event.label).width + 10 * devicePixelRatio;
    const start = isNearEnd ? x - width : x;
    const free = ends.findIndex(end => end <= start);
    const row = free === -1 ? ends.length : free;
    ends[row] = start + width;
    const y = bbox.top + (11 + row * EVENT_LINE_PX) * devicePixelRatio;
    ctx.fillText(event.label, x + (isNearEnd ? -5 : 5) * devicePixelRatio, y);
  }
  ctx.restore();
}
