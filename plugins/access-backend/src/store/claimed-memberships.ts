import { placeholders } from '@portico/plugin-kit/backend';
import type { Queries, Transaction } from '@portico/plugin-kit/backend';

export interface KeptMembership {
  readonly organizationId: string;
  readonly role: string;
  /** The provider whose claims it follows; null: given by hand. */
  readonly provider: string | null;
}

/** What an organization is called by, its id or its slug → its id, of those there are. Neither can be mistaken for the other: only an id has an underscore. */
export async function organizationsCalled(
  queries: Queries,
  names: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (names.length === 0) return new Map();
  const list = placeholders(names.length);
  const rows = await queries.all<{ slug: string | null; organization_id: string }>(
    `SELECT slug, organization_id FROM access_organizations WHERE slug IN (${list}) OR organization_id IN (${list})`,
    [...names, ...names],
  );
  return new Map(
    rows.flatMap(({ slug, organization_id: id }) => [slug, id].flatMap(name => (name === null ? [] : [[name, id]]))),
  );
}

export async function membershipsKeptBy(
  queries: Queries,
  by: { userId: string; provider: string },
): Promise<KeptMembership[]> {
  const rows = await queries.all<{ organization_id: string; role: string }>(
    'SELECT organization_id, role FROM access_memberships WHERE user_id = ? AND source_provider = ?',
    [by.userId, by.provider],
  );
  return rows.map(row => ({ organizationId: row.organization_id, role: row.role, provider: by.provider }));
}

export async function membershipIn(
  queries: Queries,
  by: { userId: string; organizationId: string },
): Promise<KeptMembership | undefined> {
  const row = await queries.first<{ organization_id: string; role: string; source_provider: string | null }>(
    'SELECT organization_id, role, source_provider FROM access_memberships WHERE user_id = ? AND organization_id = ?',
    [by.userId, by.organizationId],
  );
  return row && { organizationId: row.organization_id, role: row.role, provider: row.source_provider };
}

export async function insertClaimedMembership(
  tx: Transaction,
  membership: { userId: string; organizationId: string; role: string; provider: string },
): Promise<void> {
  await tx.run(
    'INSERT INTO access_memberships (user_id, organization_id, role, source_provider, created_at) VALUES (?, ?, ?, ?, ?)',
    [membership.userId, membership.organizationId, membership.role, membership.provider, tx.now],
  );
}

export async function changeClaimedRole(
  tx: Transaction,
  membership: { userId: string; organizationId: string; role: string },
): Promise<void> {
  await tx.run('UPDATE access_memberships SET role = ? WHERE user_id = ? AND organization_id = ?', [
    membership.role,
    membership.userId,
    membership.organizationId,
  ]);
}
