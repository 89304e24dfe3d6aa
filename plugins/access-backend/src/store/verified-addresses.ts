import type { Queries } from '@portico/plugin-kit/backend';

/** Where to reach a person; undefined when they have no address that is known to be theirs. */
export async function verifiedAddressOf(
  queries: Queries,
  userId: string,
): Promise<{ email: string; username: string; displayName: string } | undefined> {
  const row = await queries.first<{ email: string; username: string; display_name: string }>(
    `SELECT email, username, display_name FROM access_users
     WHERE user_id = ? AND email IS NOT NULL AND email_verified_at IS NOT NULL`,
    [userId],
  );
  return row && { email: row.email, username: row.username, displayName: row.display_name };
}
