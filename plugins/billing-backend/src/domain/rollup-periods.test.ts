import fc from 'fast-check';
import { HOUR_MILLISECONDS } from './metering';
import { beginOf, ceilingOf, GRAINS, nextOf, stretchesOf } from './rollup-periods';

const at = (text: string) => Date.parse(text);
const HOURS_MAX = 40_000;

describe('hours, days and months of UTC', () => {
  test.each([
    ['hour', '2026-02-28T23:59:59.999Z', '2026-02-28T23:00:00Z', '2026-03-01T00:00:00Z'],
    ['day', '2026-02-28T23:59:59.999Z', '2026-02-28T00:00:00Z', '2026-03-01T00:00:00Z'],
    ['month', '2028-02-29T12:00:00Z', '2028-02-01T00:00:00Z', '2028-03-01T00:00:00Z'],
    ['month', '2026-12-31T23:59:59.999Z', '2026-12-01T00:00:00Z', '2027-01-01T00:00:00Z'],
    ['day', '1969-12-31T12:00:00Z', '1969-12-31T00:00:00Z', '1970-01-01T00:00:00Z'],
  ] as const)('the %s of %s', (grain, instant, begin, next) => {
    expect(beginOf(grain, at(instant))).toBe(at(begin));
    expect(nextOf(grain, at(begin))).toBe(at(next));
    expect(ceilingOf(grain, at(instant))).toBe(at(next));
    expect(ceilingOf(grain, at(begin))).toBe(at(begin));
  });
});

test('stretches of a period follow each other without gap, are whole, and are few', () => {
  const hour = fc.nat(HOURS_MAX).map(hours => at('2024-02-27T05:00:00Z') + hours * HOUR_MILLISECONDS);
  fc.assert(
    fc.property(hour, hour, fc.constantFrom(...GRAINS), (a, b, coarsest) => {
      const [from, to] = [Math.min(a, b), Math.max(a, b)];
      const stretches = stretchesOf({ from, to }, coarsest);
      let reached = from;
      for (const stretch of stretches) {
        expect(stretch.from).toBe(reached);
        expect(stretch.to).toBeGreaterThan(stretch.from);
        expect(beginOf(stretch.grain, stretch.from)).toBe(stretch.from);
        expect(beginOf(stretch.grain, stretch.to)).toBe(stretch.to);
        expect(GRAINS.indexOf(stretch.grain)).toBeLessThanOrEqual(GRAINS.indexOf(coarsest));
        reached = stretch.to;
      }
      expect(reached).toBe(to);
      expect(stretches.length).toBeLessThanOrEqual(5);
    }),
  );
});
