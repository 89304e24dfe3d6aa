import { canonicalRecoveryCode, newRecoveryCodes } from './recovery-code';

test('a set has ten codes, all different, that a person can copy from paper', () => {
  const codes = newRecoveryCodes();
  expect(new Set(codes).size).toBe(10);
  for (const code of codes) expect(code).toMatch(/^[a-hjkmnp-z2-9]{5}-[a-hjkmnp-z2-9]{5}-[a-hjkmnp-z2-9]{5}$/);
});

test.each(newRecoveryCodes())('%s is known however it is typed', code => {
  const plain = code.replaceAll('-', '');
  for (const typed of [code, plain, code.toUpperCase(), ` ${code.replaceAll('-', ' ')} `])
    expect(canonicalRecoveryCode(typed)).toBe(plain);
});

test.each(['', '-', 'abcde-fghjk', 'abcde-fghjk-mnpq1', 'abcde-fghjk-mnpqrs', 'abcde-fghjk-mnpq\u0000'])(
  '%j is no code',
  typed => {
    expect(canonicalRecoveryCode(typed)).toBeNull();
  },
);
