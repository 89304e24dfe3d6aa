import type { Queries, Transaction } from '@portico/plugin-kit/backend';
import { newId, toInstant } from '@portico/plugin-kit/contract';
import { IDLE_SAMPLE_GAP_SECONDS_MAX } from '@portico/plugin-workloads/contract';
import type { Allocation } from '../domain/allocation';
import { type IdleStep, idleSinceOf, nextIdleStep, watchUse } from '../domain/idleness';
import type { Services } from '../services';
import { lockAllocation } from '../store/allocations';
import { type Idleness, lockIdleness, setIdleWarning } from '../store/idleness';
import { allocationEvent } from './allocation-events';
import { type ReleaseActionServices, releaseLocked } from './release';
import { recordRelease } from './release-on-request';

export type IdlenessServices = ReleaseActionServices & Pick<Services, 'access' | 'audit' | 'workloads'>;

const ACTOR = { type: 'system', id: 'idle-limit' } as const;
/** In the log of transitions. */
const REASON = 'idle_limit';

/** What the policy of now asks for. */
export async function idleStepOf(
  queries: Queries,
  services: Pick<Services, 'access' | 'workloads'>,
  options: { allocation: Allocation; idleness: Idleness; now: number },
): Promise<IdleStep> {
  const { allocation, idleness, now } = options;
  const { quietSince } = watchUse(idleness, { samples: [], realGpus: [], now, gapSeconds: gapSeconds(services) });
  const idleSince = idleSinceOf({ ...idleness, quietSince });
  if (idleSince === null && idleness.warning === null) return { kind: 'none' };
  const { organizationId, projectId, userId } = allocation;
  const policies = await services.access.policies(queries, { organizationId, projectId, userId });
  const limitSeconds = policies.idle_limit_seconds.value;
  return nextIdleStep({ idleSince, warning: idleness.warning, limitSeconds, now });
}

/**
 * Warns, takes the warning back, or releases, as what is known under the locks asks for: whoever decided to come here may have been overtaken by a key press, by
 * another policy or by another replica, and then nothing is done.
 */
export async function settleIdleness(
  tx: Transaction,
  services: IdlenessServices,
  allocationId: string,
): Promise<IdleStep['kind']> {
  const allocation = await lockAllocation(tx, allocationId);
  if (allocation?.status !== 'active') return 'none';
  const idleness = await lockIdleness(tx, allocationId);
  if (!idleness) return 'none';
  const step = await idleStepOf(tx, services, { allocation, idleness, now: tx.now });
  if (step.kind === 'release') await releaseIdle(tx, services, { allocation, idleSince: step.idleSince });
  if (step.kind === 'warn' || step.kind === 'withdraw') await warn(tx, services, { allocation, step });
  return step.kind;
}

async function releaseIdle(
  tx: Transaction,
  services: IdlenessServices,
  { allocation, idleSince }: { allocation: Allocation; idleSince: number },
): Promise<void> {
  const correlationId = newId('corr', tx.now);
  const request = { actor: ACTOR, correlationId, reason: REASON, launch: 'none' } as const;
  const after = await releaseLocked(tx, services, allocation, request);
  await recordRelease(tx, services, {
    action: 'workloads.allocation.release',
    context: { actor: ACTOR, correlationId },
    before: allocation,
    after,
    reason: `${REASON}: idle since ${toInstant(idleSince)}`,
  });
}

async function warn(
  tx: Transaction,
  services: Pick<Services, 'outbox'>,
  { allocation, step }: { allocation: Allocation; step: IdleStep },
): Promise<void> {
  const { allocationId } = allocation;
  const correlationId = newId('corr', tx.now);
  if (step.kind === 'warn') {
    const { idleSince, releaseAt } = step;
    await setIdleWarning(tx, { allocationId, warning: { at: tx.now, idleSince } });
    const told = { idle_since: toInstant(idleSince), release_at: toInstant(releaseAt) };
    await services.outbox.append(tx, allocationEvent('workloads.idle_warning', allocation, correlationId, told));
  } else {
    await setIdleWarning(tx, { allocationId, warning: null });
    await services.outbox.append(tx, allocationEvent('workloads.idle_warning_withdrawn', allocation, correlationId));
  }
}

/** Turns of the sampler that may fail before nobody can say whether it was used. */
const TURNS_MISSED_MAX = 3;

/** Longest time between measurements that is no gap, where measuring is set to be rare. */
export function gapSeconds({ workloads }: Pick<Services, 'workloads'>): number {
  return Math.max(IDLE_SAMPLE_GAP_SECONDS_MAX, TURNS_MISSED_MAX * workloads.metrics.intervalSeconds);
}
