import type { Parameter, Queries, Transaction } from '@portico/plugin-kit/backend';
import type { Micros } from '@portico/plugin-kit/contract';
import { HOUR_MILLISECONDS } from '../domain/metering';
import { beginOf, stretchesOf } from '../domain/rollup-periods';
import type { Grain } from '../domain/rollup-periods';
import { costOf, dimensionConditions, meteredHours } from './metered-cost';
import type { DimensionFilter, Part } from './metered-cost';

const DIMENSIONS = 'department_id, project_id, user_id, sku_id, tag_set_id';
const ROLLUP_COLUMNS = `organization_id, grain, begins_at, ${DIMENSIONS}, gpu_milliseconds, cost_micros`;

/** Says that rollups from the hour of this instant on are not, or not any more, what the meters say. Call with the customer locked. */
export async function markForRollup(tx: Transaction, mark: { organizationId: string; from: number }): Promise<void> {
  const hour = beginOf('hour', mark.from);
  await tx.run(
    'UPDATE billing_customers SET rollup_from_at = ? WHERE organization_id = ? AND (rollup_from_at IS NULL OR rollup_from_at > ?)',
    [hour, mark.organizationId, hour],
  );
}

/** Organizations of which an hour is over that has no rollups. */
export async function customersToRollUp(
  queries: Queries,
  options: { now: number; limit: number },
): Promise<readonly string[]> {
  const rows = await queries.all<{ organization_id: string }>(
    'SELECT organization_id FROM billing_customers WHERE rollup_from_at <= ? ORDER BY rollup_from_at, organization_id LIMIT ?',
    [options.now - HOUR_MILLISECONDS, options.limit],
  );
  return rows.map(row => row.organization_id);
}

/** Locks the customer, so that no meter changes meanwhile, and says from where its rollups are to be made. */
export async function lockForRollup(tx: Transaction, organizationId: string): Promise<number | null> {
  const row = await tx.first<{ rollup_from_at: number | null }>(
    `SELECT rollup_from_at FROM billing_customers WHERE organization_id = ?${tx.forUpdate}`,
    [organizationId],
  );
  return row?.rollup_from_at ?? null;
}

export async function saveRollupMark(
  tx: Transaction,
  mark: { organizationId: string; from: number | null },
): Promise<void> {
  await tx.run('UPDATE billing_customers SET rollup_from_at = ? WHERE organization_id = ?', [
    mark.from,
    mark.organizationId,
  ]);
}

/** Whether anything was or will be metered at that instant or after it. */
export async function isMeteredFrom(
  queries: Queries,
  options: { organizationId: string; at: number },
): Promise<boolean> {
  const { organizationId, at } = options;
  const row = await queries.first(
    `SELECT allocation_id FROM billing_meters
    WHERE started_at IS NOT NULL AND (organization_id = ? AND stopped_at IS NULL OR organization_id = ? AND stopped_at > ?) LIMIT 1`,
    [organizationId, organizationId, at],
  );
  return row !== undefined;
}

/** Takes away what was made from that hour on, and the days and months it is a part of. */
export async function dropRollups(tx: Transaction, options: { organizationId: string; from: number }): Promise<void> {
  for (const grain of ['hour', 'day', 'month'] as const)
    await tx.run('DELETE FROM billing_rollups WHERE organization_id = ? AND grain = ? AND begins_at >= ?', [
      options.organizationId,
      grain,
      beginOf(grain, options.from),
    ]);
}

/** Makes the hours in `[from, to)`, both on the hour, from the meters. */
export async function rollUpHours(
  tx: Transaction,
  period: { organizationId: string; from: number; to: number },
): Promise<void> {
  const metered = meteredHours(period, { organizationId: period.organizationId });
  await tx.run(
    `INSERT INTO billing_rollups (${ROLLUP_COLUMNS})
    SELECT organization_id, 'hour', begins_at, ${DIMENSIONS}, sum(gpu_milliseconds), sum(cost_micros)
    FROM (${metered.text}) AS metered GROUP BY organization_id, begins_at, ${DIMENSIONS}`,
    metered.parameters,
  );
}

/** Makes one day of its hours, or one month of its days. */
export async function rollUp(
  tx: Transaction,
  sum: { organizationId: string; grain: 'day' | 'month'; begin: number; end: number },
): Promise<void> {
  await tx.run(
    `INSERT INTO billing_rollups (${ROLLUP_COLUMNS})
    SELECT organization_id, CAST(? AS text), CAST(? AS bigint), ${DIMENSIONS}, sum(gpu_milliseconds), sum(cost_micros)
    FROM billing_rollups WHERE organization_id = ? AND grain = ? AND begins_at >= ? AND begins_at < ?
    GROUP BY organization_id, ${DIMENSIONS}`,
    [sum.grain, sum.begin, sum.organizationId, sum.grain === 'day' ? 'hour' : 'day', sum.begin, sum.end],
  );
}

/** What costs are grouped by: a column, the values of a tag, or nothing. */
export type GroupBy = 'none' | 'project' | 'user' | 'sku' | 'department' | { readonly tagKey: string };

const GROUP_COLUMNS = {
  none: "''",
  project: 'project_id',
  user: 'user_id',
  sku: 'sku_id',
  department: 'department_id',
} as const;

export interface CostQuery {
  readonly filter: DimensionFilter;
  /** `from` is on the hour. `to` too, unless it is the moment of asking. */
  readonly period: { readonly from: number; readonly to: number };
  readonly groupBy: GroupBy;
}

/** A group is the empty text for what has none. */
interface GroupCost {
  readonly group_key: string;
  readonly gpu_milliseconds: number;
  readonly cost_micros: bigint;
}

/** What each group cost, the most expensive first. */
export async function costByGroup(queries: Queries, query: CostQuery): Promise<GroupCost[]> {
  const used = await usageParts(queries, query, 'month');
  const group = groupOf(query.groupBy);
  return queries.all<GroupCost>(
    `SELECT ${group.text} AS group_key, sum(gpu_milliseconds) AS gpu_milliseconds, sum(cost_micros) AS cost_micros
    FROM (${used.text}) AS used GROUP BY 1 ORDER BY 3 DESC, 1`,
    [...group.parameters, ...used.parameters],
  );
}

interface TimedCost {
  readonly begins_at: number;
  readonly group_key: string;
  readonly cost_micros: bigint;
}

/**
 * The same over time, in rows of the grain or finer: whoever asks sums them up. Groups that are not named are one, whose key is null.
 */
export async function costOverTime(
  queries: Queries,
  query: CostQuery & { grain: Grain; groups: readonly string[] },
): Promise<(Omit<TimedCost, 'group_key'> & { group_key: string | null })[]> {
  const used = await usageParts(queries, query, query.grain);
  const group = groupOf(query.groupBy);
  const named =
    query.groups.length === 0
      ? 'NULL'
      : `CASE WHEN group_key IN (${query.groups.map(() => '?').join(', ')}) THEN group_key END`;
  return queries.all(
    `SELECT begins_at, ${named} AS group_key, sum(cost_micros) AS cost_micros
    FROM (SELECT begins_at, ${group.text} AS group_key, cost_micros FROM (${used.text}) AS used) AS grouped GROUP BY 1, 2`,
    [...query.groups, ...group.parameters, ...used.parameters],
  );
}

function groupOf(groupBy: GroupBy): Part {
  if (typeof groupBy === 'string') return { text: GROUP_COLUMNS[groupBy], parameters: [] };
  return {
    text: "coalesce((SELECT tag_value FROM billing_tags WHERE billing_tags.tag_set_id = used.tag_set_id AND tag_key = ?), '')",
    parameters: [groupBy.tagKey],
  };
}

/** What is rolled up, read from there, and what is not yet, reckoned from the meters: together all of it, without overlap. */
async function usageParts(queries: Queries, { filter, period }: CostQuery, coarsest: Grain): Promise<Part> {
  const { organizationId } = filter;
  const row = await queries.first<{ rollup_from_at: number | null }>(
    'SELECT rollup_from_at FROM billing_customers WHERE organization_id = ?',
    [organizationId],
  );
  const { from, to } = period;
  // Never beyond the hour that is asked in, should the clock have been set back since it was rolled up.
  const rolledTo = Math.max(from, Math.min(row?.rollup_from_at ?? Infinity, beginOf('hour', to)));
  const narrowed = dimensionConditions(filter);
  const parts: Part[] = stretchesOf({ from, to: rolledTo }, coarsest).map(stretch => ({
    text: `SELECT begins_at, ${DIMENSIONS}, gpu_milliseconds, cost_micros FROM billing_rollups
      WHERE organization_id = ? AND grain = ? AND begins_at >= ? AND begins_at < ?${narrowed.text}`,
    parameters: [organizationId, stretch.grain, stretch.from, stretch.to, ...narrowed.parameters],
  }));
  if (rolledTo < to || parts.length === 0) {
    const metered = meteredHours({ from: rolledTo, to }, filter);
    parts.push({
      text: `SELECT begins_at, ${DIMENSIONS}, gpu_milliseconds, cost_micros FROM (${metered.text}) AS metered`,
      parameters: metered.parameters,
    });
  }
  return {
    text: parts.map(part => part.text).join(' UNION ALL '),
    parameters: parts.flatMap(part => part.parameters as Parameter[]),
  };
}

/** What of the costs in the period was given back for outages, by group. */
export async function creditsByGroup(queries: Queries, query: CostQuery): Promise<ReadonlyMap<string, Micros>> {
  const { filter, period } = query;
  const group = groupOf(query.groupBy);
  const narrowed = dimensionConditions(filter);
  const rows = await queries.all<{ group_key: string; credited_micros: bigint }>(
    `SELECT ${group.text} AS group_key, sum(credited_micros) AS credited_micros FROM (
      SELECT department_id, project_id, coalesce(user_id, '') AS user_id, sku_id, tag_set_id,
        ${costOf('CASE WHEN to_at < ? THEN to_at ELSE ? END - started_at')} - ${costOf('CASE WHEN from_at > ? THEN from_at ELSE ? END - started_at')} AS credited_micros
      FROM billing_meters JOIN (
        SELECT allocation_id AS credited_id, from_at, to_at FROM billing_outage_credits WHERE organization_id = ? AND from_at < ? AND to_at > ?
      ) AS credit ON credit.credited_id = billing_meters.allocation_id WHERE organization_id = ?${narrowed.text}
    ) AS used GROUP BY 1`,
    [
      ...group.parameters,
      ...[period.to, period.to, period.to, period.to],
      ...[period.from, period.from, period.from, period.from],
      ...[filter.organizationId, period.to, period.from],
      filter.organizationId,
      ...narrowed.parameters,
    ],
  );
  return new Map(rows.map(row => [row.group_key, row.credited_micros]));
}
