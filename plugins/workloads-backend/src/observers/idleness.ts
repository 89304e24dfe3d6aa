import { inParallel } from '@portico/plugin-kit/backend';
import { gapSeconds, type IdlenessServices, idleStepOf, settleIdleness } from '../actions/settle-idleness';
import { idleSinceOf, watchUse } from '../domain/idleness';
import { metricTiers } from '../domain/metrics';
import type { Services } from '../services';
import { findAllocation } from '../store/allocations';
import { claimLooks, type Idleness, recordUse } from '../store/idleness';

/** Taken at once: what one replica can look at within a turn. */
const CLAIM_MAX = 200;
/** Read at the same time. */
const PARALLEL_MAX = 16;
/** Looked at again: a bucket of measurements may have grown since. */
const OVERLAP_SECONDS = 60;

const [finest] = metricTiers;

type WatchServices = IdlenessServices & Pick<Services, 'clock' | 'database' | 'logger' | 'metrics'>;

/**
 * Looks at how active allocations are used, and does what the idle limit asks for. A crash anywhere leaves what was known before, and the next look, by whichever
 * replica, goes on from there; what it does is one transaction that decides anew.
 */
export async function watchIdleness(services: WatchServices): Promise<void> {
  for (;;) {
    const at = services.clock.now();
    const nextAt = at + services.workloads.idleness.intervalSeconds * 1000;
    const due = await services.database.transaction(tx => claimLooks(tx, { at, nextAt, limit: CLAIM_MAX }));
    const seen: Idleness[] = [];
    await eachOf(services, due, async known => void seen.push(await look(services, known)));
    await services.database.transaction(tx => recordUse(tx, seen));
    await eachOf(services, seen.filter(needsThought), one => settle(services, one));
    if (due.length < CLAIM_MAX) return;
  }
}

/** One that cannot be looked at keeps nobody else waiting, and is looked at again in a while. */
async function eachOf(
  services: Pick<Services, 'logger'>,
  those: readonly Idleness[],
  work: (one: Idleness) => Promise<void>,
): Promise<void> {
  await inParallel(those, { limit: PARALLEL_MAX }, async one => {
    try {
      await work(one);
    } catch (error) {
      services.logger.warn(`idleness: ${one.allocationId} could not be judged, which changes nothing`, error as Error);
    }
  });
}

async function look(services: WatchServices, known: Idleness): Promise<Idleness> {
  const now = services.clock.now();
  const { allocationId } = known;
  const allocation = await findAllocation(services.database.read, allocationId);
  const kept = now - finest.keepSeconds * 1000;
  const from = Math.max(known.watchedUntil - OVERLAP_SECONDS * 1000, kept);
  const samples = await services.metrics.read(allocationId, { tier: finest, from, to: now });
  const realGpus = (allocation?.slots ?? []).filter(({ gpu }) => !gpu.simulated).map(({ gpu }) => gpu.index);
  return { ...known, ...watchUse(known, { samples, realGpus, now, gapSeconds: gapSeconds(services) }) };
}

function needsThought(one: Idleness): boolean {
  return idleSinceOf(one) !== null || one.warning !== null;
}

async function settle(services: WatchServices, idleness: Idleness): Promise<void> {
  const { database, clock } = services;
  const allocation = await findAllocation(database.read, idleness.allocationId);
  if (!allocation) return;
  const step = await idleStepOf(database.read, services, { allocation, idleness, now: clock.now() });
  if (step.kind === 'none') return;
  await database.transaction(tx => settleIdleness(tx, services, idleness.allocationId));
}
