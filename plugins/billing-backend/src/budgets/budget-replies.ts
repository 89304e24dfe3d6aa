import type { AccessPort } from '@portico/plugin-access/port';
import type { Queries } from '@portico/plugin-kit/backend';
import { toInstant, toMoney } from '@portico/plugin-kit/contract';
import type { ReplyOf } from '@portico/plugin-kit/contract';
import type { listBudgets } from '@portico/plugin-billing/contract';
import { percentOf } from '../domain/budget';
import { toComeAtBurn } from '../domain/forecast';
import { beginOf, nextOf } from '../domain/rollup-periods';
import { toldThresholds } from '../store/budgets';
import type { Budget } from '../store/budgets';
import { scopeNames } from './scope-names';
import { burnOf, spendingOf } from './spending';

type BudgetReply = ReplyOf<typeof listBudgets>['items'][number];

/** Budgets of one organization with how they stand at `now`. */
export async function budgetReplies(
  queries: Queries,
  access: Pick<AccessPort, 'names' | 'usernames'>,
  options: { organizationId: string; currency: string; budgets: readonly Budget[]; now: number },
): Promise<BudgetReply[]> {
  const { organizationId, currency, budgets, now } = options;
  if (budgets.length === 0) return [];
  const asked = { organizationId, scopes: budgets };
  const from = beginOf('month', now);
  const to = nextOf('month', from);
  const spent = await spendingOf(queries, { ...asked, period: { from, to: now } });
  const burn = await burnOf(queries, { ...asked, at: now });
  const nameOf = await scopeNames(queries, access, asked);
  const told = await toldThresholds(queries, { budgetIds: budgets.map(budget => budget.budgetId), month: from });
  return budgets.map(budget => {
    const spending = { spent: spent(budget), amount: budget.amount };
    return {
      budget_id: budget.budgetId,
      scope: budget.scope,
      scope_id: budget.scopeId || null,
      scope_name: nameOf(budget),
      amount: toMoney(budget.amount, currency),
      thresholds: [...budget.thresholds],
      spent: toMoney(spending.spent, currency),
      percent: percentOf(spending),
      forecast: toMoney(spending.spent + toComeAtBurn({ burnRatePerHour: burn(budget), now, to }), currency),
      reached: [...(told.get(budget.budgetId) ?? [])],
      period_from: toInstant(from),
      period_to: toInstant(to),
      created_at: toInstant(budget.createdAt),
      updated_at: toInstant(budget.updatedAt),
    };
  });
}
