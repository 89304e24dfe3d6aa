import { useEffect, useMemo, useRef, useState } from 'react';
import { Button } from '../button';
import { classNames } from '../class-names';
import { DownloadIcon } from '../icons';
import { SegmentedControl } from '../tabs';
import { subscribeToTheme } from '../theme';
import { formatClock, formatInstant } from '../time';
import { seriesCsv } from './series-csv';
import { createPlot, DASHES, SERIES_TOKENS, type Plot } from './plot';

export interface ChartSeries {
  id: string;
  label: string;
  unit?: string;
  /** One per time; null where there is no sample. */
  values: ReadonlyArray<number | null>;
}

/** A moment worth a line across the charts: launch, release, failure. */
export interface ChartEvent {
  /** Unix seconds. */
  at: number;
  label: string;
}

export interface TimeSeriesProps {
  title: string;
  /** Unix seconds, ascending. */
  times: readonly number[];
  series: readonly ChartSeries[];
  events?: readonly ChartEvent[];
  /** Charts of one group share their cursor. */
  group?: string;
  formatValue?: (value: number) => string;
  /** Values are bytes: the axis counts in powers of two. */
  isBytes?: boolean;
  /** Fixed ends of the scale, such as 0 and 100 for a percentage. */
  range?: readonly [number, number];
  heightPx?: number;
  /** File name of the download; the button is left out without it. */
  csvName?: string;
  /** "simulated", shown beside the title. */
  note?: string;
}

const TABLE_ROWS_MAX = 200;

/** Lines differ by colour, dash and letter; the same numbers are there as a table and as CSV. */
export function TimeSeries(props: TimeSeriesProps) {
  const { title, times, series, events, group, range, heightPx = 180, formatValue = formatNumber } = props;
  const isBinary = props.isBytes ?? false;
  const low = range?.[0];
  const high = range?.[1];
  const [view, setView] = useState<'chart' | 'table'>('chart');
  const [index, setIndex] = useState<number | null>(null);
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<Plot | null>(null);
  const shape = series.map(one => `${one.id}:${one.label}`).join('|');
  const latest = useRef({ series, formatValue, events });
  latest.current = { series, formatValue, events };
  const data = useMemo(() => [times, ...series.map(one => one.values)], [times, series]);

  useEffect(() => {
    const element = host.current;
    if (!element || view !== 'chart') return;
    const create = () => {
      plot.current?.destroy();
      plot.current = createPlot({
        element,
        heightPx,
        group,
        range: low === undefined || high === undefined ? undefined : [low, high],
        seriesCount: latest.current.series.length,
        formatValue: value => latest.current.formatValue(value),
        isBinary,
        events: () => latest.current.events ?? [],
        onCursor: setIndex,
      });
      plot.current.setData(dataRef.current);
    };
    create();
    const unsubscribe = subscribeToTheme(create);
    const observer = new ResizeObserver(() => plot.current?.resize(element.clientWidth));
    observer.observe(element);
    return () => {
      unsubscribe();
      observer.disconnect();
      plot.current?.destroy();
      plot.current = null;
    };
    // Values arrive through setData; the plot is made anew only when its shape changes.
  }, [view, shape, heightPx, group, low, high, isBinary]);

  const dataRef = useRef(data);
  dataRef.current = data;
  useEffect(() => plot.current?.setData(data), [data]);

  const shown = index ?? times.length - 1;
  const at = times[shown];
  return (
    <figure className="pt-chart" aria-label={title}>
      <figcaption className="pt-chart-head">
        <span className="pt-chart-title">
          {title}
          {props.note && <span className="pt-tag">{props.note}</span>}
        </span>
        <span className="pt-chart-tools">
          {props.csvName && <CsvButton name={props.csvName} times={times} series={series} />}
          <SegmentedControl
            label={`View of ${title}`}
            value={view}
            onChange={setView}
            options={[
              { value: 'chart', label: 'Chart' },
              { value: 'table', label: 'Table' },
            ]}
          />
        </span>
      </figcaption>
      {view === 'chart' ? (
        <div ref={host} className="pt-chart-host" role="img" aria-label={describe(props)} />
      ) : (
        <SeriesTable {...props} />
      )}
      {view === 'chart' && (
        <ul className="pt-chart-legend">
          {series.map((one, position) => (
            <li key={one.id}>
              <LineSample position={position} />
              <span>{one.label}</span>
              <span className="pt-numeric pt-chart-value">{valueText(one, shown, formatValue)}</span>
            </li>
          ))}
          {at !== undefined && <li className="pt-numeric pt-chart-time">{formatClock(new Date(at * 1000))}</li>}
        </ul>
      )}
    </figure>
  );
}

function LineSample({ position }: { position: number }) {
  const slot = position % SERIES_TOKENS.length;
  return (
    <svg
      width={26}
      height={8}
      viewBox="0 0 26 8"
      aria-hidden="true"
      className={classNames('pt-line-sample', `pt-series-${slot}`)}
    >
      <path d="M0 4H26" strokeDasharray={DASHES[position % DASHES.length]?.join(' ')} />
    </svg>
  );
}

function CsvButton({
  name,
  times,
  series,
}: {
  name: string;
  times: readonly number[];
  series: readonly ChartSeries[];
}) {
  const download = () => {
    const address = URL.createObjectURL(new Blob([seriesCsv(times, series)], { type: 'text/csv' }));
    const link = document.createElement('a');
    link.href = address;
    link.download = name.endsWith('.csv') ? name : `${name}.csv`;
    link.click();
    // Revoked later: some browsers read the address after the click returns.
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
  };
  return (
    <Button variant="quiet" size="small" icon={DownloadIcon} onPress={download}>
      CSV
    </Button>
  );
}

function SeriesTable({ title, times, series, formatValue = formatNumber }: TimeSeriesProps) {
  const first = Math.max(0, times.length - TABLE_ROWS_MAX);
  const rows = times.slice(first).map((seconds, offset) => ({ seconds, index: first + offset }));
  return (
    <div className="pt-table-frame pt-chart-table" tabIndex={0} role="region" aria-label={`Table of ${title}`}>
      <table className="pt-table pt-table-dense" aria-label={title}>
        <thead>
          <tr>
            <th scope="col">Time</th>
            {series.map(one => (
              <th key={one.id} scope="col" className="pt-cell-end">
                {one.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.reverse().map(row => (
            <tr key={row.seconds}>
              <td>{formatInstant(new Date(row.seconds * 1000))}</td>
              {series.map(one => (
                <td key={one.id} className="pt-cell-end pt-numeric">
                  {valueText(one, row.index, formatValue)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function describe({ title, times, series, formatValue = formatNumber }: TimeSeriesProps): string {
  const last = times.length - 1;
  const parts = series.map(one => `${one.label} ${valueText(one, last, formatValue)}`);
  return `${title}, ${times.length} samples, latest: ${parts.join(', ')}. The table view has all values.`;
}

function valueText(series: ChartSeries, index: number, formatValue: (value: number) => string): string {
  const value = series.values[index];
  if (value === null || value === undefined) return '–';
  return series.unit ? `${formatValue(value)} ${series.unit}` : formatValue(value);
}

function formatNumber(value: number): string {
  return new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 }).format(value);
}
