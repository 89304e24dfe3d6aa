import { eachDatabase } from '@portico/plugin-kit/testing';
import { migrations } from '../../migrations';
import { type Measurement, metricTiers, windowOf } from '../domain/metrics';
import { createMetricsStore, type MetricsStore } from './metrics';
import { openMetricsDatabase } from './metrics-database';

const NOW = 1_700_000_000_000;
const HOUR = 3_600_000;

function measurement(cpuPercent: number): Measurement {
  return {
    cpuPercent,
    memoryBytes: 1,
    memoryLimitBytes: 2,
    diskBytes: 3,
    diskLimitBytes: 4,
    networkRxBytes: 5,
    networkTxBytes: 6,
    processes: 7,
    gpus: [],
  };
}

eachDatabase(db => {
  let store: MetricsStore;
  beforeEach(async () => {
    const { database, store: folder } = await db.open();
    await database.migrate('workloads', migrations);
    store = createMetricsStore(openMetricsDatabase({ database, dataDirectory: folder.dataDirectory }));
  });
  afterEach(() => store.close());

  const read = (allocationId: string, resolution: '10s' | '1m' | '10m') =>
    store.read(allocationId, windowOf({ range: '7d', resolution, until: NOW, since: 0, now: NOW }));

  it('averages samples into buckets of every width, each allocation by itself', async () => {
    const at = NOW - (NOW % 600_000) - 600_000;
    await store.record([
      { allocationId: 'alloc_1', at, measurement: measurement(10) },
      { allocationId: 'alloc_2', at, measurement: measurement(90) },
    ]);
    await store.record([{ allocationId: 'alloc_1', at: at + 5_000, measurement: measurement(20) }]);
    await store.record([{ allocationId: 'alloc_1', at: at + 10_000, measurement: measurement(60) }]);
    const cpu = async (resolution: '10s' | '1m' | '10m') =>
      (await read('alloc_1', resolution)).map(bucket => [bucket.at - at, bucket.measurement.cpuPercent]);
    expect(await cpu('10s')).toEqual([
      [0, 15],
      [10_000, 60],
    ]);
    expect(await cpu('1m')).toEqual([[0, 30]]);
    expect(await cpu('10m')).toEqual([[0, 30]]);
    expect(await read('alloc_2', '1m')).toHaveLength(1);
  });

  it('loses nothing when samples are recorded at once', async () => {
    await Promise.all(
      [10, 20, 30].map(cpu => store.record([{ allocationId: `alloc_${cpu}`, at: NOW, measurement: measurement(cpu) }])),
    );
    expect(await Promise.all([10, 20, 30].map(async cpu => (await read(`alloc_${cpu}`, '10s')).length))).toEqual([
      1, 1, 1,
    ]);
  });

  it('forgets each width in its own time', async () => {
    await store.record([{ allocationId: 'alloc_1', at: NOW - 3 * HOUR, measurement: measurement(1) }]);
    await store.record([{ allocationId: 'alloc_1', at: NOW - HOUR, measurement: measurement(2) }]);
    await store.prune(NOW);
    const everything = metricTiers.map(tier => store.read('alloc_1', { tier, from: 0, to: NOW }));
    expect((await Promise.all(everything)).map(buckets => buckets.length)).toEqual([1, 2, 2]);
  });
});
