import type { Micros, ReplyOf, Tags } from '@portico/plugin-kit/contract';
import { toInstant, toInstantOrNull, toMoney } from '@portico/plugin-kit/contract';
import type { getBalance, listAnyLedger, listLedger, listUsage } from '@portico/plugin-billing/contract';
import { isReversibleKind } from './actions/reverse-entry';
import type { Balance } from './domain/balance';
import { reversalOf } from './store/ledger';
import type { EntryRow } from './store/ledger';
import type { UsageRow } from './store/usage';

/** Rows and results in the words of the contract. */

export function balanceReply(
  balance: Balance,
  options: { currency: string; at: number; promotional: Micros; expiresNext: { amount: Micros; at: number } | null },
): ReplyOf<typeof getBalance> {
  const { currency, expiresNext } = options;
  return {
    available: toMoney(balance.available, currency),
    held: toMoney(balance.held, currency),
    promotional: toMoney(options.promotional, currency),
    expires_next:
      expiresNext === null ? null : { amount: toMoney(expiresNext.amount, currency), at: toInstant(expiresNext.at) },
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
    credited: toMoney(row.credited_micros, row.currency),
    tags: JSON.parse(row.tags_json) as Tags,
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
    reverses_entry_id: reversedBy(row),
    reversed_by_entry_id: row.reversed_by_entry_id,
    seal:
      row.seal_position === null || row.seal_hash === null
        ? null
        : { position: row.seal_position, hash: row.seal_hash },
  };
}

/** The entry that a reversal reverses; other entries reverse nothing. */
function reversedBy(row: EntryRow): string | null {
  const prefix = reversalOf('');
  return row.kind === 'reversal' && row.reference.startsWith(prefix) ? row.reference.slice(prefix.length) : null;
}

/** For those who look after all organizations, with the names that ids have now. */
export function anyLedgerItem(
  row: EntryRow,
  names: { organizations: ReadonlyMap<string, string>; users: ReadonlyMap<string, string> },
): ReplyOf<typeof listAnyLedger>['items'][number] {
  return {
    ...ledgerItem(row),
    organization_id: row.organization_id,
    organization_name: names.organizations.get(row.organization_id) ?? null,
    actor: { type: row.actor_type, id: row.actor_id, name: names.users.get(row.actor_id) ?? null },
    reference: row.reference,
    correlation_id: row.correlation_id,
    is_reversible: isReversibleKind(row.kind) && row.amount_micros > 0n && row.reversed_by_entry_id === null,
  };
}
