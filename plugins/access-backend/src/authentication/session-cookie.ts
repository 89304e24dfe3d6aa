import { REFRESH_TOKEN_SECONDS } from '@portico/plugin-access/contract';
import type { IncomingHttpHeaders } from 'node:http';

/**
 * The cookie of a browser session. Over HTTPS it is `__Host-portico`: the browser itself then vouches that it is Secure, host-only and
 * was not set by a neighbour domain. On plain HTTP browsers refuse that name, so on loopback alone it is `portico`; anywhere else a
 * session by cookie is refused, since anyone on the way could read it.
 */
export class SessionCookie {
  readonly name: string | null;
  readonly #secure: boolean;
  readonly #attributes: string;

  constructor(publicUrl: string) {
    const url = new URL(publicUrl);
    const secure = url.protocol === 'https:';
    this.#secure = secure;
    if (secure) this.name = '__Host-portico';
    else this.name = isLoopback(url.hostname) ? 'portico' : null;
    this.#attributes = `Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
  }

  /** Whether a session may be opened by cookie where the browser sees us: a portal that is known as loopback may be reached by another name too. */
  isSafeAt(host: string | undefined): boolean {
    if (this.#secure) return true;
    const seen = `http://${host ?? ''}`;
    return this.name !== null && URL.canParse(seen) && isLoopback(new URL(seen).hostname);
  }

  /** Value of `Set-Cookie` that gives the browser this token. */
  carrying(token: string): string {
    return `${this.name}=${token}; Max-Age=${REFRESH_TOKEN_SECONDS}; ${this.#attributes}`;
  }

  /** Value of `Set-Cookie` that makes the browser forget it. */
  cleared(): string {
    return `${this.name}=; Max-Age=0; ${this.#attributes}`;
  }

  read(headers: IncomingHttpHeaders): string | null {
    return this.name === null ? null : readCookie(headers, this.name);
  }
}

/** The value of one cookie of a request; null when it is absent or empty. */
export function readCookie(headers: IncomingHttpHeaders, name: string): string | null {
  for (const pair of headers.cookie?.split(';') ?? []) {
    const separator = pair.indexOf('=');
    if (separator > 0 && pair.slice(0, separator).trim() === name) return pair.slice(separator + 1).trim() || null;
  }
  return null;
}

/** Whether nobody on the way could listen: the machine itself. */
export function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127(\.\d{1,3}){3}$/.test(hostname)
  );
}
