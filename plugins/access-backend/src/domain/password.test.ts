import fc from 'fast-check';
import { normalizedPassword, passwordWeakness } from './password';

describe('a new password', () => {
  test.each([
    ['short9ch.', 'too_short'],
    ['ten-chars.', null],
    ['aaaaaaaaaaaaaaaa', 'too_repetitive'],
    ['121212121212', 'too_repetitive'],
    ['Password123', 'too_common'],
    ['QWERTYUIOP', 'too_common'],
    ['1234567890', 'too_common'],
    ['alice-alice-alice', 'contains_username'],
    ['Alice12345', 'contains_username'],
    ['alice-rides-a-bicycle', null],
    ['correct horse battery staple', null],
    ['пароль-из-слов', null],
    ['😀😁😂🤣😃😄😅😆😉😊', null],
    ['😀😁😂🤣😃', 'too_short'],
    ["'; DROP TABLE access_users; --", null],
  ])('%j: %j', (password, reason) => {
    expect(passwordWeakness({ password, username: 'alice' })?.reason ?? null).toBe(reason);
  });

  test('says what to do whenever it is refused', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 20 }), password => {
        const weakness = passwordWeakness({ password, username: 'alice' });
        if (weakness) expect(weakness.advice).toMatch(/^[A-Z].*\.$/);
      }),
    );
  });

  test('is the same password in composed and decomposed form', () => {
    expect(normalizedPassword('cafe\u0301-au-lait')).toBe(normalizedPassword('caf\u00e9-au-lait'));
  });
});
