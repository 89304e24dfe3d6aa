import type { MetricRange, MetricResolution } from '@portico/plugin-workloads/contract';
import type { Allocation } from '../domain/allocation';
import { seriesOf, windowOf } from '../domain/metrics';
import type { Services } from '../services';
import { transitionsOf } from '../store/allocations';

/** Back from now, or from the end of an allocation that does not run any more. */
export async function readMetrics(
  services: Pick<Services, 'clock' | 'database' | 'metrics'>,
  options: { allocation: Allocation; range: MetricRange; resolution: MetricResolution },
) {
  const { allocation, range, resolution } = options;
  const now = services.clock.now();
  const window = windowOf({
    range,
    resolution,
    now,
    since: allocation.createdAt,
    until: allocation.billingStoppedAt ?? now,
  });
  const buckets = await services.metrics.read(allocation.allocationId, window);
  const transitions = await transitionsOf(services.database.read, allocation.allocationId);
  return { allocation, window, transitions, ...seriesOf(window, buckets) };
}
