import type { Queries } from '@portico/plugin-kit/backend';
import { toDecimal, toInstant } from '@portico/plugin-kit/contract';
import { csvCell } from './csv-cell';
import { usagePage } from './store/usage';
import type { UsageFilter, UsageRow, UsageSort } from './store/usage';

/** Rows read and written at once. The memory of an export is twice this many rows, however many it has. */
const ROWS_PER_PAGE = 2_000;

/** RFC 4180. */
const LINE_END = '\r\n';

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

/**
 * All usage as CSV, one page after the other. Each page is a read of its own, so an export never keeps a transaction open. The next one is read while this one is written and sent, and no
 * further ahead: a client that reads slowly holds two pages.
 */
export async function* usageCsv(
  queries: Queries,
  options: { filter: UsageFilter; sort: UsageSort; now: number; signal: AbortSignal },
): AsyncGenerator<string> {
  const read = (cursor: string | undefined) => {
    const page = usagePage(queries, { ...options, limit: ROWS_PER_PAGE, cursor });
    // Whoever stops listening leaves it behind; a failure is for those who wait for it.
    page.catch(() => {});
    return page;
  };
  yield `${COLUMNS.join(',')}${LINE_END}`;
  const write = { start: instantWriter(), stop: instantWriter() };
  let next: ReturnType<typeof read> | undefined = read(undefined);
  while (next !== undefined && !options.signal.aborted) {
    const page: Awaited<typeof next> = await next;
    next = page.nextCursor === null ? undefined : read(page.nextCursor);
    let text = '';
    for (const row of page.rows) text += lineOf(row, write);
    if (text !== '') yield text;
  }
}

const DAY_MILLISECONDS = 86_400_000;

/** Instants as the contract has them. Rows come in the order of time as a rule, so the day of the last one is often that of this one. */
function instantWriter(): (at: number) => string {
  let day = Number.NaN;
  let date = '';
  const two = (value: number) => (value < 10 ? `0${value}` : String(value));
  const three = (value: number) => (value < 100 ? `0${two(value)}` : String(value));
  return at => {
    const days = Math.floor(at / DAY_MILLISECONDS);
    if (days !== day) {
      day = days;
      date = toInstant(at).slice(0, -'00:00:00.000Z'.length);
    }
    const rest = at - days * DAY_MILLISECONDS;
    const seconds = Math.floor(rest / 1000);
    return `${date}${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}.${three(rest % 1000)}Z`;
  };
}

/** Ids and figures are ours and need no quotes; what people typed does. */
function lineOf(row: UsageRow, write: { start: (at: number) => string; stop: (at: number) => string }): string {
  const tags = row.tags_json === '{}' ? '' : csvCell(row.tags_json);
  const stoppedAt = row.stopped_at === null ? '' : write.stop(row.stopped_at);
  const seconds = Math.floor(row.milliseconds / 1000);
  return (
    `${row.allocation_id},${csvCell(row.allocation_name)},${row.project_id},${row.department_id},${row.user_id ?? ''},${csvCell(row.sku_id)},${row.gpu_count},` +
    `${write.start(row.started_at)},${stoppedAt},${seconds},` +
    `${toDecimal(row.price_per_hour_micros)},${toDecimal(row.usage_micros)},${toDecimal(row.credited_micros)},${row.currency},${tags}${LINE_END}`
  );
}
