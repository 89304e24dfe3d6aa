import { canonicalUsername, isReserved } from './username';
import fc from 'fast-check';

describe('a user name', () => {
  test.each([
    ['alice', 'alice'],
    ['ALICE', 'alice'],
    ['a.b-c_9', 'a.b-c_9'],
    ['abc', 'abc'],
    ['x'.repeat(32), 'x'.repeat(32)],
    ['ab', null],
    ['x'.repeat(33), null],
    ['alice bob', null],
    [' alice', null],
    ['alice\n', null],
    ['ali\u0000ce', null],
    ['alicé', null],
    ['\u212Aelvin', null],
    ['аlice', null],
    ["x' OR '1'='1", null],
    ['', null],
  ])('%j is %j', (text, expected) => expect(canonicalUsername(text)).toBe(expected));

  test('is the same after a second look, and never holds anything but its alphabet', () =>
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), text => {
        const name = canonicalUsername(text);
        if (name === null) return;
        expect(canonicalUsername(name)).toBe(name);
        expect(name).toMatch(/^[a-z0-9._-]{3,32}$/);
      }),
    ));

  test('that would pass for the portal is reserved', () => expect(isReserved('admin')).toBe(true));
});
