import { searchText } from '@portico/plugin-kit/backend';
import type { Place, Queries, Transaction } from '@portico/plugin-kit/backend';

export interface ServiceAccount {
  /** A user id. */
  readonly serviceAccountId: string;
  readonly organizationId: string;
  readonly projectId: string;
  readonly name: string;
  /** In its project. */
  readonly role: string;
  readonly activeKeys: number;
  readonly lastUsedAt: number | null;
  readonly createdBy: string | null;
  readonly createdAt: number;
}

interface ServiceAccountRow {
  service_account_id: string;
  organization_id: string;
  project_id: string;
  name: string;
  role: string;
  active_keys: number;
  last_used_at: number | null;
  created_by: string | null;
  created_at: number;
}

/** Characters of the id that tell apart two accounts of one name: 40 bits. */
const USERNAME_SUFFIX_LENGTH = 8;

/** Takes the present instant first: what has expired is no active key. */
const SELECT = `SELECT a.service_account_id, a.organization_id, a.project_id, a.name, pm.role, a.created_by, a.created_at,
    (SELECT COUNT(*) FROM access_api_keys k WHERE k.user_id = a.service_account_id AND k.revoked_at IS NULL
       AND (k.expires_at IS NULL OR k.expires_at > ?)) AS active_keys,
    (SELECT MAX(k.last_used_at) FROM access_api_keys k WHERE k.user_id = a.service_account_id) AS last_used_at
  FROM access_service_accounts a
  JOIN access_project_members pm ON pm.project_id = a.project_id AND pm.user_id = a.service_account_id
  WHERE a.removed_at IS NULL`;

/** The user, membership and role behind it, and itself. False when another account of the project has the name. */
export async function insertServiceAccount(
  tx: Transaction,
  account: Omit<ServiceAccount, 'activeKeys' | 'lastUsedAt' | 'createdAt'>,
): Promise<boolean> {
  const { serviceAccountId, organizationId, projectId, name, role } = account;
  const inserted = await tx.run(
    `INSERT INTO access_service_accounts (service_account_id, organization_id, project_id, name, name_key, created_by, created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (project_id, name_key) WHERE removed_at IS NULL DO NOTHING`,
    [serviceAccountId, organizationId, projectId, name, searchText(name), account.createdBy, tx.now],
  );
  if (inserted === 0) return false;
  // For people to read: no person can choose a name with a slash, and nobody signs in by it.
  const username = `${searchText(name)}/${serviceAccountId.slice(-USERNAME_SUFFIX_LENGTH)}`;
  await tx.run(
    `INSERT INTO access_users (user_id, username, display_name, search_text, status, organization_id, default_project_id, created_at, kind)
     VALUES (?, ?, ?, ?, 'active', ?, ?, ?, 'service_account')`,
    [serviceAccountId, username, name, searchText(name), organizationId, projectId, tx.now],
  );
  await tx.run(
    `INSERT INTO access_memberships (user_id, organization_id, role, created_at) VALUES (?, ?, 'guest', ?)`,
    [serviceAccountId, organizationId, tx.now],
  );
  await tx.run('INSERT INTO access_project_members (project_id, user_id, role, created_at) VALUES (?, ?, ?, ?)', [
    projectId,
    serviceAccountId,
    role,
    tx.now,
  ]);
  return true;
}

/** Locked, so that a key is not made while the account is removed. */
export async function serviceAccountForChange(
  tx: Transaction,
  serviceAccountId: string,
): Promise<ServiceAccount | undefined> {
  await tx.first(`SELECT service_account_id FROM access_service_accounts WHERE service_account_id = ?${tx.forUpdate}`, [
    serviceAccountId,
  ]);
  return serviceAccountById(tx, { serviceAccountId, now: tx.now });
}

/** Removed ones are not found. */
export async function serviceAccountById(
  queries: Queries,
  by: { serviceAccountId: string; now: number },
): Promise<ServiceAccount | undefined> {
  const row = await queries.first<ServiceAccountRow>(`${SELECT} AND a.service_account_id = ?`, [
    by.now,
    by.serviceAccountId,
  ]);
  return row && fromRow(row);
}

/** Newest first. `after` is the last row of the page before. */
export async function serviceAccountsPage(
  queries: Queries,
  page: {
    organizationId: string;
    projectId: string | null;
    after?: Place | undefined;
    limit: number;
    now: number;
  },
): Promise<ServiceAccount[]> {
  const conditions = ['a.organization_id = ?'];
  const parameters: (string | number)[] = [page.now, page.organizationId];
  if (page.projectId !== null) {
    conditions.push('a.project_id = ?');
    parameters.push(page.projectId);
  }
  if (page.after) {
    conditions.push('(a.created_at, a.service_account_id) < (?, ?)');
    parameters.push(page.after.at, page.after.id);
  }
  const rows = await queries.all<ServiceAccountRow>(
    `${SELECT} AND ${conditions.join(' AND ')} ORDER BY a.created_at DESC, a.service_account_id DESC LIMIT ?`,
    [...parameters, page.limit],
  );
  return rows.map(fromRow);
}

export async function countServiceAccounts(
  queries: Queries,
  of: { organizationId: string; projectId?: string },
): Promise<number> {
  const row = await queries.first<{ count: number }>(
    `SELECT COUNT(*) AS count FROM access_service_accounts WHERE organization_id = ? AND removed_at IS NULL
     ${of.projectId === undefined ? '' : 'AND project_id = ?'}`,
    [of.organizationId, ...(of.projectId === undefined ? [] : [of.projectId])],
  );
  return row?.count ?? 0;
}

/** False when another account of the project has the name. The caller holds the lock of the project. */
export async function changeServiceAccount(
  tx: Transaction,
  account: ServiceAccount,
  change: { name: string; role: string },
): Promise<boolean> {
  const { serviceAccountId, projectId } = account;
  const taken = await tx.first(
    `SELECT 1 AS taken FROM access_service_accounts WHERE project_id = ? AND name_key = ? AND service_account_id <> ? AND removed_at IS NULL`,
    [projectId, searchText(change.name), serviceAccountId],
  );
  if (taken) return false;
  await tx.run('UPDATE access_service_accounts SET name = ?, name_key = ? WHERE service_account_id = ?', [
    change.name,
    searchText(change.name),
    serviceAccountId,
  ]);
  await tx.run('UPDATE access_users SET display_name = ?, search_text = ? WHERE user_id = ?', [
    change.name,
    searchText(change.name),
    serviceAccountId,
  ]);
  await tx.run('UPDATE access_project_members SET role = ? WHERE project_id = ? AND user_id = ?', [
    change.role,
    projectId,
    serviceAccountId,
  ]);
  return true;
}

/** Its user stays for the books, as nobody: disabled, and belonging nowhere. */
export async function removeServiceAccount(tx: Transaction, serviceAccountId: string): Promise<void> {
  await tx.run('UPDATE access_service_accounts SET removed_at = ? WHERE service_account_id = ?', [
    tx.now,
    serviceAccountId,
  ]);
  await tx.run(`UPDATE access_users SET status = 'disabled' WHERE user_id = ?`, [serviceAccountId]);
  await tx.run('DELETE FROM access_project_members WHERE user_id = ?', [serviceAccountId]);
  await tx.run('DELETE FROM access_memberships WHERE user_id = ?', [serviceAccountId]);
}

function fromRow(row: ServiceAccountRow): ServiceAccount {
  return {
    serviceAccountId: row.service_account_id,
    organizationId: row.organization_id,
    projectId: row.project_id,
    name: row.name,
    role: row.role,
    activeKeys: row.active_keys,
    lastUsedAt: row.last_used_at,
    createdBy: row.created_by,
    createdAt: row.created_at,
  };
}
