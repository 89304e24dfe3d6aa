import type { AccessPort } from '@portico/plugin-access/port';
import { repeat } from '@portico/plugin-kit/backend';
import type { Clock, Database, Outbox, Transaction } from '@portico/plugin-kit/backend';
import { newId, toInstant, toMoney } from '@portico/plugin-kit/contract';
import { percentOf, reachedThresholds } from '../domain/budget';
import { beginOf } from '../domain/rollup-periods';
import { budgetsOf, lockBudget, organizationsWithBudgets, tellThreshold, toldThresholds } from '../store/budgets';
import type { Budget } from '../store/budgets';
import { scopeNames } from './scope-names';
import { spendingOf } from './spending';

/** Whoever is warned reads mail; a minute is soon enough. */
const INTERVAL_SECONDS = 60;
const ORGANIZATIONS_PER_PAGE = 100;

export interface BudgetWatchDeps {
  readonly database: Database;
  readonly clock: Clock;
  readonly outbox: Outbox;
  readonly access: Pick<AccessPort, 'names' | 'usernames'>;
  readonly logger: { error(message: string, error: Error): void };
}

/**
 * Tells of budgets whose thresholds are reached. Every replica runs one: what was told is a row that only one of them can make. Most turns find nothing new, and write nothing.
 */
export class BudgetWatch {
  readonly #deps: BudgetWatchDeps;
  #loop: ReturnType<typeof repeat> | undefined;

  constructor(deps: BudgetWatchDeps) {
    this.#deps = deps;
  }

  start(): void {
    const { clock, logger } = this.#deps;
    this.#loop = repeat({
      name: 'the watch of budgets',
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

  async tick(signal?: AbortSignal): Promise<void> {
    const { database, logger } = this.#deps;
    let after = '';
    for (;;) {
      const page = await organizationsWithBudgets(database.read, { after, limit: ORGANIZATIONS_PER_PAGE });
      for (const organization of page) {
        if (signal?.aborted) return;
        after = organization.organization_id;
        try {
          await this.#look(organization);
        } catch (thrown) {
          logger.error(`the budgets of ${after} could not be looked at; trying again`, thrown as Error);
        }
      }
      if (page.length < ORGANIZATIONS_PER_PAGE) return;
    }
  }

  async #look(organization: { organization_id: string; currency: string }): Promise<void> {
    const { database, clock } = this.#deps;
    const { organization_id: organizationId, currency } = organization;
    const now = clock.now();
    const month = beginOf('month', now);
    const budgets = await budgetsOf(database.read, organizationId);
    const scopes = budgets;
    const spent = await spendingOf(database.read, { organizationId, scopes, period: { from: month, to: now } });
    const told = await toldThresholds(database.read, { budgetIds: budgets.map(one => one.budgetId), month });
    for (const budget of budgets) {
      const reached = reachedThresholds({ spent: spent(budget), amount: budget.amount }, budget.thresholds);
      if (reached.every(threshold => told.get(budget.budgetId)?.includes(threshold))) continue;
      await database.transaction(tx => this.#tell(tx, budget, currency));
    }
  }

  /** Looks again under the lock of the budget: its amount may have been changed, or another replica been faster. */
  async #tell(tx: Transaction, { budgetId }: Budget, currency: string): Promise<void> {
    const budget = await lockBudget(tx, budgetId);
    if (budget === undefined) return;
    const { organizationId, amount, thresholds } = budget;
    const month = beginOf('month', tx.now);
    const asked = { organizationId, scopes: [budget] };
    const spent = (await spendingOf(tx, { ...asked, period: { from: month, to: tx.now } }))(budget);
    let highest: number | undefined;
    for (const threshold of reachedThresholds({ spent, amount }, thresholds))
      if (await tellThreshold(tx, { budgetId, month, threshold })) highest = threshold;
    if (highest === undefined) return;
    const name = (await scopeNames(tx, this.#deps.access, asked))(budget);
    await this.#deps.outbox.append(tx, {
      eventType: 'billing.budget_threshold_reached',
      correlationId: newId('corr', tx.now),
      organizationId,
      resource: { type: 'organization', id: organizationId },
      payload: {
        organization_id: organizationId,
        budget_id: budgetId,
        scope: budget.scope,
        scope_id: budget.scopeId || null,
        scope_name: name,
        threshold_percent: highest,
        percent: percentOf({ spent, amount }),
        amount: toMoney(amount, currency),
        spent: toMoney(spent, currency),
        period_from: toInstant(month),
      },
    });
  }
}
