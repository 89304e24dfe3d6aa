import { ACCESS_TOKEN_SECONDS, REFRESH_TOKEN_SECONDS } from '@portico/plugin-access/contract';

/**
 * A sign-in session by token has a short access token and a refresh token that is good once. A session by cookie has one secret, replaced
 * every so often; the one before stays good until the browser has shown that it holds the new one, so a lost reply signs
 * nobody out, and a little longer, because tabs have requests under way. What is older than that is reuse.
 */
export type SessionKind = 'token' | 'cookie';

/** Seconds after which a cookie is replaced by the next `GET me`. */
export const COOKIE_ROTATION_SECONDS = ACCESS_TOKEN_SECONDS;
/** Seconds the cookie before stays good once the new one was seen: longer than any request that left with it. */
export const COOKIE_OVERLAP_SECONDS = 60;
/** Seconds between two writes of “last used”: the column is for people, and a write per request would cost more than the request. */
export const TOUCH_SECONDS = 60;

/** Seconds after its last use that a session's row is kept, twice as long as any session lives: for people to see which device it was. */
export const SESSION_KEPT_SECONDS = 2 * REFRESH_TOKEN_SECONDS;

export interface SessionSecrets {
  readonly kind: SessionKind;
  readonly accessHash: string;
  readonly accessExpiresAt: number;
  readonly previousAccessHash: string | null;
  readonly previousAccessExpiresAt: number | null;
}

export type Presented = 'current' | 'previous' | 'expired' | 'reused';

/** What a presented secret is to its session. Hashes are keyed, so comparing them plainly tells a caller nothing. */
export function presentedSecret(session: SessionSecrets, options: { hash: string; now: number }): Presented {
  const { hash, now } = options;
  if (hash === session.accessHash) return session.accessExpiresAt > now ? 'current' : 'expired';
  if (hash === session.previousAccessHash && (session.previousAccessExpiresAt ?? 0) > now) return 'previous';
  // An access token older than the last two is merely old; a cookie was replaced in the one browser that held it.
  return session.kind === 'token' ? 'expired' : 'reused';
}

export function accessExpiry(kind: SessionKind, now: number): number {
  return now + 1000 * (kind === 'token' ? ACCESS_TOKEN_SECONDS : REFRESH_TOKEN_SECONDS);
}

export function refreshExpiry(now: number): number {
  return now + 1000 * REFRESH_TOKEN_SECONDS;
}
