import type { MetricsSample } from '@portico/plugin-fleet/port';
import type { MetricName, MetricRange, MetricResolution } from '@portico/plugin-workloads/contract';

/**
 * Measurements are kept in buckets of three widths, each for as long as a range of that grain is worth looking at. A bucket holds the mean of
 * its gauges and the latest value of its counters and limits; rates are made when reading, from the counters of neighbouring buckets, so that no
 * state is needed between samples and a restart costs nothing.
 */
export const metricTiers = [
  { resolution: '10s', seconds: 10, keepSeconds: 2 * 3_600 },
  { resolution: '1m', seconds: 60, keepSeconds: 26 * 3_600 },
  { resolution: '10m', seconds: 600, keepSeconds: 8 * 86_400 },
] as const satisfies readonly { resolution: MetricResolution; seconds: number; keepSeconds: number }[];
export type MetricTier = (typeof metricTiers)[number];

const rangeSeconds = { '15m': 900, '1h': 3_600, '6h': 21_600, '24h': 86_400, '7d': 604_800 } as const satisfies Record<
  MetricRange,
  number
>;
/** More points than this say nothing more on a chart that fits a screen. */
const AUTO_POINTS_MAX = 400;

/** One bucket, or one sample, which is a bucket of one. */
export interface Measurement {
  readonly cpuPercent: number;
  readonly memoryBytes: number;
  readonly memoryLimitBytes: number;
  readonly diskBytes: number;
  readonly diskLimitBytes: number;
  /** Counters since the instance began. */
  readonly networkRxBytes: number;
  readonly networkTxBytes: number;
  readonly processes: number;
  readonly gpus: readonly GpuMeasurement[];
}

export interface GpuMeasurement {
  readonly index: number;
  readonly model: string;
  readonly simulated: boolean;
  readonly utilizationPercent: number;
  readonly memoryBytes: number;
  readonly memoryLimitBytes: number;
  readonly temperatureCelsius: number;
  readonly powerWatts: number;
}

export interface Bucket {
  readonly at: number;
  readonly measurement: Measurement;
}

export function measurementOf(sample: MetricsSample): Measurement {
  return {
    cpuPercent: sample.cpuPercent,
    memoryBytes: sample.memoryBytesUsed,
    memoryLimitBytes: sample.memoryBytesLimit,
    diskBytes: sample.diskBytesUsed,
    diskLimitBytes: sample.diskBytesLimit,
    networkRxBytes: sample.networkRxBytes,
    networkTxBytes: sample.networkTxBytes,
    processes: sample.processes,
    gpus: sample.gpus.map(gpu => ({
      index: gpu.index,
      model: gpu.model,
      simulated: gpu.simulated,
      utilizationPercent: gpu.utilizationPercent,
      memoryBytes: gpu.memoryBytesUsed,
      memoryLimitBytes: gpu.memoryBytesTotal,
      temperatureCelsius: gpu.temperatureCelsius,
      powerWatts: gpu.powerWatts,
    })),
  };
}

/** A bucket of `samples` with one more sample in it. */
export function merged(bucket: Measurement, samples: number, sample: Measurement): Measurement {
  const mean = (sum: number, value: number) => (sum * samples + value) / (samples + 1);
  return {
    ...sample,
    cpuPercent: mean(bucket.cpuPercent, sample.cpuPercent),
    memoryBytes: mean(bucket.memoryBytes, sample.memoryBytes),
    diskBytes: mean(bucket.diskBytes, sample.diskBytes),
    processes: mean(bucket.processes, sample.processes),
    gpus: sample.gpus.map(gpu => {
      const before = bucket.gpus.find(other => other.index === gpu.index);
      if (!before) return gpu;
      return {
        ...gpu,
        utilizationPercent: mean(before.utilizationPercent, gpu.utilizationPercent),
        memoryBytes: mean(before.memoryBytes, gpu.memoryBytes),
        temperatureCelsius: mean(before.temperatureCelsius, gpu.temperatureCelsius),
        powerWatts: mean(before.powerWatts, gpu.powerWatts),
      };
    }),
  };
}

export function bucketStart(at: number, tier: Pick<MetricTier, 'seconds'>): number {
  const width = tier.seconds * 1000;
  return Math.floor(at / width) * width;
}

export interface Window {
  readonly tier: MetricTier;
  readonly from: number;
  readonly to: number;
}

/** Which buckets answer a question. Never reaches back beyond what the resolution is kept for. */
export function windowOf(options: {
  range: MetricRange;
  resolution: MetricResolution;
  until: number;
  since: number;
  now: number;
}): Window {
  const seconds = rangeSeconds[options.range];
  const tier =
    options.resolution === 'auto'
      ? (metricTiers.find(
          candidate => candidate.keepSeconds >= seconds && seconds / candidate.seconds <= AUTO_POINTS_MAX,
        ) ?? metricTiers[2])
      : metricTiers.find(candidate => candidate.resolution === options.resolution)!;
  const from = Math.max(options.until - seconds * 1000, options.since, options.now - tier.keepSeconds * 1000);
  return { tier, from: Math.min(bucketStart(from, tier), options.until), to: options.until };
}

export interface Series {
  readonly name: MetricName;
  readonly unit: 'percent' | 'bytes' | 'bytes_per_second' | 'count' | 'celsius' | 'watts';
  readonly gpuIndex: number | null;
  readonly gpuModel: string | null;
  readonly simulated: boolean;
  readonly values: readonly (number | null)[];
}

type Unit = Series['unit'];
type Reading<Of> = { readonly name: MetricName; readonly unit: Unit; readonly read: (of: Of) => number };

const gauges: readonly Reading<Measurement>[] = [
  { name: 'cpu_percent', unit: 'percent', read: of => of.cpuPercent },
  { name: 'memory_bytes', unit: 'bytes', read: of => of.memoryBytes },
  { name: 'memory_limit_bytes', unit: 'bytes', read: of => of.memoryLimitBytes },
  { name: 'disk_bytes', unit: 'bytes', read: of => of.diskBytes },
  { name: 'disk_limit_bytes', unit: 'bytes', read: of => of.diskLimitBytes },
  { name: 'processes', unit: 'count', read: of => of.processes },
];
const counters: readonly Reading<Measurement>[] = [
  { name: 'network_rx_bytes_per_second', unit: 'bytes_per_second', read: of => of.networkRxBytes },
  { name: 'network_tx_bytes_per_second', unit: 'bytes_per_second', read: of => of.networkTxBytes },
];
const gpuGauges: readonly Reading<GpuMeasurement>[] = [
  { name: 'gpu_utilization_percent', unit: 'percent', read: of => of.utilizationPercent },
  { name: 'gpu_memory_bytes', unit: 'bytes', read: of => of.memoryBytes },
  { name: 'gpu_memory_limit_bytes', unit: 'bytes', read: of => of.memoryLimitBytes },
  { name: 'gpu_temperature_celsius', unit: 'celsius', read: of => of.temperatureCelsius },
  { name: 'gpu_power_watts', unit: 'watts', read: of => of.powerWatts },
];

/** All series over one row of instants, a null where nobody measured. */
export function seriesOf(
  window: Window,
  buckets: readonly Bucket[],
): { at: readonly number[]; series: readonly Series[] } {
  const width = window.tier.seconds * 1000;
  const at: number[] = [];
  for (let instant = bucketStart(window.from, window.tier); instant <= window.to; instant += width) at.push(instant);
  const byInstant = new Map(buckets.map(bucket => [bucket.at, bucket.measurement]));
  const measured = at.map(instant => byInstant.get(instant));

  const host = { gpuIndex: null, gpuModel: null, simulated: false };
  const series: Series[] = gauges.map(({ name, unit, read }) => ({
    name,
    unit,
    ...host,
    values: measured.map(of => (of ? read(of) : null)),
  }));
  for (const { name, unit, read } of counters)
    series.push({ name, unit, ...host, values: rates(measured, read, window.tier.seconds) });
  for (const gpu of gpusOf(buckets)) {
    const valuesOf = (read: (of: GpuMeasurement) => number) =>
      measured.map(of => {
        const found = of?.gpus.find(other => other.index === gpu.index);
        return found ? read(found) : null;
      });
    for (const { name, unit, read } of gpuGauges) {
      series.push({
        name,
        unit,
        gpuIndex: gpu.index,
        gpuModel: gpu.model,
        simulated: gpu.simulated,
        values: valuesOf(read),
      });
    }
  }
  return { at, series };
}

/** Growth per second since the bucket before; null without one, and where the counter began anew. */
function rates(
  measured: readonly (Measurement | undefined)[],
  read: (of: Measurement) => number,
  seconds: number,
): (number | null)[] {
  return measured.map((of, place) => {
    const before = measured[place - 1];
    if (!of || !before) return null;
    const growth = read(of) - read(before);
    return growth < 0 ? null : growth / seconds;
  });
}

function gpusOf(buckets: readonly Bucket[]): readonly GpuMeasurement[] {
  const byIndex = new Map<number, GpuMeasurement>();
  for (const { measurement } of buckets) for (const gpu of measurement.gpus) byIndex.set(gpu.index, gpu);
  return [...byIndex.values()].sort((a, b) => a.index - b.index);
}
