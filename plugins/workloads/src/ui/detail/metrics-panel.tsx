import { lazy, Suspense, useMemo, useState } from 'react';
import type { ReplyOf } from '@portico/plugin-kit/contract';
import { renderingOf, useOperation } from '@portico/plugin-kit/ui';
import { ActivityIcon, formatBytes, PageState, SegmentedControl, Skeleton, Stack } from '@portico/ui';
import { metricRanges } from '../../contract/metrics';
import type { getAllocationMetrics, MetricName, MetricRange } from '../../contract/metrics';
import { workloadPage } from '../pages';

const TimeSeries = lazy(() => import('@portico/ui/chart'));

type Metrics = ReplyOf<typeof getAllocationMetrics>;
type Series = Metrics['series'][number];

/** Samples are taken every few seconds. */
const REFETCH_MILLISECONDS = 5_000;

interface ChartDefinition {
  title: string;
  names: readonly MetricName[];
  range?: readonly [number, number];
  format: (value: number) => string;
  isBytes?: boolean;
}

const percent = (value: number) => `${Math.round(value)} %`;
const rate = (value: number) => `${formatBytes(value)}/s`;

const charts: readonly ChartDefinition[] = [
  { title: 'GPU utilisation', names: ['gpu_utilization_percent'], range: [0, 100], format: percent },
  { title: 'GPU memory', names: ['gpu_memory_bytes'], format: formatBytes, isBytes: true },
  { title: 'GPU temperature', names: ['gpu_temperature_celsius'], format: value => `${Math.round(value)} °C` },
  { title: 'GPU power', names: ['gpu_power_watts'], format: value => `${Math.round(value)} W` },
  { title: 'CPU', names: ['cpu_percent'], format: percent },
  { title: 'Memory', names: ['memory_bytes', 'memory_limit_bytes'], format: formatBytes, isBytes: true },
  { title: 'Disk', names: ['disk_bytes', 'disk_limit_bytes'], format: formatBytes, isBytes: true },
  {
    title: 'Network',
    names: ['network_rx_bytes_per_second', 'network_tx_bytes_per_second'],
    format: rate,
    isBytes: true,
  },
  { title: 'Processes', names: ['processes'], format: value => String(Math.round(value)) },
];

const seriesLabels: Partial<Record<MetricName, string>> = {
  memory_bytes: 'Used',
  memory_limit_bytes: 'Limit',
  disk_bytes: 'Used',
  disk_limit_bytes: 'Limit',
  network_rx_bytes_per_second: 'Received',
  network_tx_bytes_per_second: 'Sent',
};

function labelOf(series: Series, title: string): string {
  return series.gpu_index === null ? (seriesLabels[series.name] ?? title) : `GPU ${series.gpu_index}`;
}

/** How the workload is used: charts with one cursor, what happened marked, and the numbers as tables and CSV. */
export default function MetricsPanel({ allocationId, isLive }: { allocationId: string; isLive: boolean }) {
  const [range, setRange] = useState<MetricRange>('15m');
  const metrics = useOperation(
    workloadPage,
    'getAllocationMetrics',
    { params: { allocation_id: allocationId }, query: { range } },
    { keepPrevious: true, ...(isLive ? { refetchMilliseconds: REFETCH_MILLISECONDS } : {}) },
  );
  const { data } = metrics;
  const isEmpty = data !== undefined && data.at.length === 0;
  return (
    <Stack>
      <SegmentedControl
        label="Range"
        value={range}
        onChange={setRange}
        options={metricRanges.map(value => ({ value, label: value }))}
      />
      <PageState
        state={renderingOf(metrics, {
          layout: 'cards',
          empty: isEmpty && {
            icon: ActivityIcon,
            title: 'No samples yet',
            description: 'The first ones come seconds after it is active.',
          },
        })}
      >
        <Suspense fallback={<Skeleton shape="cards" count={4} />}>
          {data !== undefined && <Charts metrics={data} group={allocationId} />}
        </Suspense>
      </PageState>
    </Stack>
  );
}

function Charts({ metrics, group }: { metrics: Metrics; group: string }) {
  const times = useMemo(() => metrics.at.map(at => Date.parse(at) / 1000), [metrics.at]);
  const events = useMemo(
    () => metrics.markers.map(marker => ({ at: Date.parse(marker.at) / 1000, label: marker.message })),
    [metrics.markers],
  );
  return (
    <Stack>
      {charts.map(chart => {
        const found = metrics.series.filter(series => chart.names.includes(series.name));
        if (found.length === 0) return null;
        return (
          <TimeSeries
            key={chart.title}
            title={chart.title}
            times={times}
            series={found.map(series => ({
              id: `${series.name}-${series.gpu_index ?? ''}`,
              label: labelOf(series, chart.title),
              values: series.values,
            }))}
            events={events}
            group={group}
            formatValue={chart.format}
            isBytes={chart.isBytes ?? false}
            csvName={`${chart.names[0] ?? 'metrics'}.csv`}
            {...(chart.range === undefined ? {} : { range: chart.range })}
            {...(found.some(series => series.simulated) ? { note: 'simulated' } : {})}
          />
        );
      })}
    </Stack>
  );
}
