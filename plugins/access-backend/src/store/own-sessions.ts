import type { Place, Queries, Transaction } from '@portico/plugin-kit/backend';
import type { SessionKind } from '../domain/session';
import type { EndReason } from './sessions';

/** A session as its user sees it. */
export interface OwnSession {
  readonly sessionId: string;
  readonly kind: SessionKind;
  /** `User-Agent` it was opened with. */
  readonly device: string | null;
  readonly address: string;
  readonly provider: string | null;
  readonly secondFactorAt: number | null;
  readonly createdAt: number;
  readonly lastUsedAt: number;
}

/** A session by token lives as long as its refresh token, one by cookie as long as the cookie. */
const WORKS = 'ended_at IS NULL AND COALESCE(refresh_expires_at, access_expires_at) > ?';

/** Those that work, newest first; `after` is the last row of the page before. */
export async function sessionsPage(
  queries: Queries,
  page: { userId: string; now: number; after?: Place | undefined; limit: number },
): Promise<OwnSession[]> {
  const { userId, now, after, limit } = page;
  const rows = await queries.all<{
    session_id: string;
    kind: SessionKind;
    device: string | null;
    address: string;
    provider: string | null;
    second_factor_at: number | null;
    created_at: number;
    last_used_at: number;
  }>(
    `SELECT session_id, kind, device, address, provider, second_factor_at, created_at, last_used_at FROM access_sessions
     WHERE user_id = ? AND ${WORKS}${after ? ' AND (created_at, session_id) < (?, ?)' : ''} ORDER BY created_at DESC, session_id DESC LIMIT ?`,
    after ? [userId, now, after.at, after.id, limit] : [userId, now, limit],
  );
  return rows.map(row => ({
    sessionId: row.session_id,
    kind: row.kind,
    device: row.device,
    address: row.address,
    provider: row.provider,
    secondFactorAt: row.second_factor_at,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
  }));
}

/** Ends a session of this user that works; false when they have no such. */
export async function endOwnSession(
  tx: Transaction,
  end: { userId: string; sessionId: string; reason: EndReason },
): Promise<boolean> {
  const ended = await tx.run(
    `UPDATE access_sessions SET ended_at = ?, end_reason = ? WHERE user_id = ? AND session_id = ? AND ${WORKS}`,
    [tx.now, end.reason, end.userId, end.sessionId, tx.now],
  );
  return ended > 0;
}

/** Ends all sessions of a user, but for the one to keep; answers which of them still worked. */
export async function endOwnSessions(
  tx: Transaction,
  end: { userId: string; keepSessionId: string | null; reason: EndReason },
): Promise<string[]> {
  const rows = await tx.all<{ session_id: string }>(
    `UPDATE access_sessions SET ended_at = ?, end_reason = ? WHERE user_id = ? AND session_id <> ? AND ${WORKS} RETURNING session_id`,
    [tx.now, end.reason, end.userId, end.keepSessionId ?? '', tx.now],
  );
  return rows.map(row => row.session_id);
}
