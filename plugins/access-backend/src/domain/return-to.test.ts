import fc from 'fast-check';
import { portalPath } from './return-to';

test.each([
  ['/', '/'],
  ['/workloads?status=active#top', '/workloads?status=active#top'],
  ['/a/../b', '/b'],
  ['/search?q=https://example.com//x', '/search?q=https://example.com//x'],
])('%s leads to %s', (text, path) => {
  expect(portalPath(text)).toBe(path);
});

test.each([
  '',
  'workloads',
  'https://evil.example',
  '//evil.example',
  '/\\evil.example',
  '\\\\evil.example',
  '/\t/evil.example',
  '/\n/evil.example',
  ' /workloads',
  '/.//evil.example',
  '/x/..//evil.example',
  '/%2e//evil.example',
  'javascript:alert(1)',
  '/\u0000',
  '@evil.example',
])('%j leads nowhere', text => {
  expect(portalPath(text)).toBeNull();
});

test('whatever is let through stays in the portal', () => {
  const nasty = fc.stringMatching(/^[/\\.%2e5c:@#?a\t-]{1,12}$/);
  fc.assert(
    fc.property(fc.oneof(nasty, fc.webUrl(), fc.string()), text => {
      const path = portalPath(text);
      for (const base of ['https://portal.example/login', 'http://localhost:7007/']) {
        if (path !== null) expect(new URL(path, base).origin).toBe(new URL(base).origin);
      }
    }),
  );
});
