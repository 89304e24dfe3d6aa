import type { Parameter, Queries } from '@portico/plugin-kit/backend';
import { decodeCursor, encodeCursor } from '@portico/plugin-kit/backend';
import { toAuditItem } from './audit-rows';
import type { AuditItem, AuditRow } from './audit-rows';

/** What a list or an export may be narrowed to. */
export interface AuditFilter {
  readonly organization_id?: string;
  readonly project_id?: string;
  readonly action?: string;
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
export async function auditPage(
  queries: Queries,
  filter: AuditFilter,
  page: { limit: number; cursor?: string | undefined },
): Promise<{ items: AuditItem[]; nextCursor: string | null }> {
  const { conditions, parameters } = conditionsOf(filter);
  if (page.cursor !== undefined) {
    conditions.push('log.sequence < ?');
    parameters.push(...decodeCursor(LIST, page.cursor, ['number']));
  }
  const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
  const rows = await queries.all<AuditRow>(`${selected}${where} ORDER BY log.sequence DESC LIMIT ?`, [
    ...parameters,
    page.limit + 1,
  ]);
  const shown = rows.slice(0, page.limit);
  const last = shown.at(-1);
  return {
    items: shown.map(toAuditItem),
    nextCursor: rows.length > page.limit && last ? encodeCursor(LIST, [last.sequence]) : null,
  };
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
