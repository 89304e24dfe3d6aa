import { useState } from 'react';
import { classNames } from '../class-names';
import { SegmentedControl } from '../tabs';
import type { BarSeries, StackedBarsProps } from '../stacked-bars';
import { barScale, percentOf } from './bar-scale';

/** As many colours as there are; the next six are the same ones, hatched. */
const COLORS = 6;
/** So many labels fit below the bars; phones show every other one. */
const LABELS_MAX = 8;

/** Bars of exact integers, stacked by series; the same numbers are there as a table. Drawn by the browser's own layout: no canvas, no library. */
export default function StackedBarsFigure(props: StackedBarsProps) {
  const { title, buckets, series, formatValue } = props;
  const [view, setView] = useState<'chart' | 'table'>('chart');
  const [index, setIndex] = useState<number | null>(null);
  const totals = buckets.map((_, position) => sum(series.map(one => one.values[position] ?? 0n)));
  const at = index === null ? undefined : buckets[index];
  return (
    <figure className="pt-chart" aria-label={title}>
      <figcaption className="pt-chart-head">
        <span className="pt-chart-title">
          {title}
          {props.note && <span className="pt-tag">{props.note}</span>}
        </span>
        <span className="pt-chart-tools">
          {props.tools}
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
        <Plot {...props} totals={totals} onPoint={setIndex} pointed={index} />
      ) : (
        <BarTable {...props} totals={totals} />
      )}
      {view === 'chart' && (
        <ul className="pt-chart-legend">
          {series.map((one, position) => (
            <li key={one.id}>
              <span className={classNames('pt-bar-sample', lookOf(position))} aria-hidden="true" />
              <span>{one.label}</span>
              <span className="pt-numeric pt-chart-value">
                {formatValue(index === null ? sum(one.values) : (one.values[index] ?? 0n))}
              </span>
            </li>
          ))}
          <li className="pt-numeric pt-chart-time">{at?.label ?? `All of ${buckets.length}`}</li>
        </ul>
      )}
    </figure>
  );
}

interface PlotProps extends StackedBarsProps {
  totals: readonly bigint[];
  pointed: number | null;
  onPoint: (index: number | null) => void;
}

function Plot({
  title,
  buckets,
  series,
  formatValue,
  formatLine,
  heightPx = 200,
  totals,
  pointed,
  onPoint,
}: PlotProps) {
  const scale = barScale(totals.reduce((most, total) => (total > most ? total : most), 0n));
  const step = scale.lines[1] ?? scale.top;
  const every = Math.ceil(buckets.length / LABELS_MAX);
  return (
    <div
      className="pt-bars"
      role="img"
      aria-label={`${title}, ${buckets.length} bars, ${formatValue(sum(totals))} in all. The table view has all values.`}
    >
      <div className="pt-bars-plot" style={{ height: `${heightPx}px` }} onPointerLeave={() => onPoint(null)}>
        {scale.lines.map(line => (
          <div key={line.toString()} className="pt-bars-line" style={{ bottom: `${percentOf(line, scale.top)}%` }}>
            <span>{formatLine?.(line, step) ?? formatValue(line)}</span>
          </div>
        ))}
        <div className="pt-bars-row">
          {buckets.map((bucket, position) => (
            <div
              key={bucket.key}
              className={classNames('pt-bar', pointed === position && 'pt-current')}
              onPointerEnter={() => onPoint(position)}
            >
              {series.map((one, place) => {
                const percent = percentOf(one.values[position] ?? 0n, scale.top);
                return (
                  percent > 0 && (
                    <div
                      key={one.id}
                      className={classNames('pt-bar-part', lookOf(place))}
                      style={{ height: `${percent}%` }}
                    />
                  )
                );
              })}
            </div>
          ))}
        </div>
      </div>
      <div className="pt-bars-labels">
        {buckets.map(
          (bucket, position) =>
            position % every === 0 && (
              <span key={bucket.key} style={{ left: `${((position + 0.5) * 100) / buckets.length}%` }}>
                {bucket.shortLabel ?? bucket.label}
              </span>
            ),
        )}
      </div>
    </div>
  );
}

function BarTable({ title, buckets, series, formatValue, totals }: StackedBarsProps & { totals: readonly bigint[] }) {
  const rows = buckets.map((bucket, position) => ({ bucket, position })).reverse();
  return (
    <div className="pt-table-frame pt-chart-table" tabIndex={0} role="region" aria-label={`Table of ${title}`}>
      <table className="pt-table pt-table-dense" aria-label={title}>
        <thead>
          <tr>
            <th scope="col">Period</th>
            {series.map(one => (
              <th key={one.id} scope="col" className="pt-cell-end">
                {one.label}
              </th>
            ))}
            {series.length > 1 && (
              <th scope="col" className="pt-cell-end">
                Total
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ bucket, position }) => (
            <tr key={bucket.key}>
              <td>{bucket.label}</td>
              {series.map(one => (
                <td key={one.id} className="pt-cell-end pt-numeric">
                  {formatValue(one.values[position] ?? 0n)}
                </td>
              ))}
              {series.length > 1 && <td className="pt-cell-end pt-numeric">{formatValue(totals[position] ?? 0n)}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function lookOf(position: number): string {
  const isHatched = Math.floor(position / COLORS) % 2 === 1;
  return classNames(`pt-series-${position % COLORS}`, isHatched && 'pt-hatched');
}

function sum(values: BarSeries['values']): bigint {
  return values.reduce((total, value) => total + value, 0n);
}
