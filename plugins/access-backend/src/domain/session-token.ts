import { randomBytes } from 'node:crypto';

/**
 * Opaque tokens of a sign-in session: prefix, handle, secret. The handle (128 random bits) is the same in every token of one session and
 * finds its row by one index; the secret (256 random bits) differs in each. A token with the right handle and a secret that is
 * no longer the current one can only come from someone who held a token of this session: that is how the reuse of a refresh token of any
 * age is told from noise, without keeping old ones. Only keyed hashes are stored, of the handle and of the whole token.
 */
export type TokenKind = 'access' | 'refresh';

const PREFIX = { access: 'pts_', refresh: 'ptr_' } as const satisfies Record<TokenKind, string>;
const HANDLE_BYTES = 16;
const SECRET_BYTES = 32;
const HANDLE_LENGTH = Math.ceil((HANDLE_BYTES * 4) / 3);
const pattern = /^pt([sr])_[A-Za-z0-9_-]{65}$/;

export function newHandle(): string {
  return randomBytes(HANDLE_BYTES).toString('base64url');
}

export function newToken(kind: TokenKind, handle: string): string {
  return `${PREFIX[kind]}${handle}${randomBytes(SECRET_BYTES).toString('base64url')}`;
}

/** The handle inside a token, or null for a text that is no token of that kind. */
export function handleOf(kind: TokenKind, token: string): string | null {
  if (!pattern.test(token) || !token.startsWith(PREFIX[kind])) return null;
  return token.slice(PREFIX[kind].length, PREFIX[kind].length + HANDLE_LENGTH);
}
