import { openPageAt, pathAfterSignIn } from './open-pages';

const origin = 'https://portal.example';

test.each([
  ['', '/'],
  ['?next=%2Fbilling%3Ffrom%3D2026-01-01%23usage', '/billing?from=2026-01-01#usage'],
  ['?next=workloads', '/'],
  ['?next=https%3A%2F%2Felsewhere.example%2F', '/'],
  ['?next=%2F%2Felsewhere.example', '/'],
  ['?next=%2F%5Celsewhere.example', '/'],
  ['?next=%2F%09%2Felsewhere.example', '/'],
  ['?next=%2F%0A%2Felsewhere.example', '/'],
  ['?next=%2F..%2F%2Felsewhere.example', '/'],
  ['?next=%2F.%2F%2Felsewhere.example', '/'],
  ['?next=javascript%3Aalert(1)', '/'],
  ['?next=%2Flogin%3Fnext%3D%252F', '/'],
])('after signing in at /login%s one goes to %s', (search, path) => {
  expect(pathAfterSignIn(search, origin)).toBe(path);
});

test('what is open is open by its whole path', () => {
  expect(openPageAt('/login/')?.leadsOn).toBe(true);
  expect(openPageAt('/login/reset')?.leadsOn).toBe(false);
  expect(openPageAt('/login/anything')).toBeNull();
  expect(openPageAt('/account/profile')).toBeNull();
  expect(openPageAt('/')).toBeNull();
});
