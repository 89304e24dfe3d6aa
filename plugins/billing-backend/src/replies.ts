import type { ReplyOf } from '@portico/plugin-kit/contract';
import { toMoney } from '@portico/plugin-kit/contract';
import type { getBalance, listLedger, listUsage } from '@portico/plugin-billing/contract';
import type { Balance } from './domain/balance';
import type { EntryRow } from './store/ledger';
import type { UsageRow } from './store/usage';

/** Rows and results in the words of the contract. */

export function balanceReply(balance: Balance, options: { currency: string; at: number }): ReplyOf<typeof getBalance> {
  const { currency } = options;
  return {
    available: toMoney(balance.available, currency),
    held: toMoney(balance.held, currency),
    currency,
    status: balance.status,
    burn_rate_per_hour: toMoney(balance.burnRatePerHour, currency),
    runway_seconds: balance.runwaySeconds,
    as_of: instant(options.at),
  };
}

export function usageItem(row: UsageRow): ReplyOf<typeof listUsage>['items'][number] {
  return {
    allocation_id: row.allocation_id,
    allocation_name: row.allocation_name,
    department_id: row.department_id,
    project_id: row.project_id,
    user_id: row.user_id,
    sku_id: row.sku_id,
    gpu_count: row.gpu_count,
    price_per_hour: toMoney(row.price_per_hour_micros, row.currency),
    seconds: Math.floor(row.milliseconds / 1000),
    cost: toMoney(row.usage_micros, row.currency),
    started_at: instant(row.started_at),
    stopped_at: nullableInstant(row.stopped_at),
  };
}

export function ledgerItem(row: EntryRow): ReplyOf<typeof listLedger>['items'][number] {
  const money = (amount: bigint) => toMoney(amount, row.currency);
  return {
    entry_id: row.entry_id,
    kind: row.kind,
    amount: money(row.amount_micros),
    balance_effect: { available: money(row.available_micros), held: money(row.held_micros) },
    department_id: row.department_id,
    project_id: row.project_id,
    user_id: row.user_id,
    allocation_id: row.allocation_id,
    description: row.description,
    period_from: nullableInstant(row.period_from_at),
    period_to: nullableInstant(row.period_to_at),
    created_at: instant(row.created_at),
  };
}

function instant(at: number): string {
  return new Date(at).toISOString();
}

function nullableInstant(at: number | null): string | null {
  return at === null ? null : instant(at);
}
