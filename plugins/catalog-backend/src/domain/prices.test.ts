import fc from 'fast-check';
import { beginsAtOnce, nextChangeAt, pricesInForce, statusOfPrice } from './prices';
import type { Price } from './prices';

const price = (priceId: string, effectiveFrom: number, more: Partial<Price> = {}): Price => ({
  priceId,
  currency: 'USD',
  perGpuHour: 1n,
  effectiveFrom,
  isScheduled: false,
  ...more,
});
const scheduled = { isScheduled: true } as const;

test.each([
  ['none', [], 10, undefined],
  ['the only one', [price('a', 5)], 10, 'a'],
  ['the one that began last', [price('a', 5), price('b', 7), price('c', 6)], 10, 'b'],
  ['not one that begins later', [price('a', 5), price('b', 11, scheduled)], 10, 'a'],
  ['one at the instant it begins', [price('a', 5), price('b', 10, scheduled)], 10, 'b'],
  ['one set for at once, also when the clock was set back', [price('a', 5), price('b', 100)], 10, 'b'],
  ['of its own currency', [price('a', 5), price('b', 7, { currency: 'EUR' })], 10, 'a'],
] as const)('in force is %s', (_what, prices, now, expected) => {
  expect(pricesInForce(prices, now).get('USD')?.priceId).toBe(expected);
});

test('each price is past, in force or scheduled, and the next change is told', () => {
  const prices = [price('a', 5), price('b', 7), price('c', 20, scheduled), price('d', 15, scheduled)];
  const inForce = pricesInForce(prices, 10);
  expect(prices.map(one => statusOfPrice(one, inForce, 10))).toEqual(['past', 'in_force', 'scheduled', 'scheduled']);
  expect([nextChangeAt(prices, 'USD', 10), nextChangeAt(prices, 'USD', 20), nextChangeAt(prices, 'EUR', 10)]).toEqual([
    15,
    null,
    null,
  ]);
});

test('whatever there is and whatever the clock says, a price for at once is the one in force, and no two begin together', () => {
  const existing = fc.uniqueArray(
    fc.record({ effectiveFrom: fc.integer({ min: 0, max: 30 }), isScheduled: fc.boolean() }),
    { selector: one => one.effectiveFrom, maxLength: 8 },
  );
  fc.assert(
    fc.property(existing, fc.integer({ min: 0, max: 30 }), (times, now) => {
      const prices = times.map((time, place) => price(String(place), time.effectiveFrom, time));
      const at = beginsAtOnce(prices, 'USD', now);
      const all = [...prices, price('new', at)];
      expect(pricesInForce(all, now).get('USD')?.priceId).toBe('new');
      expect(new Set(all.map(one => one.effectiveFrom)).size).toBe(all.length);
    }),
  );
});
