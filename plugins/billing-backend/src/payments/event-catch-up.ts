import { WakeableLoop } from '@portico/plugin-kit/backend';
import type { BillingServices } from '../services';
import { caughtUp, claimCatchUp, knownEvents } from '../store/event-catch-ups';
import type { ProviderEvent } from './payment-provider';
import { takeProviderEvent } from './receive-event';

/** Between two readings through what was told. A payment is asked about sooner; this is for what nobody here began: refunds at the dashboard, disputes. Seconds. */
const EVERY_SECONDS = 10 * 60;
/** Read again each time: clocks differ, and what happened in one second is told in another. Seconds. */
const OVERLAP_SECONDS = 2 * 60 * 60;
/** The provider forgets what is older. Seconds. */
const REMEMBERED_SECONDS = 30 * 24 * 60 * 60;
/** Looked up at once. */
const EVENTS_PER_LOOK = 256;
const POLL_MILLISECONDS = 60_000;

/**
 * Reads what the provider told, whether its messages arrived or not, and takes what is missing, as if it had come. Replicas take turns by a lease. What cannot be applied is tried again
 * the next time, as the provider would.
 */
export class EventCatchUp {
  readonly #services: BillingServices;
  readonly #loop: WakeableLoop;

  constructor(services: BillingServices) {
    this.#services = services;
    this.#loop = new WakeableLoop({
      name: 'the reading of lost messages',
      clock: services.clock,
      logger: services.logger,
      pollMilliseconds: POLL_MILLISECONDS,
      work: signal => this.round(signal),
    });
  }

  start(): void {
    this.#loop.start();
  }

  stop(): Promise<void> {
    return this.#loop.stop();
  }

  async round(signal: AbortSignal): Promise<boolean> {
    const { database, clock, logger, payments } = this.#services;
    if (payments?.eventsSince === undefined) return false;
    const provider = payments.name;
    const startedAt = clock.now();
    const claimed = await database.transaction(tx =>
      claimCatchUp(tx, { provider, until: tx.now + EVERY_SECONDS * 1000 }),
    );
    if (claimed === null) return false;
    const since = Math.max(claimed.toldUntil - OVERLAP_SECONDS * 1000, startedAt - REMEMBERED_SECONDS * 1000);
    const { events, isAll } = await payments.eventsSince(since);
    if (!isAll)
      logger.warn(`more was told by the payment provider than can be read at once; the newest ${events.length} were`);
    const areAllTaken = await this.#takeMissing(provider, events, signal);
    if (areAllTaken) await database.transaction(tx => caughtUp(tx, { provider, toldUntil: startedAt }));
    return false;
  }

  /** True when all of them are known afterwards. */
  async #takeMissing(provider: string, events: readonly ProviderEvent[], signal: AbortSignal): Promise<boolean> {
    const { database, logger } = this.#services;
    let areAllTaken = true;
    for (let first = 0; first < events.length; first += EVENTS_PER_LOOK) {
      const some = events.slice(first, first + EVENTS_PER_LOOK);
      const known = await knownEvents(database.read, { provider, eventIds: some.map(event => event.eventId) });
      for (const event of some.filter(one => !known.has(one.eventId))) {
        if (signal.aborted) return false;
        try {
          await takeProviderEvent(this.#services, event, 'check');
        } catch (error) {
          areAllTaken = false;
          logger.warn(`message ${event.eventId} of the payment provider could not be applied`, error as Error);
        }
      }
    }
    return areAllTaken;
  }
}
