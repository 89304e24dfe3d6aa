import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

/** Where a program puts its key. Not `Authorization`: that is the application's own. */
export const KEY_HEADER = 'portico-authorization';

/** Of one connection, not of the message (RFC 9110, section 7.6.1). */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
/** Anybody can write these; the workload believes ours. */
const OURS = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip', KEY_HEADER];
/** What only the owner of the whole host or domain may say, which a workload is not. */
const NOT_THEIRS = new Set([
  'strict-transport-security',
  'public-key-pins',
  'alt-svc',
  'clear-site-data',
  'nel',
  'report-to',
]);
/** Where a message ends is for us to say, whatever a client calls a matter of its connection: a body nobody announces is read as another request. */
const FRAMING = 'content-length';

/** What the workload gets of a request: all of it but our credential, and with the truth about who asks and how. */
export function requestHeaders(
  request: Pick<IncomingMessage, 'headers'>,
  options: { cookieName: string; address: string; isSecure: boolean },
): Record<string, string | string[]> {
  const named = listed(request.headers.connection);
  const headers: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value === undefined || HOP_BY_HOP.has(name) || OURS.includes(name)) continue;
    if (named.has(name) && name !== FRAMING) continue;
    headers[name] = value;
  }
  // Read by pieces, told on by pieces. (Else a GET's body would follow its headers without any frame.)
  if (request.headers['transfer-encoding'] !== undefined) headers['transfer-encoding'] = 'chunked';
  const cookies = withoutCookie(request.headers.cookie, options.cookieName);
  if (cookies === '') delete headers.cookie;
  else headers.cookie = cookies;
  headers['x-forwarded-for'] = options.address;
  headers['x-forwarded-proto'] = options.isSecure ? 'https' : 'http';
  headers['x-forwarded-host'] = request.headers.host ?? '';
  return headers;
}

/** What the browser gets of a reply: its cookies stay on its own host, and ours are not for it to set. */
export function replyHeaders(
  headers: IncomingHttpHeaders,
  options: { cookieName: string },
): Record<string, string | string[]> {
  const named = listed(headers.connection);
  const kept: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || HOP_BY_HOP.has(name) || named.has(name) || NOT_THEIRS.has(name)) continue;
    kept[name] = value;
  }
  const cookies = (headers['set-cookie'] ?? [])
    .filter(cookie => {
      // One without a name is sent back as its value alone, which may look like any name.
      const name = cookie.split(';')[0]?.split('=')[0]?.trim().toLowerCase();
      return name !== '' && name !== options.cookieName.toLowerCase();
    })
    .map(cookie => cookie.replace(/;\s*domain\s*(=[^;]*)?(?=;|$)/gi, ''));
  if (cookies.length === 0) delete kept['set-cookie'];
  else kept['set-cookie'] = cookies;
  return kept;
}

export function cookieOf(header: string | undefined, cookieName: string): string | undefined {
  const pair = (header ?? '').split(';').find(part => part.split('=')[0]?.trim() === cookieName);
  return pair?.slice(pair.indexOf('=') + 1).trim();
}

function withoutCookie(header: string | undefined, cookieName: string): string {
  return (header ?? '')
    .split(';')
    .map(part => part.trim())
    .filter(part => part !== '' && part.split('=')[0]?.trim() !== cookieName)
    .join('; ');
}

function listed(header: string | undefined): ReadonlySet<string> {
  return new Set((header ?? '').split(',').map(name => name.trim().toLowerCase()));
}
