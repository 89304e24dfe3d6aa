import type { Transaction } from '@portico/plugin-kit/backend';
import { access } from '../access-errors';
import { accessExpiry, COOKIE_OVERLAP_SECONDS, COOKIE_ROTATION_SECONDS, refreshExpiry } from '../domain/session';
import { handleOf, newToken } from '../domain/session-token';
import type { AccessServices } from '../services';
import { replaceSecrets, rotatedAt, sessionForChange } from '../store/sessions';
import type { Session } from '../store/sessions';
import { userById } from '../store/users';
import { endSession } from './end-session';

export interface TokenPair {
  readonly accessToken: string;
  readonly refreshToken: string;
}

/**
 * The next pair for a refresh token. One that is not the session's present one was used before, by this client or by a thief: nobody can tell
 * which, so the session ends. That holds for a client which lost a reply as well; it signs in again, and its other sessions live on.
 */
export async function refreshTokens(
  services: AccessServices,
  request: { refreshToken: string; address: string; correlationId: string },
): Promise<TokenPair> {
  const handle = handleOf('refresh', request.refreshToken);
  if (handle === null) throw access.fail('refresh_token_invalid');
  const outcome = await services.database.transaction(async tx => {
    const session = await sessionForChange(tx, { handleHash: services.keys.ofHandle(handle) });
    const user = session && (await userById(tx, session.userId));
    if (!session || session.kind !== 'token' || user?.status !== 'active') return 'invalid';
    if (session.endedAt !== null) return session.endReason === 'reused' ? 'revoked' : 'invalid';
    if (services.keys.ofToken(request.refreshToken) !== session.refreshHash) {
      await endSession(tx, services.audit, {
        sessionId: session.sessionId,
        userId: session.userId,
        organizationId: user.organizationId,
        reason: 'reused',
        actor: { type: 'user', id: session.userId, sessionId: session.sessionId, address: request.address },
        correlationId: request.correlationId,
      });
      return 'revoked';
    }
    if ((session.refreshExpiresAt ?? 0) <= tx.now) return 'invalid';
    return nextPair(tx, services, { session, handle });
  });
  // Thrown here, not inside: the transaction that ended the session must commit.
  if (outcome === 'revoked') throw access.fail('session_revoked');
  if (outcome === 'invalid') throw access.fail('refresh_token_invalid');
  return outcome;
}

async function nextPair(
  tx: Transaction,
  services: AccessServices,
  options: { session: Session; handle: string },
): Promise<TokenPair> {
  const { session, handle } = options;
  const accessToken = newToken('access', handle);
  const refreshToken = newToken('refresh', handle);
  await replaceSecrets(tx, session.sessionId, {
    accessHash: services.keys.ofToken(accessToken),
    accessExpiresAt: accessExpiry('token', tx.now),
    // Requests under way carry the access token before this one; it lives out its minutes.
    previousAccessHash: session.accessHash,
    previousAccessExpiresAt: session.accessExpiresAt,
    refreshHash: services.keys.ofToken(refreshToken),
    refreshExpiresAt: refreshExpiry(tx.now),
  });
  return { accessToken, refreshToken };
}

/**
 * A new cookie for a session by cookie, when the present one is old enough (or at once when `force`). Null when there is nothing to replace.
 * The cookie the browser sent stays good until the new one comes back; a new one that never arrived is simply replaced.
 */
export async function rotateCookie(
  services: AccessServices,
  request: { sessionId: string; presented: string; force: boolean },
): Promise<string | null> {
  const { database, clock, keys } = services;
  const isDue = (rotated: number, now: number) => request.force || rotated <= now - COOKIE_ROTATION_SECONDS * 1000;
  const rotated = await rotatedAt(database.read, request.sessionId);
  if (rotated === null || !isDue(rotated, clock.now())) return null;
  return database.transaction(async tx => {
    const session = await sessionForChange(tx, { sessionId: request.sessionId });
    const handle = handleOf('access', request.presented);
    if (
      !session ||
      handle === null ||
      session.kind !== 'cookie' ||
      session.endedAt !== null ||
      !isDue(session.rotatedAt, tx.now)
    )
      return null;
    const presentedHash = keys.ofToken(request.presented);
    const fromCurrent = presentedHash === session.accessHash;
    // Only as long as nobody has shown the newer one: then its reply was lost. Else this is a request that was under way.
    const unconfirmed = (session.previousAccessExpiresAt ?? 0) > tx.now + COOKIE_OVERLAP_SECONDS * 1000;
    if (!fromCurrent && !(presentedHash === session.previousAccessHash && unconfirmed)) return null;
    const token = newToken('access', handle);
    await replaceSecrets(tx, session.sessionId, {
      accessHash: keys.ofToken(token),
      accessExpiresAt: accessExpiry('cookie', tx.now),
      previousAccessHash: presentedHash,
      previousAccessExpiresAt: fromCurrent ? session.accessExpiresAt : session.previousAccessExpiresAt,
      refreshHash: null,
      refreshExpiresAt: null,
    });
    return token;
  });
}
