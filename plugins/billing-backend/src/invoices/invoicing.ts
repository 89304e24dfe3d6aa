import { repeat } from '@portico/plugin-kit/backend';
import type { Clock } from '@portico/plugin-kit/backend';
import { closeMonthOf } from '../actions/issue-invoice';
import type { InvoiceDeps } from '../actions/issue-invoice';
import { beginOf, nextOf } from '../domain/rollup-periods';
import { customersToInvoice, lastClosedMonth } from '../store/invoice-periods';

/** A month ends once; looking every few minutes costs one statement that finds nobody. */
const INTERVAL_SECONDS = 300;
const CUSTOMERS_PER_PAGE = 100;

export interface InvoicingDeps extends InvoiceDeps {
  readonly clock: Clock;
  readonly logger: { error(message: string, error: Error): void };
}

/**
 * Makes the invoices of the months that are over, those of months in which the portal was down too. Every replica runs one: a month is closed by one row that only one of them can
 * make, so they share the work and none has to be elected.
 */
export class Invoicing {
  readonly #deps: InvoicingDeps;
  #loop: ReturnType<typeof repeat> | undefined;

  constructor(deps: InvoicingDeps) {
    this.#deps = deps;
  }

  start(): void {
    const { clock, logger } = this.#deps;
    this.#loop = repeat({
      name: 'the making of invoices',
      clock,
      logger,
      intervalSeconds: INTERVAL_SECONDS,
      restFirst: true,
      work: signal => this.tick(signal),
    });
  }

  async stop(): Promise<void> {
    await this.#loop?.stop();
  }

  /** Closes every month that is over and due, or until the signal aborts. */
  async tick(signal?: AbortSignal): Promise<void> {
    const { database, clock, invoices, logger } = this.#deps;
    const to = beginOf('month', clock.now() - invoices.afterMilliseconds);
    const from = beginOf('month', to - 1);
    let after = '';
    for (;;) {
      const due = await customersToInvoice(database.read, { from, to, after, limit: CUSTOMERS_PER_PAGE });
      for (const customer of due) {
        if (signal?.aborted) return;
        after = customer.organization_id;
        try {
          await this.#catchUp(customer, from);
        } catch (thrown) {
          logger.error(`the invoice of ${customer.organization_id} could not be made; trying again`, thrown as Error);
        }
      }
      if (due.length < CUSTOMERS_PER_PAGE) return;
    }
  }

  /** Month after month up to the last that is due: each opens with what the one before closed with. */
  async #catchUp(
    customer: { organization_id: string; created_at: number; currency: string },
    through: number,
  ): Promise<void> {
    const { organization_id: organizationId, currency } = customer;
    const { database } = this.#deps;
    let before = await lastClosedMonth(database.read, organizationId);
    let from = before === undefined ? beginOf('month', customer.created_at) : nextOf('month', before.from);
    while (from <= through) {
      const closed = await closeMonthOf(this.#deps, { organizationId, currency, from, before });
      if (closed === null) return;
      before = closed;
      from = nextOf('month', from);
    }
  }
}
