import { WakeableLoop } from '@portico/plugin-kit/backend';
import type { BillingServices } from '../services';
import { waitingTopUps } from '../store/auto-top-ups';
import { paymentsDue } from '../store/payments';
import { resumeAutoTopUp } from './auto-top-up';
import { checkPayment } from './check-payment';
import { tellKeptEvents } from './receive-event';

/** Rest between two looks at what is due. */
const POLL_MILLISECONDS = 5_000;
/** Payments looked up at once; a round goes on until nothing is due. */
const PAYMENTS_PER_ROUND = 50;
/** Organizations whose automatic top-up may go on, looked up at once. */
const TOP_UPS_PER_ROUND = 50;

/**
 * Finds what nobody told: payments whose message was lost, what a crash left half done, saved cards to charge. Every replica runs one; a payment is claimed by the instant of its next
 * check, which moves away from now each time, so none is asked about twice at once and none forever at the same pace.
 */
export class PaymentReconciler {
  readonly #services: BillingServices;
  readonly #loop: WakeableLoop;

  constructor(services: BillingServices) {
    this.#services = services;
    this.#loop = new WakeableLoop({
      name: 'the check of payments',
      clock: services.clock,
      logger: services.logger,
      pollMilliseconds: POLL_MILLISECONDS,
      work: signal => this.round(signal),
    });
  }

  start(): void {
    this.#loop.start();
  }

  /** Something is due now. */
  wake(): void {
    this.#loop.wake();
  }

  stop(): Promise<void> {
    return this.#loop.stop();
  }

  /** True when there may be more. */
  async round(signal: AbortSignal): Promise<boolean> {
    const { database, clock, logger, payments } = this.#services;
    if (payments === null) return false;
    const due = await paymentsDue(database.read, {
      now: clock.now(),
      limit: PAYMENTS_PER_ROUND,
    });
    for (const paymentId of due) {
      if (signal.aborted) return false;
      try {
        await checkPayment(this.#services, paymentId, 'due');
      } catch (error) {
        // Its next check is further away already; the others do not wait for it.
        logger.warn(`payment ${paymentId} could not be checked`, error as Error);
      }
    }
    await tellKeptEvents(this.#services);
    const waiting = await waitingTopUps(database.read, { now: clock.now(), limit: TOP_UPS_PER_ROUND });
    for (const organizationId of waiting) await database.transaction(tx => resumeAutoTopUp(tx, organizationId));
    return due.length === PAYMENTS_PER_ROUND || waiting.length === TOP_UPS_PER_ROUND;
  }
}
