import type { Queries } from '@portico/plugin-kit/backend';

/** Where to reach a person; undefined when they have no address that is known to be theirs. */
export async function verifiedAddressOf(
  queries: Queries,
  userId: string,
): Promise<{ email: string; username: string } | undefined> {
  return queries.first<{ email: string; username: string }>(
    'SELECT email, username FROM access_users WHERE user_id = ? AND email IS NOT NULL AND email_verified_at IS NOT NULL',
    [userId],
  );
}
