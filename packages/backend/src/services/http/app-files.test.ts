import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { appFiles } from './app-files';
import { ClientAddresses } from './client-address';

let directory: string;
let url: string;
const server = createServer((incoming, response) => {
  listener(incoming, response, () => response.writeHead(404).end('next'));
});
let listener: ReturnType<typeof appFiles>;

beforeAll(async () => {
  directory = mkdtempSync(path.join(tmpdir(), 'portico-app-'));
  mkdirSync(path.join(directory, 'assets'));
  mkdirSync(path.join(directory, '.vite'));
  writeFileSync(
    path.join(directory, 'index.html'),
    '<title>__APP_TITLE__</title><meta name="csp-nonce" content="__CSP_NONCE__">',
  );
  writeFileSync(path.join(directory, 'assets/index-abc.js'), 'let a = 1;'.repeat(100));
  writeFileSync(path.join(directory, 'assets/index-abc.js.gz'), gzipSync('let a = 1;'.repeat(100)));
  writeFileSync(path.join(directory, 'icon.svg'), '<svg/>');
  writeFileSync(path.join(directory, '.vite/manifest.json'), '{}');
  listener = appFiles({
    directory,
    title: 'Acme <GPU>',
    addresses: new ClientAddresses([]),
    formTargets: () => ['https://*.ports.example'],
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(directory, { recursive: true, force: true });
});

/** Sends the path as it is; `fetch` would tidy it up first. */
function rawStatus(place: string): Promise<number> {
  return new Promise((resolve, reject) => {
    request(`${url}`, { path: place }, response => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });
}

test('every page of the app gets the page, with its title and a nonce that is never the same', async () => {
  const nonces = new Set<string>();
  for (const place of ['/', '/infra/catalog', '/workloads/alloc_1?tab=metrics']) {
    const response = await fetch(url + place, { headers: { accept: 'text/html' } });
    const text = await response.text();
    const nonce = /content="([^"]+)"/.exec(text)?.[1] as string;
    nonces.add(nonce);
    const policy = response.headers.get('content-security-policy') as string;
    expect(text).toContain('<title>Acme &lt;GPU&gt;</title>');
    expect(policy).toContain(`style-src 'self' 'nonce-${nonce}'`);
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toContain("form-action 'self' https://*.ports.example");
    expect(policy).not.toContain('unsafe');
    expect(response.headers.get('cache-control')).toBe('no-store');
  }
  expect(nonces.size).toBe(3);
});

test('files with a hash in their name are kept for good, compressed where the client takes it', async () => {
  const response = await fetch(`${url}/assets/index-abc.js`, { headers: { 'accept-encoding': 'gzip' } });
  expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  expect(response.headers.get('content-encoding')).toBe('gzip');
  expect(response.headers.get('vary')).toBe('Accept-Encoding');
  expect(await response.text()).toBe('let a = 1;'.repeat(100));
  const plain = await fetch(`${url}/assets/index-abc.js`, { headers: { 'accept-encoding': 'identity' } });
  expect(plain.headers.get('content-encoding')).toBeNull();
});

test('other files are asked for anew and answered with nothing when they are the same', async () => {
  const first = await fetch(`${url}/icon.svg`);
  expect(first.headers.get('cache-control')).toBe('public, max-age=0, must-revalidate');
  expect(
    (await fetch(`${url}/icon.svg`, { headers: { 'if-none-match': first.headers.get('etag') as string } })).status,
  ).toBe(304);
});

test.each([
  '/assets/gone.js',
  '/api/v1/anything',
  '/ws/terminal/x',
  '/.vite/manifest.json',
  '/assets/../../secret',
  '/..%2f..%2fetc/passwd.js',
  '/assets/index-abc.js.gz',
])('%s is not answered with a file', async place => {
  const status = await rawStatus(place);
  const asData = await fetch(url + place, { headers: { accept: 'application/json' } });
  expect(asData.status).toBe(404);
  expect([200, 404]).toContain(status);
});

test('programs that ask for data are not given a page, nor is anything but reading answered', async () => {
  expect((await fetch(`${url}/infra/catalog`, { headers: { accept: 'application/json' } })).status).toBe(404);
  expect((await fetch(`${url}/`, { method: 'POST' })).status).toBe(404);
});
