import { repeat } from '@portico/plugin-kit/backend';
import type { Clock, Database } from '@portico/plugin-kit/backend';
import { rollUpCustomer } from './actions/roll-up';
import { customersToRollUp } from './store/rollups';

/** Customers looked up at once; a turn goes on until nobody is due. */
const CUSTOMERS_PER_PAGE = 200;
/** An hour that is over waits no longer for its rollups than this. Nobody sees the difference: what is not rolled up is reckoned when asked. */
const INTERVAL_SECONDS = 60;

interface RollupDeps {
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: { error(message: string, error: Error): void };
}

/** Makes rollups of hours that are over. Every replica runs one; the customer's lock shares the work out among them. */
export class Rollups {
  readonly #deps: RollupDeps;
  #loop: ReturnType<typeof repeat> | undefined;

  constructor(deps: RollupDeps) {
    this.#deps = deps;
  }

  start(): void {
    const { clock, logger } = this.#deps;
    this.#loop = repeat({
      name: 'rollups of usage',
      clock,
      logger,
      intervalSeconds: INTERVAL_SECONDS,
      work: signal => this.tick(signal),
    });
  }

  /** Resolves when the customer under way, if any, is done. */
  async stop(): Promise<void> {
    await this.#loop?.stop();
  }

  /** Rolls up everybody who is due now, or until the signal aborts. One who fails is tried again at the next turn. */
  async tick(signal?: AbortSignal): Promise<void> {
    const { database, clock, logger } = this.#deps;
    const failed = new Set<string>();
    for (;;) {
      const due = await customersToRollUp(database.read, {
        now: clock.now(),
        limit: CUSTOMERS_PER_PAGE + failed.size,
      });
      const left = due.filter(organizationId => !failed.has(organizationId));
      if (left.length === 0) return;
      for (const organizationId of left) {
        try {
          for (let more = true; more;) {
            if (signal?.aborted) return;
            more = await database.transaction(tx => rollUpCustomer(tx, organizationId));
          }
        } catch (thrown) {
          failed.add(organizationId);
          logger.error(
            `the usage of ${organizationId} could not be rolled up; it is reckoned anew each time until then`,
            thrown as Error,
          );
        }
      }
    }
  }
}
