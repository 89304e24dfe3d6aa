import fc from 'fast-check';
import { handleOf, newHandle, newToken } from './session-token';

test('a token gives back its handle, to its own kind alone', () => {
  const handle = newHandle();
  const access = newToken('access', handle);
  const refresh = newToken('refresh', handle);
  expect(access).toMatch(/^pts_/);
  expect(refresh).toMatch(/^ptr_/);
  expect(handleOf('access', access)).toBe(handle);
  expect(handleOf('refresh', refresh)).toBe(handle);
  expect(handleOf('access', refresh)).toBeNull();
  expect(handleOf('refresh', access)).toBeNull();
});

test('tokens of one session differ', () => {
  const handle = newHandle();
  expect(newToken('access', handle)).not.toBe(newToken('access', handle));
});

test('nothing but a token has a handle', () => {
  fc.assert(fc.property(fc.string(), text => expect(handleOf('access', text)).toBeNull()));
  expect(handleOf('access', `${newToken('access', newHandle())}x`)).toBeNull();
  expect(handleOf('access', `${newToken('access', newHandle())}\n`)).toBeNull();
});
