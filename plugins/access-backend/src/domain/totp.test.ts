import fc from 'fast-check';
import { newTotpSecret, totpStep, totpUri } from './totp';

/** RFC 6238, appendix B: SHA-1 over the secret `12345678901234567890`, the last six of its eight digits. */
const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
const vectors = [
  [59, '287082'],
  [1_111_111_109, '081804'],
  [1_111_111_111, '050471'],
  [1_234_567_890, '005924'],
  [2_000_000_000, '279037'],
  [20_000_000_000, '353130'],
] as const;

describe('a code of an app', () => {
  test.each(vectors)('at %i seconds is %s, as the RFC has it', (seconds, code) => {
    const step = Math.floor(seconds / 30);
    expect(totpStep({ secret: SECRET, code, now: seconds * 1000, lastStep: null })).toBe(step);
  });

  test.each([
    [-2, null],
    [-1, 37_037_036],
    [0, 37_037_036],
    [1, 37_037_036],
    [2, null],
  ])('%i steps away', (steps, expected) => {
    // The code of step 37,037,036, at an instant so many steps later.
    const now = (37_037_036 + steps) * 30_000 + 15_000;
    expect(totpStep({ secret: SECRET, code: '081804', now, lastStep: null })).toBe(expected);
  });

  test.each([
    ['none', null, 37_037_036],
    ['an earlier one', 37_037_035, 37_037_036],
    ['this one', 37_037_036, null],
    ['a later one', 37_037_037, null],
  ])('after %s was accepted', (_which, lastStep, expected) => {
    expect(totpStep({ secret: SECRET, code: '081804', now: 1_111_111_109_000, lastStep })).toBe(expected);
  });

  test.each(['081 804', ' 081804 '])('may be typed as %j', code => {
    expect(totpStep({ secret: SECRET, code, now: 1_111_111_109_000, lastStep: null })).toBe(37_037_036);
  });

  test.each(['', '81804', '0818040', '08180a', '-81804', '٠٨١٨٠٤', '081804\u0000'])('is not %j', code => {
    expect(totpStep({ secret: SECRET, code, now: 1_111_111_109_000, lastStep: null })).toBeNull();
  });

  test('whatever is typed, a step that is answered is one of three and later than the last', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^\d{6}$/),
        fc.integer({ min: 0, max: 4_000_000_000 }),
        fc.integer({ min: -3, max: 3 }),
        (code, seconds, behind) => {
          const now = Math.floor(seconds / 30);
          const step = totpStep({ secret: SECRET, code, now: seconds * 1000, lastStep: now + behind });
          expect(step === null || (Math.abs(step - now) <= 1 && step > now + behind)).toBe(true);
        },
      ),
    );
  });
});

test('a secret has 160 bits, and its URI what apps read', () => {
  const secret = newTotpSecret();
  expect(secret).toMatch(/^[A-Z2-7]{32}$/);
  expect(newTotpSecret()).not.toBe(secret);
  const uri = new URL(totpUri({ secret, issuer: 'Portico Lab', username: 'ada' }));
  expect([uri.protocol, uri.host, decodeURIComponent(uri.pathname)]).toEqual(['otpauth:', 'totp', '/Portico Lab:ada']);
  expect(Object.fromEntries(uri.searchParams)).toEqual({
    issuer: 'Portico Lab',
    secret,
    algorithm: 'SHA1',
    digits: '6',
    period: '30',
  });
});
