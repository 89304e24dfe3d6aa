import { pageByTime, projectInReach } from '@portico/plugin-kit/backend';
import type { Handlers, Queries, UserCaller } from '@portico/plugin-kit/backend';
import { common } from '@portico/plugin-kit/contract';
import type { billingContract } from '@portico/plugin-billing/contract';
import { BUDGET_THRESHOLDS_DEFAULT } from '@portico/plugin-billing/contract';
import { createBudget, deleteBudget, updateBudget } from '../actions/budgets';
import { monthForecast } from '../budgets/month-forecast';
import { budgetReplies } from '../budgets/budget-replies';
import type { BillingServices } from '../services';
import { budgetsPage } from '../store/budgets';
import type { Budget } from '../store/budgets';
import { customersOf } from '../store/customers';

type BudgetOperations = 'listBudgets' | 'createBudget' | 'updateBudget' | 'deleteBudget' | 'getForecast';

export function budgetRoutes(services: BillingServices): Pick<Handlers<typeof billingContract>, BudgetOperations> {
  const { database, clock, access } = services;
  const standing = async (queries: Queries, caller: UserCaller, budgets: readonly Budget[]) => {
    const { organizationId } = caller;
    const customer = (await customersOf(queries, [organizationId])).get(organizationId);
    if (customer === undefined) throw common.fail('not_found');
    const { currency } = customer;
    return budgetReplies(queries, access, { organizationId, currency, budgets, now: clock.now() });
  };
  const one = async (queries: Queries, caller: UserCaller, budget: Budget) => {
    const [reply] = await standing(queries, caller, [budget]);
    if (reply === undefined) throw new Error('a budget has no reply');
    return reply;
  };
  return {
    async listBudgets({ caller, query }) {
      const filter = { organizationId: caller.organizationId, projectId: projectInReach(caller) };
      const { shown, nextCursor } = await pageByTime(query, {
        name: 'billing.budgets',
        rows: page => budgetsPage(database.read, { ...filter, ...page }),
        placeOf: budget => ({ at: budget.createdAt, id: budget.budgetId }),
      });
      return { status: 200, body: { items: await standing(database.read, caller, shown), next_cursor: nextCursor } };
    },

    async createBudget(request) {
      const { scope, scope_id, amount, thresholds = BUDGET_THRESHOLDS_DEFAULT } = request.body;
      return request.write(async tx => {
        const given = { ...request, scope, scopeId: scope_id ?? null, amount, thresholds };
        const budget = await createBudget(tx, services, given);
        return { status: 201, body: await one(tx, request.caller, budget) };
      });
    },

    async updateBudget(request) {
      const { amount, thresholds } = request.body;
      return request.write(async tx => {
        const change = { ...request, budgetId: request.params.budget_id, amount, thresholds };
        const budget = await updateBudget(tx, services, change);
        return { status: 200, body: await one(tx, request.caller, budget) };
      });
    },

    async deleteBudget(request) {
      return request.write(async tx => {
        await deleteBudget(tx, services, { ...request, budgetId: request.params.budget_id });
        return { status: 204, body: undefined };
      });
    },

    async getForecast({ caller }) {
      const { organizationId } = caller;
      const asked = { organizationId, projectId: projectInReach(caller), now: clock.now() };
      const forecast = await monthForecast(database.read, asked);
      if (forecast === undefined) throw common.fail('not_found');
      return { status: 200, body: forecast };
    },
  };
}
