import fc from 'fast-check';
import { percentOf, reachedThresholds } from './budget';
import { perDay, toComeAtBurn, toComeByTrend } from './forecast';
import { beginOf, nextOf } from './rollup-periods';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const at = (text: string) => Date.parse(text);
const endOfMonth = (now: number) => nextOf('month', beginOf('month', now));

test.each([
  ['the first instant of a month', '2026-02-01T00:00:00Z', 28 * 24],
  ['February of a leap year', '2028-02-01T00:00:00Z', 29 * 24],
  ['the day clocks change elsewhere', '2026-03-29T00:00:00Z', 3 * 24],
  ['the last hour of a year', '2026-12-31T23:00:00Z', 1],
  ['the last millisecond of a month', '2026-01-31T23:59:59.999Z', 1 / 3_600_000],
])('at %s, what burns now burns on to the end of the month', (_when, now, hours) => {
  const options = { now: at(now), to: endOfMonth(at(now)) };
  expect(toComeAtBurn({ burnRatePerHour: 3_600_000n, ...options })).toBe(BigInt(Math.round(hours * 3_600_000)));
  expect(toComeAtBurn({ burnRatePerHour: 0n, ...options })).toBe(0n);
});

test('the trend goes on by the time it looked back on', () => {
  const now = at('2026-02-22T00:00:00Z');
  const week = { since: now - 7 * DAY, now, to: endOfMonth(now) };
  expect(toComeByTrend({ spentSince: 70n, ...week })).toBe(70n);
  expect(perDay({ spentSince: 70n, ...week })).toBe(10n);
  // An account of an hour.
  expect(toComeByTrend({ spentSince: 2n, since: now - HOUR, now, to: now + DAY })).toBe(48n);
  // Up to a fraction of a micro-unit more, never less.
  expect(toComeByTrend({ spentSince: 1n, since: now - 7 * DAY, now, to: now + DAY })).toBe(1n);
});

test('a clock that was set back makes nothing negative', () => {
  const now = at('2026-02-22T00:00:00Z');
  expect(toComeByTrend({ spentSince: 70n, since: now + HOUR, now, to: now + DAY })).toBe(0n);
  expect(perDay({ spentSince: 70n, since: now, now })).toBe(0n);
  expect(toComeAtBurn({ burnRatePerHour: 5n, now, to: now - HOUR })).toBe(0n);
  expect(toComeByTrend({ spentSince: 70n, since: now - HOUR, now, to: now - 1 })).toBe(0n);
});

test('both come to the same where spending was even', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 10_000_000 }), fc.integer({ min: 0, max: 31 * 24 }), (price, hoursLeft) => {
      const burnRatePerHour = BigInt(price);
      const now = at('2026-05-05T05:00:00Z');
      const period = { now, to: now + hoursLeft * HOUR };
      const trend = toComeByTrend({ spentSince: burnRatePerHour * 168n, since: now - 7 * DAY, ...period });
      expect(trend).toBe(toComeAtBurn({ burnRatePerHour, ...period }));
    }),
  );
});

describe('a budget', () => {
  test.each([
    [0n, []],
    [499_999n, []],
    [500_000n, [50]],
    [749_999n, [50]],
    [900_000n, [50, 75, 90]],
    [999_999n, [50, 75, 90]],
    [1_000_000n, [50, 75, 90, 100]],
    [9_000_000_000_000_000_000n, [50, 75, 90, 100]],
  ])('of one unit at %s has reached %p', (spent, reached) => {
    expect(reachedThresholds({ spent, amount: 1_000_000n }, [100, 50, 90, 75])).toEqual(reached);
  });

  test('says percent rounded down, whatever the amounts', () => {
    expect(percentOf({ spent: 999_999n, amount: 1_000_000n })).toBe(99);
    expect(percentOf({ spent: 1_000_000n, amount: 1n })).toBe(100_000_000);
    expect(percentOf({ spent: 9_000_000_000_000_000_000n, amount: 1n })).toBe(Number.MAX_SAFE_INTEGER);
  });
});
