import type { Parameter, Place, Queries, Transaction } from '@portico/plugin-kit/backend';
import { supportStatus } from '../domain/support-session';
import type { SupportSessionStatus } from '../domain/support-session';

export interface SupportSession {
  readonly supportSessionId: string;
  /** The sign-in session it belongs to. */
  readonly sessionId: string;
  readonly userId: string;
  readonly username: string;
  readonly organizationId: string;
  readonly organizationName: string;
  readonly reason: string;
  readonly status: SupportSessionStatus;
  /** The oldest project of the organization; null while there is none. */
  readonly projectId: string | null;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly endedAt: number | null;
}

interface SupportSessionRow {
  support_session_id: string;
  session_id: string;
  user_id: string;
  username: string;
  organization_id: string;
  organization_name: string;
  reason: string;
  project_id: string | null;
  created_at: number;
  expires_at: number;
  ended_at: number | null;
  sign_in_ended_at: number | null;
  is_signed_in: number;
}

/** The sign-in session and its user still work; takes the present instant. */
const IS_SIGNED_IN = `s.session_id IS NOT NULL AND s.ended_at IS NULL AND COALESCE(s.refresh_expires_at, s.access_expires_at) > ? AND u.status = 'active'`;
/** Takes the present instant twice. */
const IS_OPEN = `x.ended_at IS NULL AND x.expires_at > ? AND ${IS_SIGNED_IN}`;
const SELECT = `SELECT x.support_session_id, x.session_id, x.user_id, u.username, x.organization_id, o.name AS organization_name, x.reason,
    (SELECT p.project_id FROM access_projects p WHERE p.organization_id = x.organization_id AND p.deleted_at IS NULL
      ORDER BY p.created_at, p.project_id LIMIT 1) AS project_id,
    x.created_at, x.expires_at, x.ended_at, s.ended_at AS sign_in_ended_at, CASE WHEN ${IS_SIGNED_IN} THEN 1 ELSE 0 END AS is_signed_in
  FROM access_support_sessions x
  JOIN access_users u ON u.user_id = x.user_id
  JOIN access_organizations o ON o.organization_id = x.organization_id
  LEFT JOIN access_sessions s ON s.session_id = x.session_id`;

export async function insertSupportSession(
  tx: Transaction,
  session: {
    supportSessionId: string;
    sessionId: string;
    userId: string;
    organizationId: string;
    reason: string;
    expiresAt: number;
  },
): Promise<void> {
  await tx.run(
    `INSERT INTO access_support_sessions (support_session_id, session_id, user_id, organization_id, reason, created_at, expires_at)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
    [
      session.supportSessionId,
      session.sessionId,
      session.userId,
      session.organizationId,
      session.reason,
      tx.now,
      session.expiresAt,
    ],
  );
}

export async function supportSessionById(
  queries: Queries,
  by: { supportSessionId: string; now: number },
): Promise<SupportSession | undefined> {
  const row = await queries.first<SupportSessionRow>(`${SELECT} WHERE x.support_session_id = ?`, [
    by.now,
    by.supportSessionId,
  ]);
  return row && fromRow(row, by.now);
}

/** The one that is open under this sign-in session. Whoever opens one holds the lock on the sign-in session's row. */
export async function openSupportSessionIn(
  tx: Transaction,
  where: { sessionId: string; organizationId: string },
): Promise<{ supportSessionId: string } | undefined> {
  const row = await tx.first<{ support_session_id: string }>(
    `SELECT support_session_id FROM access_support_sessions WHERE session_id = ? AND organization_id = ? AND ended_at IS NULL AND expires_at > ?`,
    [where.sessionId, where.organizationId, tx.now],
  );
  return row && { supportSessionId: row.support_session_id };
}

/** False when it had ended before. */
export async function markSupportSessionEnded(tx: Transaction, supportSessionId: string): Promise<boolean> {
  const changed = await tx.run(
    'UPDATE access_support_sessions SET ended_at = ? WHERE support_session_id = ? AND ended_at IS NULL AND expires_at > ?',
    [tx.now, supportSessionId, tx.now],
  );
  return changed > 0;
}

/** Those of a user that are open. */
export async function openSupportSessionsOf(tx: Transaction, userId: string): Promise<SupportSession[]> {
  const rows = await tx.all<SupportSessionRow>(`${SELECT} WHERE x.user_id = ? AND ${IS_OPEN}`, [
    tx.now,
    userId,
    tx.now,
    tx.now,
  ]);
  return rows.map(row => fromRow(row, tx.now));
}

export interface SupportSessionFilter {
  readonly organizationId?: string | undefined;
  readonly userId?: string | undefined;
  readonly isOpen?: boolean | undefined;
}

/** Newest first. `after` is the last row of the page before. */
export async function supportSessionsPage(
  queries: Queries,
  page: SupportSessionFilter & {
    now: number;
    after?: Place | undefined;
    limit: number;
  },
): Promise<SupportSession[]> {
  const conditions: string[] = [];
  const parameters: Parameter[] = [page.now];
  if (page.organizationId !== undefined) {
    conditions.push('x.organization_id = ?');
    parameters.push(page.organizationId);
  }
  if (page.userId !== undefined) {
    conditions.push('x.user_id = ?');
    parameters.push(page.userId);
  }
  if (page.isOpen !== undefined) {
    conditions.push(page.isOpen ? `(${IS_OPEN})` : `NOT (${IS_OPEN})`);
    parameters.push(page.now, page.now);
  }
  if (page.after) {
    conditions.push('(x.created_at, x.support_session_id) < (?, ?)');
    parameters.push(page.after.at, page.after.id);
  }
  const where = conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : '';
  const rows = await queries.all<SupportSessionRow>(
    `${SELECT} ${where} ORDER BY x.created_at DESC, x.support_session_id DESC LIMIT ?`,
    [...parameters, page.limit],
  );
  return rows.map(row => fromRow(row, page.now));
}

function fromRow(row: SupportSessionRow, now: number): SupportSession {
  const { status, endedAt } = supportStatus(
    {
      expiresAt: row.expires_at,
      endedAt: row.ended_at,
      signInEndedAt: row.sign_in_ended_at,
      isSignedIn: row.is_signed_in === 1,
    },
    now,
  );
  return {
    supportSessionId: row.support_session_id,
    sessionId: row.session_id,
    userId: row.user_id,
    username: row.username,
    organizationId: row.organization_id,
    organizationName: row.organization_name,
    reason: row.reason,
    status,
    projectId: row.project_id,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    endedAt,
  };
}
