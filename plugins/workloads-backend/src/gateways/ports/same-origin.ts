import type { IncomingMessage } from 'node:http';

/**
 * Whether a request with our cookie comes from the port's own pages, or from somebody who went there. Hosts of other workloads are neighbours below one domain, and to a browser
 * that may be the same site: its cookie rule alone would let one workload's page ask another's in the name of whoever looks at both.
 */
export function isOwnRequest(
  request: Pick<IncomingMessage, 'headers' | 'method'>,
  { origin, isUpgrade }: { origin: string; isUpgrade: boolean },
): boolean {
  const {
    origin: from,
    'sec-fetch-site': site,
    'sec-fetch-mode': mode,
    'sec-fetch-dest': destination,
  } = request.headers;
  if (from !== undefined) return from === origin;
  // Browsers always say where a WebSocket or a change comes from.
  if (isUpgrade) return false;
  if (site === undefined || site === 'same-origin' || site === 'none') return true;
  // Somebody follows a link. Not into a frame: what is shown there is not seen for what it is.
  const isSafe = request.method === 'GET' || request.method === 'HEAD';
  return isSafe && mode === 'navigate' && destination === 'document';
}
