import fc from 'fast-check';
import { outageInWords, without } from './outage';

test.each([
  [
    '2026-03-01T10:02:31Z',
    '2026-03-01T10:30:02Z',
    'node-3 could not be reached on 2026-03-01 from 10:02 to 10:31 UTC; that time is not charged',
  ],
  [
    '2026-03-01T23:59:59.999Z',
    '2026-03-02T00:10:00Z',
    'node-3 could not be reached on 2026-03-01 from 23:59 to 2026-03-02 00:10 UTC; that time is not charged',
  ],
])('an outage from %s to %s in words', (from, to, words) => {
  expect(outageInWords('node-3', { from: Date.parse(from), to: Date.parse(to) })).toBe(words);
});

test('what is left of a span is each instant of it that lies in no other', () => {
  const cuts = fc.uniqueArray(fc.nat(60), { maxLength: 8 }).map(all => all.sort((a, b) => a - b));
  fc.assert(
    fc.property(fc.nat(60), fc.nat(60), cuts, (from, to, ends) => {
      const others = ends.flatMap((end, place) => {
        const next = ends[place + 1];
        return place % 2 === 0 && next !== undefined ? [{ from: end, to: next }] : [];
      });
      const inside = (at: number, spans: readonly { from: number; to: number }[]) =>
        spans.some(span => at >= span.from && at < span.to);
      const left = without({ from, to }, others);
      for (let at = 0; at <= 60; at += 1) expect(inside(at, left)).toBe(at >= from && at < to && !inside(at, others));
      for (const span of left) expect(span.to).toBeGreaterThan(span.from);
    }),
  );
});
