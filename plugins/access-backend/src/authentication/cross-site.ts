import type { IncomingHttpHeaders } from 'node:http';

/** Methods that change nothing, and so need no proof that the page that sent them is ours. */
const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

export function isSafe(method: string | undefined): boolean {
  return SAFE_METHODS.has(method ?? '');
}

/**
 * Whether the request came from a page of this portal, by the headers that pages cannot set. A browser sends `Sec-Fetch-Site`, an old one at
 * least `Origin` with every unsafe method; a request with neither is no browser's, and the token alone decides about it.
 */
export function isSameOrigin(headers: IncomingHttpHeaders, publicUrl: string): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin') return false;
  const { origin, host } = headers;
  if (origin === undefined) return true;
  if (origin === new URL(publicUrl).origin) return true;
  // Reached by another of its names, `127.0.0.1` instead of `localhost`: page and portal then still share one host and port.
  return URL.canParse(origin) && new URL(origin).host === host;
}
