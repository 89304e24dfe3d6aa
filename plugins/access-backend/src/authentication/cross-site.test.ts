import { isSafe, isSameOrigin } from './cross-site';

const publicUrl = 'https://portal.example/';
test.each([
  [{}, true],
  [{ origin: 'https://portal.example' }, true],
  [{ origin: 'https://portal.example', 'sec-fetch-site': 'same-origin' }, true],
  [{ origin: 'http://127.0.0.1:7007', host: '127.0.0.1:7007' }, true],
  [{ origin: 'http://portal.example' }, false],
  [{ origin: 'https://portal.example.evil' }, false],
  [{ origin: 'https://evil.portal.example' }, false],
  [{ origin: 'http://127.0.0.1:7008', host: '127.0.0.1:7007' }, false],
  [{ origin: 'null' }, false],
  [{ origin: 'garbage' }, false],
  [{ origin: 'https://portal.example', 'sec-fetch-site': 'same-site' }, false],
  [{ 'sec-fetch-site': 'cross-site' }, false],
  [{ 'sec-fetch-site': 'none' }, false],
])('%j is of the portal: %s', (headers, expected) => expect(isSameOrigin(headers, publicUrl)).toBe(expected));

test('reading is safe, everything else is not', () => {
  expect(['GET', 'HEAD', 'OPTIONS'].every(isSafe)).toBe(true);
  expect(['POST', 'PUT', 'PATCH', 'DELETE', 'get', '', undefined].some(isSafe)).toBe(false);
});
