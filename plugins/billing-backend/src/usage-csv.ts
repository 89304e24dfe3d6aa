import type { Queries } from '@portico/plugin-kit/backend';
import { toDecimal, toInstant, toInstantOrNull } from '@portico/plugin-kit/contract';
import { stringify } from 'csv-stringify/sync';
import { usagePage } from './store/usage';
import type { UsageFilter, UsageRow, UsageSort } from './store/usage';

/** Rows read and written at once. The memory of an export is this many rows, however many it has. */
const ROWS_PER_PAGE = 1_000;

const COLUMNS = [
  'allocation_id',
  'allocation_name',
  'project_id',
  'department_id',
  'user_id',
  'sku_id',
  'gpu_count',
  'started_at',
  'stopped_at',
  'seconds',
  'price_per_hour',
  'cost',
  'credited',
  'currency',
  'tags',
] as const;

/** All usage as CSV, one page after the other. Each page is a read of its own, so an export never keeps a transaction open. */
export async function* usageCsv(
  queries: Queries,
  options: { filter: UsageFilter; sort: UsageSort; now: number; signal: AbortSignal },
): AsyncGenerator<string> {
  yield csvOf([[...COLUMNS]]);
  let cursor: string | undefined;
  do {
    const page = await usagePage(queries, { ...options, limit: ROWS_PER_PAGE, cursor });
    if (page.rows.length > 0) yield csvOf(page.rows.map(lineOf));
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined && !options.signal.aborted);
}

function lineOf(row: UsageRow): (string | number | null)[] {
  return [
    row.allocation_id,
    row.allocation_name,
    row.project_id,
    row.department_id,
    row.user_id,
    row.sku_id,
    row.gpu_count,
    toInstant(row.started_at),
    toInstantOrNull(row.stopped_at),
    Math.floor(row.milliseconds / 1000),
    toDecimal(row.price_per_hour_micros),
    toDecimal(row.usage_micros),
    toDecimal(row.credited_micros),
    row.currency,
    row.tags_json === '{}' ? '' : row.tags_json,
  ];
}

function csvOf(lines: readonly (readonly (string | number | null)[])[]): string {
  // A cell that begins like a formula is run by spreadsheets; the apostrophe makes it text (OWASP, "CSV injection"). RFC 4180 line ends.
  return stringify(lines as (string | number | null)[][], { escape_formulas: true, record_delimiter: '\r\n' });
}
