import type { Allocation } from '../domain/allocation';
import { idleReleaseAt, idleSinceOf, watchUse } from '../domain/idleness';
import type { Services } from '../services';
import { idlenessOf } from '../store/idleness';
import { gapSeconds } from './settle-idleness';

/** Since when it is idle, and when that ends it: nulls while it is used, or nobody can say. */
export async function readIdleness(
  services: Pick<Services, 'access' | 'clock' | 'database' | 'workloads'>,
  allocation: Allocation,
): Promise<{ idleSince: number | null; releaseAt: number | null }> {
  const unknown = { idleSince: null, releaseAt: null };
  if (allocation.status !== 'active') return unknown;
  const now = services.clock.now();
  const { read } = services.database;
  const known = await idlenessOf(read, allocation.allocationId);
  if (!known) return unknown;
  const { quietSince } = watchUse(known, { samples: [], realGpus: [], now, gapSeconds: gapSeconds(services) });
  const idleSince = idleSinceOf({ ...known, quietSince });
  if (idleSince === null || idleSince > now) return unknown;
  const { organizationId, projectId, userId } = allocation;
  const policies = await services.access.policies(read, { organizationId, projectId, userId });
  const limitSeconds = policies.idle_limit_seconds.value;
  return { idleSince, releaseAt: idleReleaseAt({ idleSince, warning: known.warning, limitSeconds }) };
}
