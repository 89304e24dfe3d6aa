import type { Queries, Transaction } from '@portico/plugin-kit/backend';

/** What a session that a provider opened has besides: when the person proved to it who they are, and its ID token, encrypted. */
export async function noteProviderSession(
  tx: Transaction,
  session: { sessionId: string; authenticatedAt: number; sealedIdToken: string | null },
): Promise<void> {
  await tx.run('UPDATE access_sessions SET authenticated_at = ?, sealed_id_token = ? WHERE session_id = ?', [
    session.authenticatedAt,
    session.sealedIdToken,
    session.sessionId,
  ]);
}

export async function idTokenOfSession(
  queries: Queries,
  sessionId: string,
): Promise<{ provider: string; sealedIdToken: string | null } | undefined> {
  const row = await queries.first<{ provider: string | null; sealed_id_token: string | null }>(
    'SELECT provider, sealed_id_token FROM access_sessions WHERE session_id = ?',
    [sessionId],
  );
  return row?.provider ? { provider: row.provider, sealedIdToken: row.sealed_id_token } : undefined;
}
