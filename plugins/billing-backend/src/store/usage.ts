import { cutPage, encodeCursor } from '@portico/plugin-kit/backend';
import type { Parameter, Queries } from '@portico/plugin-kit/backend';
import { common } from '@portico/plugin-kit/contract';
import { decodeKeyset } from './keyset';
import { costOf, dimensionConditions } from './metered-cost';
import type { DimensionFilter } from './metered-cost';

export const USAGE_SORTS = ['started_at', '-started_at', 'cost', '-cost'] as const;
export type UsageSort = (typeof USAGE_SORTS)[number];

export interface UsageFilter extends DimensionFilter {
  readonly allocationId?: string | undefined;
  /** Usage outside of `[from, to)` is left out, its seconds and its cost. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** By whether the meter runs. */
  readonly status?: 'running' | 'stopped' | undefined;
}

export interface UsageRow {
  readonly allocation_id: string;
  readonly allocation_name: string;
  readonly department_id: string;
  readonly project_id: string;
  readonly user_id: string | null;
  readonly sku_id: string;
  readonly gpu_count: number;
  readonly currency: string;
  readonly price_per_hour_micros: bigint;
  readonly started_at: number;
  readonly stopped_at: number | null;
  readonly milliseconds: number;
  readonly usage_micros: bigint;
  /** What of it was given back because the node could not be reached. */
  readonly credited_micros: bigint;
  readonly tags_json: string;
}

export interface UsagePage {
  readonly filter: UsageFilter;
  readonly sort: UsageSort;
  readonly limit: number;
  readonly cursor: string | undefined;
  readonly now: number;
}

/** A position: the instant the first page was asked for, up to which running meters are reckoned on all pages, and the last row. */
interface Position {
  readonly asOf: number;
  readonly after: readonly [sortValue: number | bigint, allocationId: string] | undefined;
}

export async function usagePage(
  queries: Queries,
  page: UsagePage,
): Promise<{ rows: readonly UsageRow[]; nextCursor: string | null }> {
  const { filter, sort, limit } = page;
  const byCost = sort.endsWith('cost');
  const position = readCursor(page);
  const { asOf } = position;
  const ask = (part: Part) => queries.all<UsageRow>(...selectUsage({ filter, sort, limit: limit + 1, position, part }));

  let rows: UsageRow[];
  if (byCost && filter.from === undefined && filter.to === undefined) {
    // What has stopped has its cost in an index; what runs is reckoned, and is few. Both in order, merged here.
    const parts = filter.status === undefined ? (['stopped', 'running'] as const) : [filter.status];
    rows = (await Promise.all(parts.map(ask))).flat().sort(compareByCost(sort));
  } else {
    rows = await ask('all');
  }
  const { shown, nextCursor } = cutPage(rows, limit, last => {
    const sortValue = byCost ? last.usage_micros.toString() : last.started_at;
    return encodeCursor(`billing.usage ${sort}`, [asOf, sortValue, last.allocation_id]);
  });
  return { rows: shown, nextCursor };
}

function readCursor(page: UsagePage): Position {
  if (page.cursor === undefined) return { asOf: page.now, after: undefined };
  const byCost = page.sort.endsWith('cost');
  const [asOf, value, id] = decodeKeyset(`billing.usage ${page.sort}`, page.cursor, [
    'instant',
    byCost ? 'amount' : 'instant',
    'id',
  ]) as [number, string | number, string];
  if (asOf > page.now || asOf < 0) throw common.fail('cursor_invalid');
  return { asOf, after: [byCost ? BigInt(value) : (value as number), id] };
}

function compareByCost(sort: UsageSort): (a: UsageRow, b: UsageRow) => number {
  const sign = sort.startsWith('-') ? -1 : 1;
  return (a, b) => {
    if (a.usage_micros !== b.usage_micros) return a.usage_micros < b.usage_micros ? -sign : sign;
    return a.allocation_id < b.allocation_id ? -sign : sign;
  };
}

/** No more than is shown: an export reads a million of these. */
const SHOWN =
  'allocation_id, allocation_name, department_id, project_id, user_id, sku_id, gpu_count, price_per_hour_micros, started_at, stopped_at, tags_json, milliseconds, usage_micros';

/** Which meters: those stopped by then, ordered by the column that has their final cost; those still running then; or all, reckoned. */
type Part = 'stopped' | 'running' | 'all';

/**
 * The innermost query picks meters, the next one reckons their time within the period, the outer one its cost: price × time for whole hours and for the rest
 * of one separately, which equals the exact product rounded down and stays within 64 bits.
 */
function selectUsage(options: {
  filter: UsageFilter;
  sort: UsageSort;
  limit: number;
  position: Position;
  part: Part;
}): [string, Parameter[]] {
  const { filter, position, part } = options;
  const { asOf, after } = position;
  const from = filter.from ?? 0;
  const end = Math.min(filter.to ?? asOf, asOf);
  const parameters: Parameter[] = [];
  const bind = (...values: Parameter[]) => void parameters.push(...values);

  // Placeholders are bound in the order of the text: the expressions of the outer queries come before the conditions of the inner one.
  bind(filter.organizationId, filter.organizationId);
  bind(...[end, end, end, end], ...[from, from, from, from], end, from);
  bind(from, from, from);
  bind(end, end, end);
  const conditions: string[] = [];
  const where = (condition: string, ...values: Parameter[]) => {
    conditions.push(condition);
    bind(...values);
  };
  // A unary plus keeps SQLite from choosing that column's index: the list is in the order of another one, which is then read only as far as the page goes.
  const { organizationId } = filter;
  if (part === 'running') {
    // The organization in both halves, so that each is a range of one index.
    where(
      '(organization_id = ? AND stopped_at IS NULL OR organization_id = ? AND stopped_at > ?)',
      organizationId,
      organizationId,
      asOf,
    );
  } else {
    where('organization_id = ?', organizationId);
  }
  if (part === 'stopped') where('+stopped_at <= ?', asOf);
  where(part === 'all' ? 'started_at <= ?' : '+started_at <= ?', asOf);
  if (filter.allocationId !== undefined) where('allocation_id = ?', filter.allocationId);
  if (part === 'all' && filter.status === 'running') where('(stopped_at IS NULL OR stopped_at > ?)', asOf);
  if (part === 'all' && filter.status === 'stopped') where('+stopped_at <= ?', asOf);
  if (filter.to !== undefined) where('started_at < ?', filter.to);
  if (filter.from !== undefined) where('(stopped_at IS NULL OR stopped_at > ?)', filter.from);

  const narrowed = dimensionConditions(filter);
  bind(...narrowed.parameters);

  const byCost = options.sort.endsWith('cost');
  const descending = options.sort.startsWith('-');
  const reckoned = byCost && part !== 'stopped';
  const sortColumn = byCost ? (reckoned ? 'usage_micros' : 'cost_micros') : 'started_at';
  const beyond = `(${sortColumn}, allocation_id) ${descending ? '<' : '>'} (?, ?)`;
  const keyset = after !== undefined && !reckoned ? ` AND ${beyond}` : '';
  if (after !== undefined && !reckoned) bind(...after);
  const direction = descending ? 'DESC' : 'ASC';
  const credited = `${costOf('CASE WHEN to_at < ? THEN to_at ELSE ? END - started_at')} - ${costOf('CASE WHEN from_at > ? THEN from_at ELSE ? END - started_at')}`;
  // What does not depend on the row is asked once per statement, so that an organization that was never credited pays nothing for the question.
  const text = `SELECT ${SHOWN}, (SELECT currency FROM billing_customers WHERE organization_id = ?) AS currency,
    CASE WHEN EXISTS (SELECT 1 FROM billing_outage_credits WHERE organization_id = ?) THEN
      (SELECT coalesce(sum(${credited}), 0) FROM billing_outage_credits WHERE allocation_id = reckoned.allocation_id AND from_at < ? AND to_at > ?)
    ELSE 0 END AS credited_micros FROM (
    SELECT timed.*, until_at - started_at - before_ms AS milliseconds, ${costOf('(until_at - started_at)')} - ${costOf('before_ms')} AS usage_micros
    FROM (
      SELECT picked.*, CASE WHEN ? <= started_at THEN 0 WHEN until_at <= ? THEN until_at - started_at ELSE ? - started_at END AS before_ms
      FROM (
        SELECT *, CASE WHEN stopped_at <= ? THEN stopped_at WHEN capped_at <= ? THEN capped_at ELSE ? END AS until_at
        FROM billing_meters WHERE ${conditions.join(' AND ')}${narrowed.text}${keyset}
      ) AS picked
    ) AS timed
  ) AS reckoned${after !== undefined && reckoned ? ` WHERE ${beyond}` : ''}
  ORDER BY ${sortColumn} ${direction}, allocation_id ${direction} LIMIT ?`;
  if (after !== undefined && reckoned) bind(...after);
  bind(options.limit);
  return [text, parameters];
}
