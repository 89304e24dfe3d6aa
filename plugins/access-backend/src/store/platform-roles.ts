import type { Queries, Transaction } from '@portico/plugin-kit/backend';
import { PLATFORM_ADMIN } from '../domain/roles';

/** Makes all that could leave the platform without an administrator wait for each other: held before the user's own row, so that nobody waits in a ring. */
export async function lockPlatformAdmins(tx: Transaction): Promise<void> {
  await tx.all(`SELECT user_id FROM access_platform_roles WHERE role = ? ORDER BY user_id${tx.forUpdate}`, [
    PLATFORM_ADMIN,
  ]);
}

/** Whether somebody else administers the platform: a person who can sign in. */
export async function hasOtherPlatformAdmin(queries: Queries, userId: string): Promise<boolean> {
  const row = await queries.first(
    `SELECT 1 AS held FROM access_platform_roles r JOIN access_users u ON u.user_id = r.user_id
     WHERE r.role = ? AND r.user_id <> ? AND u.status = 'active' AND u.kind = 'person' LIMIT 1`,
    [PLATFORM_ADMIN, userId],
  );
  return row !== undefined;
}

/** False when the user had it. */
export async function insertPlatformRole(tx: Transaction, grant: { userId: string; role: string }): Promise<boolean> {
  const inserted = await tx.run(
    'INSERT INTO access_platform_roles (user_id, role, created_at) VALUES (?, ?, ?) ON CONFLICT (user_id, role) DO NOTHING',
    [grant.userId, grant.role, tx.now],
  );
  return inserted > 0;
}

/** False when the user did not have it. */
export async function deletePlatformRole(tx: Transaction, grant: { userId: string; role: string }): Promise<boolean> {
  const deleted = await tx.run('DELETE FROM access_platform_roles WHERE user_id = ? AND role = ?', [
    grant.userId,
    grant.role,
  ]);
  return deleted > 0;
}
