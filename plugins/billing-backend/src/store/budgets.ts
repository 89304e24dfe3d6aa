import { placeholders } from '@portico/plugin-kit/backend';
import type { Parameter, Place, Queries, Transaction } from '@portico/plugin-kit/backend';
import type { Micros } from '@portico/plugin-kit/contract';
import type { BudgetScope } from '../domain/budget';

export interface Budget {
  readonly budgetId: string;
  readonly organizationId: string;
  readonly scope: BudgetScope;
  /** The empty text for the organization. */
  readonly scopeId: string;
  readonly amount: Micros;
  readonly thresholds: readonly number[];
  readonly createdAt: number;
  readonly updatedAt: number;
}

interface BudgetRow {
  readonly budget_id: string;
  readonly organization_id: string;
  readonly scope: BudgetScope;
  readonly scope_id: string;
  readonly amount_micros: Micros;
  readonly thresholds_json: string;
  readonly created_at: number;
  readonly updated_at: number;
}

const COLUMNS = 'budget_id, organization_id, scope, scope_id, amount_micros, thresholds_json, created_at, updated_at';

function fromRow(row: BudgetRow): Budget {
  return {
    budgetId: row.budget_id,
    organizationId: row.organization_id,
    scope: row.scope,
    scopeId: row.scope_id,
    amount: row.amount_micros,
    thresholds: JSON.parse(row.thresholds_json) as number[],
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

/** Newest first; with a project only those of that project. */
export async function budgetsPage(
  queries: Queries,
  page: { organizationId: string; projectId: string | undefined; after: Place | undefined; limit: number },
): Promise<Budget[]> {
  const parameters: Parameter[] = [page.organizationId];
  let conditions = '';
  if (page.projectId !== undefined) {
    conditions += " AND scope = 'project' AND scope_id = ?";
    parameters.push(page.projectId);
  }
  if (page.after !== undefined) {
    conditions += ' AND (created_at, budget_id) < (?, ?)';
    parameters.push(page.after.at, page.after.id);
  }
  const rows = await queries.all<BudgetRow>(
    `SELECT ${COLUMNS} FROM billing_budgets WHERE organization_id = ?${conditions} ORDER BY created_at DESC, budget_id DESC LIMIT ?`,
    [...parameters, page.limit],
  );
  return rows.map(fromRow);
}

/** All of an organization; there are not many. */
export async function budgetsOf(queries: Queries, organizationId: string): Promise<Budget[]> {
  const rows = await queries.all<BudgetRow>(
    `SELECT ${COLUMNS} FROM billing_budgets WHERE organization_id = ? ORDER BY created_at, budget_id`,
    [organizationId],
  );
  return rows.map(fromRow);
}

export async function organizationsWithBudgets(
  queries: Queries,
  page: { after: string; limit: number },
): Promise<{ organization_id: string; currency: string }[]> {
  return queries.all(
    `SELECT organization_id, currency FROM billing_customers AS customer
    WHERE organization_id IN (SELECT DISTINCT organization_id FROM billing_budgets WHERE organization_id > ? ORDER BY organization_id LIMIT ?)
    ORDER BY organization_id`,
    [page.after, page.limit],
  );
}

/** Locks it for this transaction: its amount and what was told of it hold still. */
export async function lockBudget(tx: Transaction, budgetId: string): Promise<Budget | undefined> {
  const row = await tx.first<BudgetRow>(`SELECT ${COLUMNS} FROM billing_budgets WHERE budget_id = ?${tx.forUpdate}`, [
    budgetId,
  ]);
  return row && fromRow(row);
}

export async function insertBudget(tx: Transaction, budget: Budget): Promise<void> {
  await tx.run(`INSERT INTO billing_budgets (${COLUMNS}) VALUES (${placeholders(COLUMNS.split(',').length)})`, [
    budget.budgetId,
    budget.organizationId,
    budget.scope,
    budget.scopeId,
    budget.amount,
    JSON.stringify(budget.thresholds),
    budget.createdAt,
    budget.updatedAt,
  ]);
}

export async function updateBudgetAmount(
  tx: Transaction,
  budget: Pick<Budget, 'budgetId' | 'amount' | 'thresholds'>,
): Promise<void> {
  await tx.run(
    'UPDATE billing_budgets SET amount_micros = ?, thresholds_json = ?, updated_at = ? WHERE budget_id = ?',
    [budget.amount, JSON.stringify(budget.thresholds), tx.now, budget.budgetId],
  );
}

export async function deleteBudgetRows(tx: Transaction, budgetId: string): Promise<void> {
  await tx.run('DELETE FROM billing_budget_alerts WHERE budget_id = ?', [budgetId]);
  await tx.run('DELETE FROM billing_budgets WHERE budget_id = ?', [budgetId]);
}

/** Thresholds told of in that month, by budget. */
export async function toldThresholds(
  queries: Queries,
  options: { budgetIds: readonly string[]; month: number },
): Promise<ReadonlyMap<string, readonly number[]>> {
  const told = new Map<string, number[]>();
  if (options.budgetIds.length === 0) return told;
  const rows = await queries.all<{ budget_id: string; threshold_percent: number }>(
    `SELECT budget_id, threshold_percent FROM billing_budget_alerts
    WHERE period_from_at = ? AND budget_id IN (${placeholders(options.budgetIds.length)}) ORDER BY threshold_percent`,
    [options.month, ...options.budgetIds],
  );
  for (const row of rows) told.set(row.budget_id, [...(told.get(row.budget_id) ?? []), row.threshold_percent]);
  return told;
}

/** False when it was told of before. */
export async function tellThreshold(
  tx: Transaction,
  alert: { budgetId: string; month: number; threshold: number },
): Promise<boolean> {
  const told = await tx.run(
    `INSERT INTO billing_budget_alerts (budget_id, period_from_at, threshold_percent, reached_at) VALUES (?, ?, ?, ?)
    ON CONFLICT (budget_id, period_from_at, threshold_percent) DO NOTHING`,
    [alert.budgetId, alert.month, alert.threshold, tx.now],
  );
  return told === 1;
}

export async function forgetThreshold(
  tx: Transaction,
  alert: { budgetId: string; month: number; threshold: number },
): Promise<void> {
  await tx.run(
    'DELETE FROM billing_budget_alerts WHERE budget_id = ? AND period_from_at = ? AND threshold_percent = ?',
    [alert.budgetId, alert.month, alert.threshold],
  );
}
