import { inParallel } from '@portico/plugin-kit/backend';
import { type Measurement, measurementOf } from '../domain/metrics';
import type { Services } from '../services';
import { activeAllocationIds } from '../store/liveness';

const PAGE = 200;
/** Runtimes asked at the same time. */
const PARALLEL_MAX = 16;

export type SamplerServices = Pick<Services, 'clock' | 'database' | 'fleet' | 'logger' | 'metrics'>;

/** Measures every active allocation once. One that cannot be measured leaves a gap and keeps nobody else waiting for long. */
export async function sampleMetrics(services: SamplerServices): Promise<void> {
  let after = '';
  for (;;) {
    const page = await activeAllocationIds(services.database.read, { after, limit: PAGE });
    const samples: { allocationId: string; at: number; measurement: Measurement }[] = [];
    await inParallel(page, { limit: PARALLEL_MAX }, async allocationId => {
      try {
        const placed = await services.fleet.runtimeOf(services.database.read, allocationId);
        if (!placed) return;
        const sample = await placed.runtime.metrics(placed.instance);
        // By our clock: that of a node may say anything.
        samples.push({ allocationId, at: services.clock.now(), measurement: measurementOf(sample) });
      } catch (error) {
        services.logger.debug(`metrics: ${allocationId} could not be measured`, error as Error);
      }
    });
    await services.metrics.record(samples);
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    after = last;
  }
}
