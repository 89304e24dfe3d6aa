import { AUDIT_ACTOR_TYPES } from '@portico/plugin-kit/contract';
import type { ListUrlState } from '@portico/ui';
import type { AuditEntry } from './audit-entry-drawer';

const auditFilterKeys = [
  'action',
  'actor_type',
  'actor_id',
  'resource_type',
  'resource_id',
  'correlation_id',
  'organization_id',
  'from',
  'to',
] as const;
export type AuditFilterKey = (typeof auditFilterKeys)[number];

export const auditFilterLabels: Readonly<Record<AuditFilterKey, string>> = {
  action: 'Action',
  actor_type: 'Kind of actor',
  actor_id: 'Actor',
  resource_type: 'Resource type',
  resource_id: 'Resource',
  correlation_id: 'Request',
  organization_id: 'Organization',
  from: 'From',
  to: 'Until',
};

/** As long as the operation takes them. */
export const FILTER_LENGTH_MAX = 128;
const text = { maxLength: FILTER_LENGTH_MAX };
const instant = { pattern: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/ };
const never = { values: [] };

const filters = {
  action: text,
  actor_type: { values: AUDIT_ACTOR_TYPES },
  actor_id: text,
  resource_type: text,
  resource_id: text,
  correlation_id: text,
  organization_id: text,
  from: instant,
  to: instant,
} as const satisfies Record<AuditFilterKey, object>;

/** The whole platform's. */
export const allAuditUrl = { filters };
/** One organization's: which one is not a question there. */
export const ownAuditUrl = { filters: { ...filters, organization_id: never } };

export type ActorType = AuditEntry['actor']['type'];
export type AuditQuery = Partial<Record<Exclude<AuditFilterKey, 'actor_type'>, string>> & { actor_type?: ActorType };

/** The filters of the address, as the operations take them. */
export function auditQuery(list: Pick<ListUrlState<AuditFilterKey>, 'filters'>): AuditQuery {
  const query: AuditQuery = {};
  for (const key of auditFilterKeys) {
    const value = list.filters[key]?.[0];
    if (value === undefined) continue;
    if (key !== 'actor_type') query[key] = value;
    else if (isActorType(value)) query.actor_type = value;
  }
  return query;
}

export function isActorType(value: string): value is ActorType {
  return (AUDIT_ACTOR_TYPES as readonly string[]).includes(value);
}

/** The state of a list narrowed to these filters, from its first page. */
export function auditState(query: AuditQuery): ListUrlState<AuditFilterKey> {
  const chosen: Partial<Record<AuditFilterKey, readonly string[]>> = {};
  for (const key of auditFilterKeys) {
    const value = query[key];
    if (value !== undefined && value !== '') chosen[key] = [value];
  }
  return { filters: chosen, search: '', sort: null, cursor: null };
}
