import { randomBytes } from 'node:crypto';

/**
 * An API key is a random secret (256 bits) that stands for its user, narrowed to its scopes. It works while the key is neither revoked nor
 * expired and the secret is the present one or still in its grace. What it may do is never more than what its user may do at the time.
 */
const PREFIX = 'ptk_';
const SECRET_BYTES = 32;
const pattern = /^ptk_[A-Za-z0-9_-]{43}$/;
/** Characters of a secret that people see: 48 bits tell keys apart, and leave 208 to guess. */
const PREFIX_LENGTH = PREFIX.length + 8;

export function newApiKeySecret(): string {
  return PREFIX + randomBytes(SECRET_BYTES).toString('base64url');
}

/** Whether a bearer token means to be an API key, or to stand for one: then it is judged as that and as nothing else. */
export function isApiKey(token: string): boolean {
  return token.startsWith(PREFIX) || token.startsWith(CLIENT_TOKEN_PREFIX);
}

export function isWellFormedApiKey(token: string): boolean {
  return pattern.test(token);
}

/** What a key of a service account is exchanged for: as random as the key, good for minutes. */
const CLIENT_TOKEN_PREFIX = 'ptc_';
const clientTokenPattern = /^ptc_[A-Za-z0-9_-]{43}$/;

export function newClientToken(): string {
  return CLIENT_TOKEN_PREFIX + randomBytes(SECRET_BYTES).toString('base64url');
}

export function isWellFormedClientToken(token: string): boolean {
  return clientTokenPattern.test(token);
}

export function visiblePrefix(secret: string): string {
  return secret.slice(0, PREFIX_LENGTH);
}

/** One secret of one key. */
export interface SecretIdentity {
  readonly keyId: string;
  readonly generation: number;
}

/**
 * What stands as the session of a caller with an API key, in audit rows and in whatever stays open: `apikey_….2` is the second secret of that key, so
 * that what was opened with a secret ends with that secret.
 */
export function credentialIdOf({ keyId, generation }: SecretIdentity): string {
  return `${keyId}.${generation}`;
}

/** Null for the id of a sign-in session. */
export function secretIdentityOf(credentialId: string): SecretIdentity | null {
  const [, keyId, generation] = /^(apikey_[a-z0-9]+)\.([1-9][0-9]{0,8})$/.exec(credentialId) ?? [];
  return keyId === undefined ? null : { keyId, generation: Number(generation) };
}

export type ApiKeyStatus = 'active' | 'expired' | 'revoked';

interface Lifetime {
  readonly expiresAt: number | null;
  readonly revokedAt: number | null;
}

export function apiKeyStatus(key: Lifetime, now: number): ApiKeyStatus {
  if (key.revokedAt !== null) return 'revoked';
  return isPast(key.expiresAt, now) ? 'expired' : 'active';
}

/** Null never comes. */
export function isPast(end: number | null, now: number): boolean {
  return end !== null && end <= now;
}

/** How far a key, or whoever makes one, reaches. */
export interface Reach {
  readonly scopes: ReadonlySet<string>;
  /** Null: every project of the organization. */
  readonly projectId: string | null;
  /** Null: forever. */
  readonly expiresAt: number | null;
}

export interface BeyondReach {
  readonly scopes?: readonly string[];
  readonly project_id?: string | null;
  readonly expires_at?: string | null;
}

/** What of a wanted key is beyond its maker, in the words of the contract; null when nothing is. */
export function beyondReach(wanted: Reach, own: Reach): BeyondReach | null {
  const scopes = [...wanted.scopes].filter(scope => !own.scopes.has(scope));
  const isWider = own.projectId !== null && wanted.projectId !== own.projectId;
  const isLonger = own.expiresAt !== null && (wanted.expiresAt === null || wanted.expiresAt > own.expiresAt);
  if (scopes.length === 0 && !isWider && !isLonger) return null;
  return {
    ...(scopes.length > 0 ? { scopes } : {}),
    ...(isWider ? { project_id: wanted.projectId } : {}),
    ...(isLonger ? { expires_at: wanted.expiresAt === null ? null : new Date(wanted.expiresAt).toISOString() } : {}),
  };
}
