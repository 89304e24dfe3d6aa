import type { AuditItem } from './audit-rows';

export const auditColumns = [
  'audit_id',
  'at',
  'action',
  'actor_type',
  'actor_id',
  'actor_name',
  'key_id',
  'support_session_id',
  'on_behalf_of_type',
  'on_behalf_of_id',
  'session_id',
  'address',
  'resource_type',
  'resource_id',
  'organization_id',
  'project_id',
  'correlation_id',
  'reason',
  'changes',
  'seal_position',
  'seal_hash',
] as const;

type Cell = string | number | null | undefined;

export function auditCsvRow(item: AuditItem): readonly Cell[] {
  const { actor, resource, seal } = item;
  return [
    item.audit_id,
    item.at,
    item.action,
    actor.type,
    actor.id,
    actor.name,
    actor.key_id,
    actor.support_session_id,
    item.on_behalf_of?.type,
    item.on_behalf_of?.id,
    actor.session_id,
    actor.address,
    resource.type,
    resource.id,
    item.organization_id,
    item.project_id,
    item.correlation_id,
    item.reason,
    JSON.stringify(item.changes),
    seal?.position,
    seal?.hash,
  ];
}

/**
 * Lines as RFC 4180 has them. A cell that begins like a formula is run by spreadsheets; the apostrophe makes it text (OWASP, "CSV injection"). People
 * choose much of what stands in an audit log, and administrators open it.
 */
export function csvLines(rows: readonly (readonly Cell[])[]): string {
  return rows.map(row => `${row.map(csvCell).join(',')}\r\n`).join('');
}

function csvCell(cell: Cell): string {
  if (cell === null || cell === undefined) return '';
  if (typeof cell === 'number') return String(cell);
  const text = /^[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
