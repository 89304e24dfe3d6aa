import type { AuditedResource } from '@portico/plugin-kit/backend';

type Fields = Readonly<Record<string, unknown>>;
export type AuditedChange = { readonly before?: unknown; readonly after?: unknown } | 'changed';

/**
 * What the audit keeps of a change. Invariants: a field without a class throws, so a new column cannot slip in or be forgotten; a `secret` field
 * is only ever the word "changed"; fields that stayed as they were are left out.
 */
export function auditedChanges(
  resource: AuditedResource,
  before: Fields | undefined,
  after: Fields | undefined,
): Record<string, AuditedChange> {
  const changes: Record<string, AuditedChange> = {};
  for (const field of new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])) {
    const fieldClass = Object.hasOwn(resource.fields, field) ? resource.fields[field] : undefined;
    if (fieldClass === undefined)
      throw new Error(`audit: field "${field}" of ${resource.type} is not classified as track, ignore or secret`);
    if (fieldClass === 'ignore') continue;
    const change = { before: plain(before?.[field]), after: plain(after?.[field]) };
    if (JSON.stringify(change.before) === JSON.stringify(change.after)) continue;
    changes[field] = fieldClass === 'secret' ? 'changed' : change;
  }
  return changes;
}

/** As JSON would have it, with exact integers as text. Absent and null are told apart: null is a value. */
function plain(value: unknown): unknown {
  if (value === undefined) return undefined;
  return JSON.parse(
    JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'bigint' ? inner.toString() : inner)),
  ) as unknown;
}
