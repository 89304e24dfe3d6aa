import { policyNames, STANDARD_PLAN } from '@portico/plugin-access/contract';
import type { PolicyLevel, PolicyName, PolicyValue, SetPolicy } from '@portico/plugin-access/contract';
import type { Queries, Transaction } from '@portico/plugin-kit/backend';

/** Where a value is kept: the level, whose it is, and for whom there. */
export interface PolicyPlace {
  readonly level: PolicyLevel;
  /** Empty for the platform and its plans. */
  readonly organizationId: string;
  /** Empty for the platform. */
  readonly subjectId: string;
}

/** A value with who set it; unknown for what is kept elsewhere. */
export interface StoredPolicy extends SetPolicy {
  readonly level: PolicyLevel;
  readonly setBy: string | null;
  readonly setByName: string | null;
  readonly setAt: number | null;
}

export type PolicySubject =
  | { readonly organizationId: string; readonly projectId?: string; readonly userId?: string }
  | { readonly plan: string }
  | 'platform';

interface PolicyRow {
  level: PolicyLevel;
  subject_id: string;
  name: string;
  value_json: string;
  set_by: string | null;
  set_by_name: string | null;
  set_at: number | null;
}

const SELECT = `SELECT p.level, p.subject_id, p.name, p.value_json, p.set_by, u.username AS set_by_name, p.set_at
  FROM access_policies p LEFT JOIN access_users u ON u.user_id = p.set_by WHERE`;
/** Each a range of the primary key. */
const ofPlatform = "p.level = 'platform' AND p.organization_id = '' AND p.subject_id = ''";
const ofPlan = "p.level = 'plan' AND p.organization_id = '' AND p.subject_id =";
const ownPlan = `COALESCE((SELECT o.plan FROM access_organizations o WHERE o.organization_id = ?), '${STANDARD_PLAN}')`;
const ofOrganization = "p.level IN ('agreement', 'organization') AND p.organization_id = ? AND p.subject_id = ?";
const ofProject = "p.level = 'project' AND p.organization_id = ? AND p.subject_id = ?";
const ofUser = "p.level = 'user' AND p.organization_id = ? AND p.subject_id = ?";
/** The organization's own row is the one truth for this policy. */
const SECOND_FACTOR = `SELECT 'organization' AS level, o.organization_id AS subject_id, 'mfa_required' AS name, 'true' AS value_json,
  NULL AS set_by, NULL AS set_by_name, NULL AS set_at FROM access_organizations o WHERE o.organization_id = ? AND o.requires_second_factor = 1`;

/** All that is set for a subject, of every policy, in one statement. */
export async function policiesOf(
  queries: Queries,
  subject: PolicySubject,
): Promise<ReadonlyMap<PolicyName, readonly StoredPolicy[]>> {
  const rows = await queries.all<PolicyRow>(...select(subject));
  const found = new Map<PolicyName, StoredPolicy[]>();
  for (const row of rows) {
    const name = row.name as PolicyName;
    // One of a newer version of the portal is none of ours.
    if (!policyNames.includes(name)) continue;
    found.set(name, [...(found.get(name) ?? []), fromRow(row)]);
  }
  return found;
}

function select(subject: PolicySubject): [string, string[]] {
  if (subject === 'platform') return [`${SELECT} (${ofPlatform})`, []];
  if ('plan' in subject) return [`${SELECT} (${ofPlatform}) OR (${ofPlan} ?)`, [subject.plan]];
  const { organizationId, projectId, userId } = subject;
  const parts = [ofPlatform, `${ofPlan} ${ownPlan}`, ofOrganization];
  const values = [organizationId, organizationId, organizationId];
  if (projectId !== undefined) {
    parts.push(ofProject);
    values.push(organizationId, projectId);
  }
  if (userId !== undefined) {
    parts.push(ofUser);
    values.push(organizationId, userId);
  }
  const conditions = parts.map(part => `(${part})`).join(' OR ');
  return [`${SELECT} ${conditions} UNION ALL ${SECOND_FACTOR}`, [...values, organizationId]];
}

function fromRow(row: PolicyRow): StoredPolicy {
  return {
    level: row.level,
    subjectId: row.subject_id === '' ? null : row.subject_id,
    value: JSON.parse(row.value_json) as PolicyValue,
    setBy: row.set_by,
    setByName: row.set_by_name,
    setAt: row.set_at,
  };
}

/** What was set in one place; locked, where there is something to lock. */
export async function policyForChange(
  tx: Transaction,
  place: PolicyPlace & { name: PolicyName },
): Promise<PolicyValue | undefined> {
  if (isOfOrganizationRow(place)) {
    const row = await tx.first<{ required: number }>(
      'SELECT requires_second_factor AS required FROM access_organizations WHERE organization_id = ?',
      [place.organizationId],
    );
    return row?.required === 1 ? true : undefined;
  }
  const row = await tx.first<{ value_json: string }>(
    `SELECT value_json FROM access_policies WHERE level = ? AND organization_id = ? AND subject_id = ? AND name = ?${tx.forUpdate}`,
    keyOf(place),
  );
  return row && (JSON.parse(row.value_json) as PolicyValue);
}

/** `undefined` takes back what was set. */
export async function storePolicy(
  tx: Transaction,
  place: PolicyPlace & { name: PolicyName },
  set: { value: PolicyValue | undefined; by: string },
): Promise<void> {
  if (isOfOrganizationRow(place)) {
    await tx.run('UPDATE access_organizations SET requires_second_factor = ? WHERE organization_id = ?', [
      set.value === true ? 1 : 0,
      place.organizationId,
    ]);
  } else if (set.value === undefined) {
    await tx.run(
      'DELETE FROM access_policies WHERE level = ? AND organization_id = ? AND subject_id = ? AND name = ?',
      keyOf(place),
    );
  } else {
    await tx.run(
      `INSERT INTO access_policies (level, organization_id, subject_id, name, value_json, set_by, set_at) VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (level, organization_id, subject_id, name)
       DO UPDATE SET value_json = excluded.value_json, set_by = excluded.set_by, set_at = excluded.set_at`,
      [...keyOf(place), JSON.stringify(set.value), set.by, tx.now],
    );
  }
}

function isOfOrganizationRow({ level, name }: PolicyPlace & { name: PolicyName }): boolean {
  return name === 'mfa_required' && level === 'organization';
}

function keyOf(place: PolicyPlace & { name: PolicyName }): string[] {
  return [place.level, place.organizationId, place.subjectId, place.name];
}
