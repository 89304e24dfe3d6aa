import { networkOf } from '@portico/plugin-kit/backend';
import type { Secrets } from '@portico/plugin-kit/backend';
import { timingSafeEqual } from 'node:crypto';

/** Keyed hashes of everything a session is known by; tokens themselves are never stored. */
export class SessionKeys {
  constructor(private readonly secrets: Secrets) {}

  ofHandle(handle: string): string {
    return this.secrets.fingerprint('access.session.handle', handle);
  }
  ofToken(token: string): string {
    return this.secrets.fingerprint('access.session.token', token);
  }
  ofApiKey(secret: string): string {
    return this.secrets.fingerprint('access.api_key', secret);
  }
  ofClientToken(token: string): string {
    return this.secrets.fingerprint('access.client_token', token);
  }
  ofInvitation(token: string): string {
    return this.secrets.fingerprint('access.invitation', token);
  }
  /** What `X-CSRF-Token` must be in a session by cookie: bound to the session, so another's is of no use. */
  csrfToken(sessionId: string): string {
    return this.secrets.fingerprint('access.session.csrf', sessionId);
  }
  isCsrfToken(sessionId: string, presented: string | readonly string[] | undefined): boolean {
    if (typeof presented !== 'string') return false;
    const expected = Buffer.from(this.csrfToken(sessionId));
    const given = Buffer.from(presented);
    return given.length === expected.length && timingSafeEqual(given, expected);
  }
  /** What attempts to sign in are counted by. A fingerprint, because people type passwords into the wrong field. */
  ofAttempt(username: string, address: string): string {
    return `${this.ofAttempts(username)}:${networkOf(address)}`;
  }
  /** The same of all addresses together. */
  ofAttempts(username: string): string {
    return this.secrets.fingerprint('access.sign_in', username);
  }
}
