import type { Queries, Transaction } from '@portico/plugin-kit/backend';
import type { SessionKind, SessionSecrets } from '../domain/session';

export interface Session extends SessionSecrets {
  readonly sessionId: string;
  readonly userId: string;
  readonly refreshHash: string | null;
  readonly refreshExpiresAt: number | null;
  readonly rotatedAt: number;
  readonly endedAt: number | null;
  readonly endReason: EndReason | null;
}

export type EndReason =
  | 'signed_out'
  | 'reused'
  | 'factors_changed'
  | 'ended_by_user'
  | 'password_changed'
  | 'password_reset'
  | 'password_issued'
  | 'user_disabled'
  | 'user_enabled'
  | 'ended_by_administrator';

interface SessionRow {
  session_id: string;
  user_id: string;
  kind: SessionKind;
  access_hash: string;
  access_expires_at: number;
  previous_access_hash: string | null;
  previous_access_expires_at: number | null;
  refresh_hash: string | null;
  refresh_expires_at: number | null;
  rotated_at: number;
  ended_at: number | null;
  end_reason: EndReason | null;
}

export interface NewSession {
  readonly sessionId: string;
  readonly userId: string;
  readonly kind: SessionKind;
  readonly handleHash: string;
  readonly accessHash: string;
  readonly accessExpiresAt: number;
  readonly refreshHash: string | null;
  readonly refreshExpiresAt: number | null;
  readonly device: string | null;
  readonly address: string;
  /** The identity provider it was opened through; null: the portal's own form. */
  readonly provider: string | null;
  /** Whether a second factor was shown. */
  readonly hasSecondFactor: boolean;
}

export async function insertSession(tx: Transaction, session: NewSession): Promise<void> {
  await tx.run(
    `INSERT INTO access_sessions (session_id, user_id, kind, handle_hash, access_hash, access_expires_at, refresh_hash, refresh_expires_at,
       device, address, provider, second_factor_at, authenticated_at, rotated_at, created_at, last_used_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      session.sessionId,
      session.userId,
      session.kind,
      session.handleHash,
      session.accessHash,
      session.accessExpiresAt,
      session.refreshHash,
      session.refreshExpiresAt,
      session.device,
      session.address,
      session.provider,
      session.hasSecondFactor ? tx.now : null,
      tx.now,
      tx.now,
      tx.now,
      tx.now,
    ],
  );
  await markSeen(tx, session.userId);
}

/** Locks the row: two refreshes with one token must not both succeed. */
export async function sessionForChange(
  tx: Transaction,
  by: { handleHash: string } | { sessionId: string },
): Promise<Session | undefined> {
  const [column, value] = 'handleHash' in by ? ['handle_hash', by.handleHash] : ['session_id', by.sessionId];
  const row = await tx.first<SessionRow>(`SELECT * FROM access_sessions WHERE ${column} = ?${tx.forUpdate}`, [value]);
  return row && fromRow(row);
}

/** How the person behind a session proved who they are; undefined for what is no sign-in session, or one that ended. */
export async function signInProofOf(
  queries: Queries,
  sessionId: string,
): Promise<{ provider: string | null; hasSecondFactor: boolean } | undefined> {
  const row = await queries.first<{ provider: string | null; second_factor_at: number | null }>(
    'SELECT provider, second_factor_at FROM access_sessions WHERE session_id = ? AND ended_at IS NULL',
    [sessionId],
  );
  return row && { provider: row.provider, hasSecondFactor: row.second_factor_at !== null };
}

/** When a session was given its present secret. */
export async function rotatedAt(queries: Queries, sessionId: string): Promise<number | null> {
  const row = await queries.first<{ rotated_at: number }>(
    'SELECT rotated_at FROM access_sessions WHERE session_id = ?',
    [sessionId],
  );
  return row?.rotated_at ?? null;
}

/** Forgets sessions of a user that were last used before then. */
export async function deleteSessionsBefore(
  tx: Transaction,
  sessions: { userId: string; lastUsedBefore: number },
): Promise<void> {
  await tx.run('DELETE FROM access_sessions WHERE user_id = ? AND last_used_at < ?', [
    sessions.userId,
    sessions.lastUsedBefore,
  ]);
}

type NewSecrets = Pick<
  Session,
  | 'accessHash'
  | 'accessExpiresAt'
  | 'previousAccessHash'
  | 'previousAccessExpiresAt'
  | 'refreshHash'
  | 'refreshExpiresAt'
>;

export async function replaceSecrets(tx: Transaction, sessionId: string, secrets: NewSecrets): Promise<void> {
  await tx.run(
    `UPDATE access_sessions SET access_hash = ?, access_expires_at = ?, previous_access_hash = ?, previous_access_expires_at = ?,
       refresh_hash = ?, refresh_expires_at = ?, rotated_at = ?, last_used_at = ? WHERE session_id = ?`,
    [
      secrets.accessHash,
      secrets.accessExpiresAt,
      secrets.previousAccessHash,
      secrets.previousAccessExpiresAt,
      secrets.refreshHash,
      secrets.refreshExpiresAt,
      tx.now,
      tx.now,
      sessionId,
    ],
  );
}

/** False when it had ended before. */
export async function endSession(tx: Transaction, session: { sessionId: string; reason: EndReason }): Promise<boolean> {
  const changed = await tx.run(
    'UPDATE access_sessions SET ended_at = ?, end_reason = ? WHERE session_id = ? AND ended_at IS NULL',
    [tx.now, session.reason, session.sessionId],
  );
  return changed > 0;
}

/** Notes that session and user were seen, and how long the secret before the present one stays good. Nothing when the secret was replaced meanwhile. */
export async function touchSession(
  tx: Transaction,
  session: { sessionId: string; userId: string; accessHash: string; previousAccessExpiresAt: number | null },
): Promise<void> {
  await tx.run(
    'UPDATE access_sessions SET last_used_at = ?, previous_access_expires_at = ? WHERE session_id = ? AND access_hash = ?',
    [tx.now, session.previousAccessExpiresAt, session.sessionId, session.accessHash],
  );
  await markSeen(tx, session.userId);
}

async function markSeen(tx: Transaction, userId: string): Promise<void> {
  await tx.run(
    'UPDATE access_users SET last_seen_at = ? WHERE user_id = ? AND (last_seen_at IS NULL OR last_seen_at < ?)',
    [tx.now, userId, tx.now],
  );
}

function fromRow(row: SessionRow): Session {
  return {
    sessionId: row.session_id,
    userId: row.user_id,
    kind: row.kind,
    accessHash: row.access_hash,
    accessExpiresAt: row.access_expires_at,
    previousAccessHash: row.previous_access_hash,
    previousAccessExpiresAt: row.previous_access_expires_at,
    refreshHash: row.refresh_hash,
    refreshExpiresAt: row.refresh_expires_at,
    rotatedAt: row.rotated_at,
    endedAt: row.ended_at,
    endReason: row.end_reason,
  };
}

/** Looked at for whether a place is known; the newest say it well enough. */
const KNOWN_ADDRESSES_MAX = 100;

/** Where somebody has signed in from, also in sessions that have ended. Empty for a name nobody has. */
export async function addressesOfSessions(queries: Queries, by: { username: string }): Promise<string[]> {
  const rows = await queries.all<{ address: string }>(
    `SELECT s.address FROM access_users u JOIN access_sessions s ON s.user_id = u.user_id WHERE u.username = ?
     ORDER BY s.created_at DESC LIMIT ${KNOWN_ADDRESSES_MAX}`,
    [by.username],
  );
  return rows.map(({ address }) => address);
}
