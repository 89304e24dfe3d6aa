import type { Micros } from '@portico/plugin-kit/contract';

/**
 * A budget is an amount for each calendar month of UTC. It warns and stops nothing. A threshold is reached when that percentage of the amount is spent, compared by multiplication so
 * that no rounding decides, and stays told of for the month unless the amount is raised beyond it.
 */
export const BUDGET_SCOPES = ['organization', 'department', 'project', 'user', 'tag'] as const;
export type BudgetScope = (typeof BUDGET_SCOPES)[number];

export interface Spending {
  readonly spent: Micros;
  /** Greater than zero. */
  readonly amount: Micros;
}

/** Those that are reached, lowest first. */
export function reachedThresholds({ spent, amount }: Spending, thresholds: readonly number[]): number[] {
  return thresholds.filter(threshold => spent * 100n >= amount * BigInt(threshold)).sort((a, b) => a - b);
}

/** Rounded down: 100 means that all of it is spent. */
export function percentOf({ spent, amount }: Spending): number {
  const percent = (spent * 100n) / amount;
  return percent > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(percent);
}
