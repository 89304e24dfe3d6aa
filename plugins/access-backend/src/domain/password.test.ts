import fc from 'fast-check';
import { normalizedPassword, passwordStrength, passwordWeakness } from './password';

const alice = { username: 'alice', email: 'alice@example.org', title: 'Portico' };

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
    ['P@ssw0rd123', 'too_common'],
    ['iloveyousomuch', 'too_guessable'],
    ['winter2026', 'too_common'],
    ['dolphin1988', 'too_common'],
    ['zxcvbnm,./', 'too_guessable'],
    ['abcdefghijkl', 'too_guessable'],
    ['example2026', 'too_guessable'],
    ['porticogpus', 'too_guessable'],
  ])('%j: %j', (password, reason) => {
    expect(passwordWeakness({ ...alice, password })?.reason ?? null).toBe(reason);
  });

  test('says what to do whenever it is refused', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 20 }), password => {
        const { score, weakness } = passwordStrength({ ...alice, password });
        expect(weakness === null).toBe(score >= 3);
        if (weakness) expect(weakness.advice).toMatch(/^[A-Z].*\.$/);
      }),
    );
  });

  test('costs no more to look at than its beginning, however long and odd it is', () => {
    const known = { username: 'x'.repeat(254), email: `${'a.b'.repeat(80)}@c`, title: 'Portico' };
    const cost = (password: string) => {
      const before = process.cpuUsage();
      passwordStrength({ ...known, password });
      return process.cpuUsage(before).user / 1000;
    };
    const least = (password: string) => Math.min(...Array.from({ length: 5 }, () => cost(password)));
    for (const password of [
      'p4$$w0rd'.repeat(32),
      '4@8({[<369!1|0$5+7%2'.repeat(13).slice(0, 256),
      '19991231'.repeat(32),
      Array.from({ length: 256 }, (_, place) => ((place * 7919) % 10).toString()).join(''),
    ]) {
      // Uncut, it is five to ten times as much, and milliseconds that everybody else waits.
      expect(least(password)).toBeLessThan(3 * least(password.slice(0, 64)) + 10);
    }
  });

  test('is the same password in composed and decomposed form', () => {
    expect(normalizedPassword('cafe\u0301-au-lait')).toBe(normalizedPassword('caf\u00e9-au-lait'));
  });
});
