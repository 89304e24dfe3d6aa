import type { ActorNames, Parameter, Queries } from '@portico/plugin-kit/backend';
import { cutPage, decodeCursor, encodeCursor } from '@portico/plugin-kit/backend';
import { auditColumns, auditCsvRow, csvLines } from './audit-csv';
import { toAuditItem } from './audit-rows';
import type { AuditItem, AuditRow } from './audit-rows';

/** What a list or an export may be narrowed to. */
export interface AuditFilter {
  readonly organization_id?: string;
  readonly project_id?: string;
  readonly action?: string;
  readonly actor_type?: string;
  readonly actor_id?: string;
  readonly resource_type?: string;
  readonly resource_id?: string;
  readonly correlation_id?: string;
  readonly from?: string;
  readonly to?: string;
}

const LIST = 'audit';
/** Entries an export reads at once: its memory does not grow with the log. */
const EXPORT_PAGE = 500;

const selected = `SELECT log.*, seal.position, seal.previous_hash, seal.hash FROM platform_audit_log AS log
  LEFT JOIN platform_audit_seals AS seal ON seal.sequence = log.sequence`;

const columns = {
  organization_id: 'log.organization_id',
  project_id: 'log.project_id',
  action: 'log.action',
  actor_type: 'log.actor_type',
  actor_id: 'log.actor_id',
  resource_type: 'log.resource_type',
  resource_id: 'log.target_id',
  correlation_id: 'log.correlation_id',
} as const;

function conditionsOf(filter: AuditFilter): { conditions: string[]; parameters: Parameter[] } {
  const conditions: string[] = [];
  const parameters: Parameter[] = [];
  for (const [name, column] of Object.entries(columns)) {
    const value = filter[name as keyof typeof columns];
    if (value === undefined) continue;
    conditions.push(`${column} = ?`);
    parameters.push(value);
  }
  if (filter.from !== undefined) {
    conditions.push('log.at >= ?');
    parameters.push(Date.parse(filter.from));
  }
  if (filter.to !== undefined) {
    conditions.push('log.at < ?');
    parameters.push(Date.parse(filter.to));
  }
  return { conditions, parameters };
}

/** Newest first. */
async function newestFirst(
  queries: Queries,
  filter: AuditFilter,
  part: { before: number | null; limit: number },
): Promise<AuditRow[]> {
  const { conditions, parameters } = conditionsOf(filter);
  if (part.before !== null) {
    conditions.push('log.sequence < ?');
    parameters.push(part.before);
  }
  const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
  return queries.all<AuditRow>(`${selected}${where} ORDER BY log.sequence DESC LIMIT ?`, [...parameters, part.limit]);
}

/** Newest first, with the names of those who acted. */
export async function auditPage(
  queries: Queries,
  filter: AuditFilter,
  page: { limit: number; cursor?: string | undefined; names: ActorNames },
): Promise<{ items: AuditItem[]; nextCursor: string | null }> {
  const before = page.cursor === undefined ? null : (decodeCursor(LIST, page.cursor, ['number'])[0] as number);
  const rows = await newestFirst(queries, filter, { before, limit: page.limit + 1 });
  const { shown, nextCursor } = cutPage(rows, page.limit, last => encodeCursor(LIST, [last.sequence]));
  return { items: await withNames(queries, shown, page.names), nextCursor };
}

/** What the filter leaves as CSV, newest first. */
export async function* auditCsv(
  queries: Queries,
  filter: AuditFilter,
  options: { names: ActorNames; signal: AbortSignal },
): AsyncGenerator<string> {
  yield csvLines([auditColumns]);
  for await (const items of pagesOf(queries, filter, options)) yield csvLines(items.map(auditCsvRow));
}

/** What the filter leaves as JSON Lines, newest first: a part of the log, which proves nothing by itself. */
export async function* auditPart(
  queries: Queries,
  filter: AuditFilter,
  options: { names: ActorNames; signal: AbortSignal },
): AsyncGenerator<string> {
  for await (const items of pagesOf(queries, filter, options))
    yield items.map(item => `${JSON.stringify(item)}\n`).join('');
}

/** One read after the other, so that memory does not grow with the log. */
async function* pagesOf(
  queries: Queries,
  filter: AuditFilter,
  options: { names: ActorNames; signal: AbortSignal },
): AsyncGenerator<AuditItem[]> {
  for (let before: number | null = null; !options.signal.aborted;) {
    const rows: AuditRow[] = await newestFirst(queries, filter, { before, limit: EXPORT_PAGE });
    const last = rows.at(-1);
    if (last === undefined) return;
    yield await withNames(queries, rows, options.names);
    before = last.sequence;
  }
}

async function withNames(queries: Queries, rows: readonly AuditRow[], actorNames: ActorNames): Promise<AuditItem[]> {
  const users = rows.filter(row => row.actor_type !== 'task' && row.actor_type !== 'system').map(row => row.actor_id);
  const names = await actorNames.ofUsers(queries, [...new Set(users)]);
  return rows.map(row => {
    const item = toAuditItem(row);
    return { ...item, actor: { ...item.actor, name: names.get(item.actor.id) ?? null } };
  });
}

/** The sealed log from its beginning with its checkpoints, as JSON Lines; the last line counts what was not sealed yet. */
export async function* auditJsonLines(queries: Queries, signal: AbortSignal): AsyncGenerator<string> {
  const key = await queries.first<{ public_key: string }>(
    'SELECT public_key FROM platform_audit_signing_key WHERE singleton = 1',
  );
  yield `${JSON.stringify({ portico_audit_export: 1, public_key: key?.public_key ?? null })}\n`;
  for (let after = 0; !signal.aborted;) {
    const rows = await queries.all<AuditRow & { position: number }>(
      `SELECT log.*, seal.position, seal.previous_hash, seal.hash FROM platform_audit_seals AS seal
       JOIN platform_audit_log AS log ON log.sequence = seal.sequence WHERE seal.position > ? ORDER BY seal.position LIMIT ?`,
      [after, EXPORT_PAGE],
    );
    const last = rows.at(-1);
    if (last === undefined) break;
    const checkpoints = await queries.all<{ position: number; hash: string; at: number; signature: string }>(
      'SELECT position, hash, at, signature FROM platform_audit_checkpoints WHERE position > ? AND position <= ? ORDER BY position',
      [after, last.position],
    );
    let chunk = '';
    for (const row of rows) {
      chunk += `${JSON.stringify(toAuditItem(row))}\n`;
      while (checkpoints[0]?.position === row.position) {
        const { at, ...signed } = checkpoints.shift() as (typeof checkpoints)[number];
        chunk += `${JSON.stringify({ checkpoint: { ...signed, at: new Date(at).toISOString() } })}\n`;
      }
    }
    yield chunk;
    after = last.position;
  }
  const waiting = await queries.first<{ unsealed: number }>('SELECT COUNT(*) AS unsealed FROM platform_audit_unsealed');
  yield `${JSON.stringify({ unsealed: waiting?.unsealed ?? 0 })}\n`;
}
