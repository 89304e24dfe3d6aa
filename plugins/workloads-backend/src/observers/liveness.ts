import { inParallel } from '@portico/plugin-kit/backend';
import type { RuntimeObservation } from '@portico/plugin-fleet/port';
import { failGone } from '../actions/fail-gone';
import type { Services } from '../services';
import { claimDue, recordAlive } from '../store/liveness';

/** Taken at once: what one replica can ask within a turn. */
const CLAIM_MAX = 200;
/** Runtimes asked at the same time. */
const PARALLEL_MAX = 16;

export type LivenessServices = Pick<
  Services,
  'billing' | 'clock' | 'database' | 'fleet' | 'logger' | 'outbox' | 'tasks' | 'workloads'
>;

/**
 * Asks the runtimes of active allocations whether what is paid for still runs. Only proof that it is gone ends an allocation; a node that
 * does not answer proves nothing, and nothing is done about it here.
 */
export async function observeLiveness(services: LivenessServices): Promise<void> {
  for (;;) {
    const at = services.clock.now();
    const nextAt = at + services.workloads.liveness.intervalSeconds * 1000;
    const due = await services.database.transaction(tx => claimDue(tx, { at, nextAt, limit: CLAIM_MAX }));
    const observations: RuntimeObservation[] = [];
    await inParallel(due, { limit: PARALLEL_MAX }, async allocationId => {
      const observation = await observed(services, allocationId);
      if (observation) observations.push(observation);
    });

    const alive = observations.filter(({ state }) => state === 'running');
    if (alive.length > 0) {
      // It ran when it was asked, by our clock: that of a node may say anything.
      await services.database.transaction(tx =>
        recordAlive(
          tx,
          alive.map(({ allocationId }) => ({ allocationId, at })),
        ),
      );
    }
    for (const gone of observations.filter(({ state }) => state === 'absent' || state === 'stopped')) {
      await services.database.transaction(tx => failGone(tx, services, gone));
    }
    if (due.length < CLAIM_MAX) return;
  }
}

async function observed(services: LivenessServices, allocationId: string): Promise<RuntimeObservation | undefined> {
  try {
    const placed = await services.fleet.runtimeOf(services.database.read, allocationId);
    return placed && (await placed.runtime.observe(placed.instance));
  } catch (error) {
    services.logger.warn(`liveness: ${allocationId} could not be observed, which changes nothing`, error as Error);
    return undefined;
  }
}
