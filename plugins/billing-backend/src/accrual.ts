import { repeat } from '@portico/plugin-kit/backend';
import type { Attention, Clock, Database, Outbox } from '@portico/plugin-kit/backend';
import { reviewCustomer, reviewFailed } from './actions/review';
import type { PaymentProvider } from './payments/payment-provider';
import type { BillingPolicy } from './policy';
import { dueCustomers } from './store/customers';

/** Customers looked up at once; a tick goes on until nobody is due. */
const CUSTOMERS_PER_PAGE = 200;
/** A review that fails is tried again after so long, and does not stand in the way of others meanwhile. */
const RETRY_SECONDS = 30;

export interface AccrualDeps {
  readonly database: Database;
  readonly clock: Clock;
  readonly outbox: Outbox;
  readonly attention: Attention;
  readonly policy: BillingPolicy;
  readonly payments: PaymentProvider | null;
  readonly logger: { error(message: string, error: Error): void };
}

/**
 * Reviews customers as they fall due. Every replica runs one: a review locks its customer and finds out whether it is still due, so two
 * replicas share the work and never do it twice, and none has to be elected.
 */
export class Accrual {
  readonly #deps: AccrualDeps;
  #loop: ReturnType<typeof repeat> | undefined;

  constructor(deps: AccrualDeps) {
    this.#deps = deps;
  }

  start(): void {
    const { clock, policy, logger } = this.#deps;
    this.#loop = repeat({
      name: 'the review of balances',
      clock,
      logger,
      intervalSeconds: policy.accrualSeconds,
      work: signal => this.tick(signal),
    });
  }

  /** Resolves when the review under way, if any, is done. */
  async stop(): Promise<void> {
    await this.#loop?.stop();
  }

  /** Reviews everybody who is due now, or until the signal aborts. */
  async tick(signal?: AbortSignal): Promise<void> {
    const { database, clock } = this.#deps;
    for (;;) {
      const due = await dueCustomers(database.read, { now: clock.now(), limit: CUSTOMERS_PER_PAGE });
      for (const organizationId of due) {
        if (signal?.aborted) return;
        await this.#review(organizationId);
      }
      if (due.length < CUSTOMERS_PER_PAGE) return;
    }
  }

  async #review(organizationId: string): Promise<void> {
    const { database, logger } = this.#deps;
    try {
      await database.transaction(tx => reviewCustomer(tx, this.#deps, organizationId));
    } catch (thrown) {
      const error = thrown as Error;
      logger.error(`the balance of ${organizationId} could not be reviewed; trying again in ${RETRY_SECONDS} s`, error);
      await database.transaction(tx =>
        reviewFailed(tx, this.#deps, { organizationId, error, retryAt: tx.now + RETRY_SECONDS * 1000 }),
      );
    }
  }
}
