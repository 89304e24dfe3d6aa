import type { AccessPort } from '@portico/plugin-access/port';
import { isInReach } from '@portico/plugin-kit/backend';
import type { Audit, RequestContext, Transaction, UserCaller } from '@portico/plugin-kit/backend';
import { common, errorsOf, fromMoney, MICROS_MAX, newId, tagFilterSchema, toMoney } from '@portico/plugin-kit/contract';
import type { Micros, Money } from '@portico/plugin-kit/contract';
import { billingErrors } from '@portico/plugin-billing/contract';
import { auditedBudget } from '../audited';
import { spendingOf } from '../budgets/spending';
import { reachedThresholds } from '../domain/budget';
import type { BudgetScope } from '../domain/budget';
import { beginOf } from '../domain/rollup-periods';
import {
  budgetsOf,
  deleteBudgetRows,
  forgetThreshold,
  insertBudget,
  lockBudget,
  toldThresholds,
  updateBudgetAmount,
} from '../store/budgets';
import type { Budget } from '../store/budgets';
import { lockCustomer } from '../store/customers';
import type { Customer } from '../store/customers';

const billing = errorsOf(billingErrors);

/** One for each department and project of a large organization; all of them are looked at every minute. */
const BUDGETS_MAX = 200;

interface BudgetDeps {
  readonly audit: Audit;
  readonly access: Pick<AccessPort, 'departmentOf' | 'hasDepartment' | 'homeOf'>;
}

export async function createBudget(
  tx: Transaction,
  deps: BudgetDeps,
  request: RequestContext & {
    scope: BudgetScope;
    scopeId: string | null;
    amount: Money;
    thresholds: readonly number[];
  },
): Promise<Budget> {
  const { caller, scope } = request;
  const { organizationId } = caller;
  const scopeId = request.scopeId ?? '';
  if ((scope === 'organization') !== (scopeId === '')) throw billing.fail('budget_scope_invalid');
  await assertScope(tx, deps, { caller, scope, scopeId });
  // The customer's lock makes two requests come one after the other.
  const customer = await existing(tx, organizationId);
  const budgets = await budgetsOf(tx, organizationId);
  const same = budgets.find(budget => budget.scope === scope && budget.scopeId === scopeId);
  if (same !== undefined) throw billing.fail('budget_exists', { details: { budget_id: same.budgetId } });
  if (budgets.length >= BUDGETS_MAX) throw billing.fail('budget_limit_reached', { details: { limit: BUDGETS_MAX } });
  const budget: Budget = {
    budgetId: newId('budget', tx.now),
    ...{ organizationId, scope, scopeId },
    amount: amountIn(request.amount, customer),
    thresholds: inOrder(request.thresholds),
    createdAt: tx.now,
    updatedAt: tx.now,
  };
  await insertBudget(tx, budget);
  await record(tx, deps, { request, action: 'billing.budget.create', after: auditedFields(budget, customer), budget });
  return budget;
}

/** Thresholds that spending is below again are forgotten, so that they warn anew. */
export async function updateBudget(
  tx: Transaction,
  deps: BudgetDeps,
  request: RequestContext & {
    budgetId: string;
    amount: Money | undefined;
    thresholds: readonly number[] | undefined;
  },
): Promise<Budget> {
  const before = await lockInReach(tx, request.caller, request.budgetId);
  const customer = await existing(tx, before.organizationId);
  const budget: Budget = {
    ...before,
    amount: request.amount === undefined ? before.amount : amountIn(request.amount, customer),
    thresholds: request.thresholds === undefined ? before.thresholds : inOrder(request.thresholds),
    updatedAt: tx.now,
  };
  await updateBudgetAmount(tx, budget);
  const { organizationId, budgetId, amount } = budget;
  const month = beginOf('month', tx.now);
  const spent = await spendingOf(tx, { organizationId, scopes: [budget], period: { from: month, to: tx.now } });
  const told = (await toldThresholds(tx, { budgetIds: [budgetId], month })).get(budgetId) ?? [];
  const stillReached = reachedThresholds({ spent: spent(budget), amount }, told);
  for (const threshold of told)
    if (!stillReached.includes(threshold)) await forgetThreshold(tx, { budgetId, month, threshold });
  await record(tx, deps, {
    ...{ request, action: 'billing.budget.change', budget },
    before: auditedFields(before, customer),
    after: auditedFields(budget, customer),
  });
  return budget;
}

export async function deleteBudget(
  tx: Transaction,
  deps: BudgetDeps,
  request: RequestContext & { budgetId: string },
): Promise<void> {
  const budget = await lockInReach(tx, request.caller, request.budgetId);
  const customer = await existing(tx, budget.organizationId);
  await deleteBudgetRows(tx, budget.budgetId);
  await record(tx, deps, {
    ...{ request, action: 'billing.budget.delete', budget },
    before: auditedFields(budget, customer),
    after: { removed: true },
  });
}

async function assertScope(
  tx: Transaction,
  { access }: BudgetDeps,
  asked: { caller: UserCaller; scope: BudgetScope; scopeId: string },
): Promise<void> {
  const { caller, scope, scopeId } = asked;
  const { organizationId } = caller;
  const projectId = scope === 'project' ? scopeId : null;
  if (!isInReach(caller, { organizationId, projectId })) throw common.fail('not_found');
  if (scope === 'tag' && !new RegExp(tagFilterSchema.pattern, 'u').test(scopeId))
    throw billing.fail('budget_scope_invalid');
  const isThere = {
    organization: async () => true,
    tag: async () => true,
    project: async () => (await access.departmentOf(tx, { organizationId, projectId: scopeId })) !== null,
    department: () => access.hasDepartment(tx, { organizationId, departmentId: scopeId }),
    user: async () => (await access.homeOf(tx, { organizationId, userId: scopeId })) !== null,
  };
  if (!(await isThere[scope]())) throw common.fail('not_found');
}

async function existing(tx: Transaction, organizationId: string): Promise<Customer> {
  const customer = await lockCustomer(tx, organizationId);
  if (customer === undefined) throw common.fail('not_found');
  return customer;
}

async function lockInReach(tx: Transaction, caller: UserCaller, budgetId: string): Promise<Budget> {
  const budget = await lockBudget(tx, budgetId);
  const projectId = budget?.scope === 'project' ? budget.scopeId : null;
  if (budget === undefined || !isInReach(caller, { organizationId: budget.organizationId, projectId }))
    throw common.fail('not_found');
  return budget;
}

function amountIn(money: Money, { currency }: Customer): Micros {
  if (money.currency !== currency) throw billing.fail('currency_mismatch', { details: { currency } });
  const amount = fromMoney(money);
  if (amount <= 0n || amount > MICROS_MAX)
    throw billing.fail('amount_out_of_range', {
      details: { min: toMoney(1n, currency), max: toMoney(MICROS_MAX, currency) },
    });
  return amount;
}

function inOrder(thresholds: readonly number[]): number[] {
  return [...thresholds].sort((a, b) => a - b);
}

function auditedFields({ scope, scopeId, amount, thresholds }: Budget, { currency }: Customer) {
  return { scope, scope_id: scopeId || null, amount: toMoney(amount, currency), thresholds };
}

async function record(
  tx: Transaction,
  { audit }: BudgetDeps,
  entry: { request: RequestContext; action: string; budget: Budget; before?: object; after: object },
): Promise<void> {
  const { request, action, budget, before, after } = entry;
  await audit.record(tx, {
    ...{ action, before, after, resource: auditedBudget },
    actor: request.actor,
    organizationId: budget.organizationId,
    projectId: budget.scope === 'project' ? budget.scopeId : null,
    targetId: budget.budgetId,
    correlationId: request.correlationId,
  });
}
