import fc from 'fast-check';
import { costAt, costOfTime, dueThrough, holdFor, HOUR_MILLISECONDS } from './metering';
import type { Meter } from './metering';

describe('cost of time, rounded down', () => {
  test.each([
    ['nothing for no time', 2_490_000n, 0, 0n],
    ['the price for an hour', 2_490_000n, HOUR_MILLISECONDS, 2_490_000n],
    ['a millisecond of a cheap GPU is less than a micro-unit', 2_490_000n, 1, 0n],
    ['two of them are one', 2_490_000n, 2, 1n],
    ['a third of an hour of a price that three does not divide', 1_000_000n, 1_200_000, 333_333n],
    ['nothing for a free SKU', 0n, 12 * HOUR_MILLISECONDS, 0n],
    ['one micro-unit an hour, just before the hour', 1n, HOUR_MILLISECONDS - 1, 0n],
    ['a year of a thousand GPUs, exactly', 2_490_000_000n, 8_760 * HOUR_MILLISECONDS, 21_812_400_000_000n],
  ])('%s', (_what, pricePerHour, milliseconds, cost) => {
    expect(costOfTime({ pricePerHour, milliseconds })).toBe(cost);
  });

  test('increments add up to the total, however time is cut', () => {
    fc.assert(
      fc.property(
        fc.bigInt(0n, 10n ** 12n),
        fc.array(fc.nat(10 * HOUR_MILLISECONDS), { maxLength: 50 }),
        (pricePerHour, steps) => {
          let elapsed = 0;
          let sum = 0n;
          for (const step of steps) {
            const before = costOfTime({ pricePerHour, milliseconds: elapsed });
            elapsed += step;
            sum += costOfTime({ pricePerHour, milliseconds: elapsed }) - before;
          }
          expect(sum).toBe((pricePerHour * BigInt(elapsed)) / 3_600_000n);
        },
      ),
    );
  });
});

test.each([
  ['an hour', 2_490_000n, 3_600, 2_490_000n],
  ['rounded up', 1_000_000n, 1, 278n],
  ['free', 0n, 3_600, 0n],
])('a hold covers its time: %s', (_what, pricePerHour, holdSeconds, amount) => {
  expect(holdFor({ pricePerHour, holdSeconds })).toBe(amount);
});

const T = 1_700_000_000_000;
const meter = (part: Partial<Meter>): Meter => ({
  allocationId: 'alloc_1',
  pricePerHour: 3_600_000n,
  startedAt: T,
  cappedAt: null,
  postedThroughAt: T,
  posted: 0n,
  held: 0n,
  holdTarget: 0n,
  ...part,
});

test.each([
  ['not started', meter({ startedAt: null }), T + 5_000, 0n],
  ['before its start', meter({}), T - 5_000, 0n],
  ['running', meter({}), T + 5_000, 5_000n],
  ['before its cap', meter({ cappedAt: T + 9_000 }), T + 5_000, 5_000n],
  ['after its cap', meter({ cappedAt: T + 9_000 }), T + 50_000, 9_000n],
])('a meter %s', (_what, one, at, cost) => {
  expect(costAt(one, at)).toBe(cost);
});

test.each([
  ['whole hours only', meter({}), T + 2.5 * HOUR_MILLISECONDS, T + 2 * HOUR_MILLISECONDS],
  ['nothing in the first hour', meter({}), T + HOUR_MILLISECONDS - 1, T],
  ['the cap once it is reached', meter({ cappedAt: T + 90_000 }), T + 100_000, T + 90_000],
  ['not a cap ahead', meter({ cappedAt: T + 90_000 }), T + 80_000, T],
  ['nothing before the start', meter({ startedAt: null }), T, null],
])('posting is due for %s', (_what, one, at, through) => {
  expect(dueThrough(one, at)).toBe(through);
});
