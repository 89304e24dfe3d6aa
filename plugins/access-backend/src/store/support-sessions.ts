import type { Queries } from '@portico/plugin-kit/backend';

export interface SupportSession {
  readonly supportSessionId: string;
  readonly organizationId: string;
  readonly reason: string;
  readonly expiresAt: number;
}

export async function supportSessionById(
  queries: Queries,
  supportSessionId: string,
): Promise<SupportSession | undefined> {
  const row = await queries.first<{ organization_id: string; reason: string; expires_at: number }>(
    'SELECT organization_id, reason, expires_at FROM access_support_sessions WHERE support_session_id = ?',
    [supportSessionId],
  );
  return (
    row && { supportSessionId, organizationId: row.organization_id, reason: row.reason, expiresAt: row.expires_at }
  );
}
