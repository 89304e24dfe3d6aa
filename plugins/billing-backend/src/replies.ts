import type { ReplyOf } from '@portico/plugin-kit/contract';
import { toInstant, toInstantOrNull, toMoney } from '@portico/plugin-kit/contract';
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
    as_of: toInstant(options.at),
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
    started_at: toInstant(row.started_at),
    stopped_at: toInstantOrNull(row.stopped_at),
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
    period_from: toInstantOrNull(row.period_from_at),
    period_to: toInstantOrNull(row.period_to_at),
    created_at: toInstant(row.created_at),
    reverses_entry_id: null,
    reversed_by_entry_id: null,
    seal: null,
  };
}
