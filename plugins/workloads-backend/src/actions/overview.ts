import type { Queries } from '@portico/plugin-kit/backend';
import { toInstant } from '@portico/plugin-kit/contract';
import type { AllocationStatus } from '@portico/plugin-workloads/contract';
import { statusesShownAs } from '../domain/allocation';
import type { Services } from '../services';
import { countByStatus } from '../store/allocations';

const ACTIVE_WITHIN_MILLISECONDS = 30 * 24 * 3_600 * 1_000;

const active = statusesShownAs({ group: 'active' });
const provisioning = statusesShownAs({ displayStatus: 'provisioning' });
const needsAttention = statusesShownAs({ group: 'needs_attention' });

/** The platform in numbers, each from whoever owns it. */
export async function overview(queries: Queries, services: Pick<Services, 'access' | 'fleet'>, now: number) {
  const { gpus, nodes } = await services.fleet.totals(queries);
  const counts = await countByStatus(queries, [...active, ...provisioning, ...needsAttention]);
  const users = await services.access.userCounts(queries, { activeSince: now - ACTIVE_WITHIN_MILLISECONDS });
  const sum = (statuses: readonly AllocationStatus[]) =>
    statuses.reduce((total, status) => total + (counts.get(status) ?? 0), 0);
  return {
    gpus,
    nodes,
    allocations: { active: sum(active), provisioning: sum(provisioning), needs_attention: sum(needsAttention) },
    users: { total: users.total, active_30d: users.active },
    as_of: toInstant(now),
  };
}
