import fc from 'fast-check';
import { type Bucket, bucketStart, type Measurement, merged, metricTiers, seriesOf, windowOf } from './metrics';

function measured(changes: Partial<Measurement> = {}): Measurement {
  return {
    cpuPercent: 0,
    memoryBytes: 0,
    memoryLimitBytes: 100,
    diskBytes: 0,
    diskLimitBytes: 100,
    networkRxBytes: 0,
    networkTxBytes: 0,
    processes: 1,
    gpus: [
      {
        index: 3,
        model: 'H200',
        simulated: true,
        utilizationPercent: 50,
        memoryBytes: 1,
        memoryLimitBytes: 9,
        temperatureCelsius: 40,
        powerWatts: 100,
      },
    ],
    ...changes,
  };
}

describe('a bucket', () => {
  it('holds the mean of its gauges', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(100), { minLength: 1, maxLength: 30 }), values => {
        const [first, ...rest] = values.map(cpuPercent => measured({ cpuPercent }));
        const bucket = rest.reduce((so, sample, place) => merged(so, place + 1, sample), first!);
        expect(bucket.cpuPercent).toBeCloseTo(values.reduce((a, b) => a + b) / values.length, 6);
      }),
    );
  });

  it('holds the latest of its counters and limits', () => {
    const bucket = merged(
      measured({ networkRxBytes: 10, memoryLimitBytes: 100 }),
      1,
      measured({ networkRxBytes: 30, memoryLimitBytes: 200 }),
    );
    expect([bucket.networkRxBytes, bucket.memoryLimitBytes]).toEqual([30, 200]);
  });
});

describe('a window', () => {
  const now = 1_000_000_000_000;
  it.each([
    ['15m', '10s', 91],
    ['1h', '10s', 361],
    ['6h', '1m', 361],
    ['24h', '10m', 145],
    ['7d', '10m', 1009],
  ] as const)('of %s is answered by %s in %i points', (range, resolution, points) => {
    const window = windowOf({ range, resolution: 'auto', until: now, since: 0, now });
    expect(window.tier.resolution).toBe(resolution);
    expect(Math.abs(seriesOf(window, []).at.length - points)).toBeLessThanOrEqual(1);
  });

  it('begins with the allocation and never before what is still kept', () => {
    expect(windowOf({ range: '1h', resolution: '10s', until: now, since: now - 60_000, now }).from).toBe(
      bucketStart(now - 60_000, metricTiers[0]),
    );
    const fine = windowOf({ range: '7d', resolution: '10s', until: now, since: 0, now });
    expect(now - fine.from).toBeLessThanOrEqual(metricTiers[0].keepSeconds * 1000 + 10_000);
  });
});

describe('series', () => {
  const window = { tier: metricTiers[0], from: 0, to: 40_000 };
  const bucket = (at: number, changes: Partial<Measurement>): Bucket => ({ at, measurement: measured(changes) });

  it('share instants, with nulls where nobody measured', () => {
    const { at, series } = seriesOf(window, [bucket(10_000, { cpuPercent: 5 }), bucket(30_000, { cpuPercent: 7 })]);
    expect(at).toEqual([0, 10_000, 20_000, 30_000, 40_000]);
    expect(series.find(one => one.name === 'cpu_percent')?.values).toEqual([null, 5, null, 7, null]);
    for (const one of series) expect(one.values).toHaveLength(at.length);
  });

  it('make rates of counters, none across a gap or a restart', () => {
    const { series } = seriesOf(window, [
      bucket(0, { networkRxBytes: 100 }),
      bucket(10_000, { networkRxBytes: 600 }),
      bucket(20_000, { networkRxBytes: 50 }),
      bucket(40_000, { networkRxBytes: 90 }),
    ]);
    expect(series.find(one => one.name === 'network_rx_bytes_per_second')?.values).toEqual([
      null,
      50,
      null,
      null,
      null,
    ]);
  });

  it('say of each GPU whether it is simulated', () => {
    const { series } = seriesOf(window, [bucket(0, {})]);
    const gpu = series.filter(one => one.gpuIndex === 3);
    expect(gpu).toHaveLength(5);
    expect(gpu.every(one => one.simulated && one.gpuModel === 'H200')).toBe(true);
    expect(series.filter(one => one.gpuIndex === null).every(one => !one.simulated)).toBe(true);
  });
});
