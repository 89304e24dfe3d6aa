import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import path from 'node:path';
import { pipeline } from 'node:stream';
import type { ClientAddresses } from './client-address';
import { pagePolicy } from './security-headers';
import type { RequestListener } from './web-server';

/** What `index.html` carries where this response's nonce belongs. */
const NONCE_PLACE = '__CSP_NONCE__';
const TITLE_PLACE = '__APP_TITLE__';
/** A year: the build puts a hash of the content into the names below `assets/`. */
const HASHED_SECONDS = 31_536_000;

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
};

interface AppFile {
  readonly file: string;
  readonly mediaType: string;
  readonly etag: string;
  readonly cacheControl: string;
  /** Encodings the build has left beside the file, best first. */
  readonly compressed: readonly ('br' | 'gzip')[];
}

/** Serves the built app: the files that are there at start and nothing else, and its page for every path the app routes by itself. */
export function appFiles(options: {
  directory: string;
  title: string;
  addresses: ClientAddresses;
  /** Where forms of its pages may go beside their own origin. */
  formTargets?: () => readonly string[];
}): RequestListener {
  const { directory, title, addresses, formTargets = () => [] } = options;
  if (!existsSync(path.join(directory, 'index.html'))) return (_request, _response, next) => next();
  const files = listFiles(directory);
  const page = readFileSync(path.join(directory, 'index.html'), 'utf8').replaceAll(TITLE_PLACE, escapeHtml(title));

  return (request, response, next) => {
    const place = (request.url ?? '/').split('?')[0] as string;
    if (request.method !== 'GET' && request.method !== 'HEAD') return next();
    const file = place === '/index.html' ? undefined : files.get(place);
    if (file) return sendFile(request, response, file);
    if (place.startsWith('/api/') || place.startsWith('/ws/') || place.startsWith('/assets/')) return next();
    if (!wantsPage(request)) return next();
    sendPage(request, response, { page, secure: addresses.isSecure(request), formTargets: formTargets() });
  };
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

function wantsPage(request: IncomingMessage): boolean {
  const accept = request.headers.accept;
  return accept === undefined || accept.includes('text/html') || accept === '*/*';
}

function sendPage(
  request: IncomingMessage,
  response: ServerResponse,
  options: { page: string; secure: boolean; formTargets: readonly string[] },
): void {
  const nonce = randomBytes(16).toString('base64');
  const body = Buffer.from(options.page.replaceAll(NONCE_PLACE, nonce));
  response.setHeader('Content-Security-Policy', pagePolicy(request, { ...options, nonce }));
  response.setHeader('Content-Type', 'text/html; charset=utf-8');
  response.setHeader('Cache-Control', 'no-store');
  response.setHeader('Content-Length', body.length);
  response.end(request.method === 'HEAD' ? undefined : body);
}

function sendFile(request: IncomingMessage, response: ServerResponse, file: AppFile): void {
  response.setHeader('Cache-Control', file.cacheControl);
  response.setHeader('ETag', file.etag);
  if (request.headers['if-none-match'] === file.etag) {
    response.statusCode = 304;
    response.end();
    return;
  }
  const accepted = (request.headers['accept-encoding'] ?? '').toString();
  const encoding = file.compressed.find(candidate => new RegExp(`\\b${candidate}\\b`).test(accepted));
  const source = encoding ? `${file.file}.${encoding === 'br' ? 'br' : 'gz'}` : file.file;
  if (file.compressed.length > 0) response.setHeader('Vary', 'Accept-Encoding');
  if (encoding) response.setHeader('Content-Encoding', encoding);
  response.setHeader('Content-Type', file.mediaType);
  response.setHeader('Content-Length', statSync(source).size);
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  // A visitor who leaves in the middle must not leave the file open behind.
  pipeline(createReadStream(source), response, () => {});
}

function listFiles(directory: string): ReadonlyMap<string, AppFile> {
  const names = readdirSync(directory, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile());
  const found = new Map<string, AppFile>();
  for (const entry of names) {
    const file = path.join(entry.parentPath, entry.name);
    const extension = path.extname(file);
    if (extension === '.br' || extension === '.gz' || extension === '.map') continue;
    const place = `/${path.relative(directory, file).split(path.sep).join('/')}`;
    // Vite's manifest is for whoever deploys, not for who visits.
    if (place.includes('/.')) continue;
    found.set(place, {
      file,
      mediaType: MEDIA_TYPES[extension] ?? 'application/octet-stream',
      etag: `"${createHash('sha256').update(readFileSync(file)).digest('base64url').slice(0, 22)}"`,
      cacheControl: place.startsWith('/assets/')
        ? `public, max-age=${HASHED_SECONDS}, immutable`
        : 'public, max-age=0, must-revalidate',
      compressed: (['br', 'gzip'] as const).filter(encoding =>
        existsSync(`${file}.${encoding === 'br' ? 'br' : 'gz'}`),
      ),
    });
  }
  return found;
}
