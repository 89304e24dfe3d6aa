import type { Money } from '@portico/plugin-kit/contract';

interface UsageRow {
  readonly cost: Money;
  readonly stopped_at: string | null;
}

/** The exact sums, one per currency, and how many still run. */
export function spendOf(rows: readonly UsageRow[]): { sums: readonly Money[]; running: number } {
  const micros = new Map<string, bigint>();
  for (const { cost } of rows) micros.set(cost.currency, (micros.get(cost.currency) ?? 0n) + BigInt(cost.amount));
  const sums = [...micros].map(([currency, amount]): Money => ({ amount: amount.toString(), currency, scale: 6 }));
  return { sums, running: rows.filter(row => row.stopped_at === null).length };
}
