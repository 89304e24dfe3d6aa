import type { Queries } from '@portico/plugin-kit/backend';
import { categoryOf, movementsOf } from '../domain/invoice';
import type { KnownEntry, MovementCategory, Movements, MonthKnown, UsageSum } from '../domain/invoice';
import type { Account } from '../domain/postings';
import { costOf } from './metered-cost';

interface Month {
  readonly organizationId: string;
  readonly from: number;
  readonly to: number;
}

const DAY_MILLISECONDS = 86_400_000;

/** Where a meter's time ends, seen from the end of a period (three times a parameter). */
const UNTIL =
  'CASE WHEN stopped_at <= ? THEN stopped_at WHEN stopped_at IS NULL AND capped_at <= ? THEN capped_at ELSE ? END AS until_at';

/** Usage within the month by project, SKU, size, price and day: one statement. Meters that had stopped before are not read. */
export async function usageByDay(queries: Queries, { organizationId, from, to }: Month): Promise<MonthKnown['usage']> {
  const rows = await queries.all<{
    begins_at: number;
    project_id: string;
    sku_id: string;
    gpu_count: number;
    price_per_hour_micros: bigint;
    gpu_milliseconds: number;
    amount_micros: bigint;
  }>(
    `SELECT project_id, sku_id, gpu_count, price_per_hour_micros, begins_at, SUM((through_at - since_at) * gpu_count) AS gpu_milliseconds,
      SUM(${costOf('through_at - started_at')} - ${costOf('since_at - started_at')}) AS amount_micros
    FROM (
      SELECT meter.*, days.begins_at,
        CASE WHEN meter.started_at > days.begins_at THEN meter.started_at ELSE days.begins_at END AS since_at,
        CASE WHEN meter.until_at < days.begins_at + ${DAY_MILLISECONDS} THEN meter.until_at ELSE days.begins_at + ${DAY_MILLISECONDS} END AS through_at
      FROM (
        SELECT project_id, sku_id, gpu_count, price_per_hour_micros, started_at, ${UNTIL} FROM billing_meters
        WHERE (organization_id = ? AND stopped_at IS NULL OR organization_id = ? AND stopped_at > ?) AND started_at < ?
      ) AS meter
      JOIN (
        WITH RECURSIVE each_day (begins_at) AS (SELECT CAST(? AS bigint) UNION ALL SELECT begins_at + ${DAY_MILLISECONDS} FROM each_day WHERE begins_at + ${DAY_MILLISECONDS} < ?)
        SELECT begins_at FROM each_day
      ) AS days ON meter.started_at < days.begins_at + ${DAY_MILLISECONDS} AND meter.until_at > days.begins_at
    ) AS timed
    GROUP BY project_id, sku_id, gpu_count, price_per_hour_micros, begins_at
    ORDER BY project_id, sku_id, begins_at, gpu_count, price_per_hour_micros`,
    [to, to, to, organizationId, organizationId, from, to, from, to],
  );
  return rows.map(row => ({
    projectId: row.project_id,
    skuId: row.sku_id,
    gpuCount: row.gpu_count,
    pricePerHour: row.price_per_hour_micros,
    day: dayOf(row.begins_at),
    gpuMilliseconds: row.gpu_milliseconds,
    amount: row.amount_micros,
  }));
}

/** Usage of all time before an instant, by project and SKU. */
export async function usageBefore(
  queries: Queries,
  { organizationId, before }: { organizationId: string; before: number },
): Promise<UsageSum[]> {
  const rows = await queries.all<{
    project_id: string;
    sku_id: string;
    gpu_milliseconds: number;
    amount_micros: bigint;
  }>(
    `SELECT project_id, sku_id, SUM((until_at - started_at) * gpu_count) AS gpu_milliseconds, SUM(${costOf('until_at - started_at')}) AS amount_micros
    FROM (
      SELECT project_id, sku_id, gpu_count, price_per_hour_micros, started_at, ${UNTIL} FROM billing_meters
      WHERE organization_id = ? AND started_at < ?
    ) AS meter GROUP BY project_id, sku_id ORDER BY project_id, sku_id`,
    [before, before, before, organizationId, before],
  );
  return rows.map(row => ({
    projectId: row.project_id,
    skuId: row.sku_id,
    gpuMilliseconds: row.gpu_milliseconds,
    amount: row.amount_micros,
  }));
}

/**
 * Entries that are neither usage nor holds, with the account on the other side and what the customer's balance rose by. The condition on the kind is that of the index, word by word.
 * The settlement of a refund moves nothing of the customer's.
 */
const MOVED = `FROM billing_entries AS entry
  JOIN billing_postings AS posting ON posting.entry_id = entry.entry_id AND posting.account NOT IN ('customer_available', 'customer_held', 'customer_receivable')
  WHERE entry.organization_id = ? AND entry.kind NOT IN ('hold', 'hold_release', 'usage', 'usage_reversal') AND entry.kind <> 'refund_settlement'`;

/** All movements of all time before an instant. */
export async function movementsBefore(
  queries: Queries,
  { organizationId, before }: { organizationId: string; before: number },
): Promise<Movements> {
  const rows = await queries.all<{ kind: string; account: Account; amount_micros: bigint }>(
    `SELECT entry.kind, posting.account, -SUM(posting.amount_micros) AS amount_micros ${MOVED} AND entry.created_at < ? GROUP BY entry.kind, posting.account`,
    [organizationId, before],
  );
  const sums = new Map<MovementCategory, bigint>();
  for (const row of rows) sums.set(categoryOf(row), (sums.get(categoryOf(row)) ?? 0n) + row.amount_micros);
  return movementsOf(category => sums.get(category) ?? 0n);
}

/** Those dated within the month, oldest first. */
export async function entriesWithin(queries: Queries, { organizationId, from, to }: Month): Promise<KnownEntry[]> {
  const rows = await queries.all<{
    entry_id: string;
    kind: string;
    account: Account;
    description: string;
    project_id: string | null;
    created_at: number;
    amount_micros: bigint;
  }>(
    `SELECT entry.entry_id, entry.kind, posting.account, entry.description, entry.project_id, entry.created_at, -posting.amount_micros AS amount_micros
    ${MOVED} AND entry.created_at >= ? AND entry.created_at < ? ORDER BY entry.created_at, entry.entry_id`,
    [organizationId, from, to],
  );
  return rows.map(row => ({
    entryId: row.entry_id,
    category: categoryOf(row),
    description: row.description,
    day: dayOf(row.created_at),
    projectId: row.project_id,
    amount: row.amount_micros,
  }));
}

function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}
