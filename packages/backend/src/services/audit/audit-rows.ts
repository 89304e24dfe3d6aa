import type { ReplyOf } from '@portico/plugin-kit/contract';
import type { listAuditLogs } from '@portico/plugin-kit/contract';
import type { ChainedEntry } from './audit-chain';

/** A row of `platform_audit_log`, with its seal where it has one. */
export interface AuditRow {
  sequence: number;
  audit_id: string;
  at: number;
  action: string;
  actor_type: AuditItem['actor']['type'];
  actor_id: string;
  session_id: string | null;
  address: string | null;
  key_id: string | null;
  support_session_id: string | null;
  on_behalf_of_type: 'user' | 'organization' | null;
  on_behalf_of_id: string | null;
  organization_id: string | null;
  project_id: string | null;
  resource_type: string;
  target_id: string;
  correlation_id: string;
  reason: string | null;
  changes_json: string;
  position: number | null;
  previous_hash: string | null;
  hash: string | null;
}

export type AuditItem = ReplyOf<typeof listAuditLogs>['items'][number];

export function toAuditItem(row: AuditRow): AuditItem {
  const { position, previous_hash: previousHash, hash, on_behalf_of_type: forType, on_behalf_of_id: forId } = row;
  return {
    audit_id: row.audit_id,
    at: new Date(row.at).toISOString(),
    action: row.action,
    actor: {
      type: row.actor_type,
      id: row.actor_id,
      key_id: row.key_id,
      support_session_id: row.support_session_id,
      session_id: row.session_id,
      address: row.address,
    },
    on_behalf_of: forType === null || forId === null ? null : { type: forType, id: forId },
    resource: { type: row.resource_type, id: row.target_id },
    organization_id: row.organization_id,
    project_id: row.project_id,
    correlation_id: row.correlation_id,
    reason: row.reason,
    changes: JSON.parse(row.changes_json) as Record<string, unknown>,
    seal:
      position === null || previousHash === null || hash === null
        ? null
        : { position, previous_hash: previousHash, hash },
  };
}

/** The part of an entry that its hash covers. */
export function toChained(item: AuditItem, position: number): ChainedEntry {
  return {
    position,
    auditId: item.audit_id,
    at: item.at,
    action: item.action,
    actor: item.actor,
    // An export made by an earlier version has no such line.
    onBehalfOf: item.on_behalf_of ?? null,
    resource: item.resource,
    organizationId: item.organization_id,
    projectId: item.project_id,
    correlationId: item.correlation_id,
    reason: item.reason,
    changes: item.changes,
  };
}
