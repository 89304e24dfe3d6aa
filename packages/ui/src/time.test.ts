import fc from 'fast-check';
import { formatDuration, formatRelative } from './time';

test.each([
  [0, '0 s'],
  [59.9, '59 s'],
  [60, '1 min'],
  [185, '3 min 05 s'],
  [3_600, '1 h'],
  [7_859, '2 h 10 min'],
  [86_400, '1 d'],
  [4 * 86_400 + 3 * 3_600 + 59, '4 d 3 h'],
  [-5, '0 s'],
  [Number.POSITIVE_INFINITY, '–'],
])('%d seconds read %s', (seconds, text) => expect(formatDuration(seconds)).toBe(text));

test('a duration never shows more than has passed, and at most two units', () => {
  const unit: Record<string, number> = { s: 1, min: 60, h: 3_600, d: 86_400 };
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 10 ** 9 }), seconds => {
      const parts = [...formatDuration(seconds).matchAll(/(\d+) (s|min|h|d)/g)];
      const shown = parts.reduce((sum, [, amount, name]) => sum + Number(amount) * (unit[name ?? 's'] ?? 0), 0);
      expect(shown).toBeLessThanOrEqual(seconds);
      expect(parts.length).toBeLessThanOrEqual(2);
    }),
  );
});

const NOW = new Date('2026-11-20T12:00:00Z');
test.each([
  [-3, 'just now'],
  [-42, '42 s ago'],
  [-200, '3 min ago'],
  [7_300, 'in 2 h'],
  [-2 * 86_400, '2 d ago'],
])('%d seconds from now read %s', (seconds, text) =>
  expect(formatRelative(new Date(NOW.getTime() + seconds * 1000), NOW)).toBe(text),
);

test('from a week on the date is shown', () =>
  expect(formatRelative(new Date('2026-10-01T12:00:00Z'), NOW)).toBe('1 Oct 2026'));
