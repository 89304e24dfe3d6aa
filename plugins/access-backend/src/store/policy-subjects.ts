import { STANDARD_PLAN } from '@portico/plugin-access/contract';
import type { PolicyName } from '@portico/plugin-access/contract';
import type { Queries, Transaction } from '@portico/plugin-kit/backend';
import type { PolicyPlace } from './policies';

export async function planOf(queries: Queries, organizationId: string): Promise<string | undefined> {
  const row = await queries.first<{ plan: string | null }>(
    'SELECT plan FROM access_organizations WHERE organization_id = ?',
    [organizationId],
  );
  return row && (row.plan ?? STANDARD_PLAN);
}

export async function storePlan(
  tx: Transaction,
  organization: { organizationId: string; plan: string },
): Promise<void> {
  await tx.run('UPDATE access_organizations SET plan = ? WHERE organization_id = ?', [
    organization.plan === STANDARD_PLAN ? null : organization.plan,
    organization.organizationId,
  ]);
}

export interface Plan {
  readonly plan: string;
  readonly organizations: number;
  readonly policies: number;
}

export async function plans(queries: Queries): Promise<readonly Plan[]> {
  const rows = await queries.all<Plan>(
    `SELECT plan, SUM(organizations) AS organizations, SUM(policies) AS policies FROM (
       SELECT COALESCE(plan, '${STANDARD_PLAN}') AS plan, COUNT(*) AS organizations, 0 AS policies FROM access_organizations GROUP BY COALESCE(plan, '${STANDARD_PLAN}')
       UNION ALL SELECT subject_id, 0, COUNT(*) FROM access_policies WHERE level = 'plan' AND organization_id = '' GROUP BY subject_id
       UNION ALL SELECT '${STANDARD_PLAN}', 0, 0
     ) AS counted GROUP BY plan ORDER BY plan`,
  );
  return rows.map(({ plan, organizations, policies }) => ({
    plan,
    organizations: Number(organizations),
    policies: Number(policies),
  }));
}

/** Organizations for which what is set there is the base: no nearer level of the platform says otherwise. A SELECT of their ids. */
function reachedBy(place: PolicyPlace, name: PolicyName): { sql: string; parameters: string[] } {
  const nearer = (level: string, subject: string) =>
    `NOT EXISTS (SELECT 1 FROM access_policies n WHERE n.level = '${level}' AND n.name = ? AND ${subject})`;
  const noAgreement = nearer('agreement', 'n.organization_id = o.organization_id AND n.subject_id = o.organization_id');
  const noPlan = nearer('plan', `n.organization_id = '' AND n.subject_id = COALESCE(o.plan, '${STANDARD_PLAN}')`);
  const from = 'SELECT o.organization_id FROM access_organizations o WHERE';
  if (place.level === 'platform') return { sql: `${from} ${noAgreement} AND ${noPlan}`, parameters: [name, name] };
  if (place.level === 'plan') {
    return {
      sql: `${from} COALESCE(o.plan, '${STANDARD_PLAN}') = ? AND ${noAgreement}`,
      parameters: [place.subjectId, name],
    };
  }
  return { sql: `${from} o.organization_id = ?`, parameters: [place.organizationId] };
}

export interface Reach {
  readonly organizations: number;
  readonly projects: number;
  readonly members: number;
}

/** How many organizations, projects and people a policy set there is about. */
export async function reachOf(queries: Queries, place: PolicyPlace, name: PolicyName): Promise<Reach> {
  const { sql, parameters } = reachedBy(place, name);
  const count = async (text: string, values: string[]) =>
    Number((await queries.first<{ counted: number }>(text, values))?.counted ?? 0);
  const organizations = await count(`SELECT COUNT(*) AS counted FROM (${sql}) AS reached`, parameters);
  const projects =
    place.level === 'project'
      ? 1
      : await count(
          `SELECT COUNT(*) AS counted FROM access_projects WHERE deleted_at IS NULL AND organization_id IN (${sql})`,
          parameters,
        );
  if (place.level === 'user') return { organizations, projects, members: 1 };
  const guestsElsewhere =
    place.level === 'project'
      ? " AND (m.role <> 'guest' OR m.user_id IN (SELECT user_id FROM access_project_members WHERE project_id = ?))"
      : '';
  const members = await count(
    `SELECT COUNT(DISTINCT m.user_id) AS counted FROM access_memberships m JOIN access_users u ON u.user_id = m.user_id
     WHERE u.kind = 'person' AND m.organization_id IN (${sql})${guestsElsewhere}`,
    place.level === 'project' ? [...parameters, place.subjectId] : parameters,
  );
  return { organizations, projects, members };
}

/** Of these organizations, the ones a policy set there is the base of. */
export async function reachedAmong(
  queries: Queries,
  place: PolicyPlace & { name: PolicyName },
  organizationIds: readonly string[],
): Promise<ReadonlySet<string>> {
  if (organizationIds.length === 0) return new Set();
  const { sql, parameters } = reachedBy(place, place.name);
  const rows = await queries.all<{ organization_id: string }>(
    `${sql} AND o.organization_id IN (${organizationIds.map(() => '?').join(', ')})`,
    [...parameters, ...organizationIds],
  );
  return new Set(rows.map(row => row.organization_id));
}
