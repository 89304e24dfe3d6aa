import type { Queries } from '@portico/plugin-kit/backend';
import type { ModelCapacity } from '@portico/plugin-fleet/port';
import { capacityByModelAndRegion } from './domain/capacity';
import { countByModelAndNode } from './store/slots';

/** Counting so many nodes takes some milliseconds; above, every list of the catalogue would wait for it. */
const KEPT_ABOVE_NODES = 256;
/** What is shown of a large fleet is as old as this at most. It promises nothing anyway: only a reservation does. */
const KEPT_SECONDS = 2;

/** Capacity by GPU model and region, counted anew for each question while the fleet is small. */
export function capacityView({ keptAboveNodes = KEPT_ABOVE_NODES, milliseconds = () => performance.now() } = {}): (
  queries: Queries,
) => Promise<readonly ModelCapacity[]> {
  let kept: { readonly capacity: readonly ModelCapacity[]; readonly countedAt: number } | undefined;
  return async queries => {
    const now = milliseconds();
    if (kept !== undefined && now - kept.countedAt < KEPT_SECONDS * 1000) return kept.capacity;
    const counts = await countByModelAndNode(queries);
    const capacity = capacityByModelAndRegion(counts);
    kept = counts.length > keptAboveNodes ? { capacity, countedAt: now } : undefined;
    return capacity;
  };
}
