import { isIP } from 'node:net';

/** What passkeys are bound to: a host name, and the origins of pages that may ask for them. */
export interface RelyingParty {
  readonly id: string;
  readonly name: string;
  readonly origins: readonly string[];
}

/**
 * Browsers make passkeys for host names alone, never for addresses, and over HTTPS, or at `localhost`. A portal known by a loopback address is reached at
 * `localhost` too, on the same port. Null where no browser would make one.
 */
export function relyingPartyOf(publicUrl: string, name: string): RelyingParty | null {
  const url = new URL(publicUrl);
  const { hostname, protocol, port } = url;
  if (hostname === 'localhost' || hostname.endsWith('.localhost')) return { id: hostname, name, origins: [url.origin] };
  if (hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname)) {
    return { id: 'localhost', name, origins: [`${protocol}//localhost${port === '' ? '' : `:${port}`}`] };
  }
  const isAddress = hostname.startsWith('[') || isIP(hostname) !== 0;
  return protocol === 'https:' && !isAddress ? { id: hostname, name, origins: [url.origin] } : null;
}
