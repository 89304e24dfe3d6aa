import { SessionCookie } from './session-cookie';

test.each([
  ['http://localhost:7007', 'localhost:7007', true],
  ['http://localhost:7007', '127.0.0.1:7007', true],
  ['http://localhost:7007', '[::1]:7007', true],
  ['http://localhost:7007', '192.0.2.2:7007', false],
  ['http://localhost:7007', 'portal.example', false],
  ['http://localhost:7007', 'localhost.evil.example', false],
  ['http://localhost:7007', 'no host', false],
  ['http://localhost:7007', undefined, false],
  ['http://portal.example', 'localhost:7007', false],
  ['https://portal.example', 'portal.example', true],
  ['https://portal.example', '10.0.0.7:7007', true],
])('known as %s and seen at %s, a session by cookie is safe: %s', (publicUrl, host, safe) =>
  expect(new SessionCookie(publicUrl).isSafeAt(host)).toBe(safe),
);
