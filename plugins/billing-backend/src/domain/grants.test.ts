import fc from 'fast-check';
import { announcementAt, expiryAfter, nextExpiry, nextGrantInstant, spentTo, unspentIn } from './grants';
import type { Grant } from './grants';

const DAY = 86_400_000;
const grant = (of: Partial<Grant> & { grantId: string }): Grant => ({
  kind: 'voucher',
  unspent: 10n,
  usageMark: 0n,
  createdAt: 0,
  expiresAt: null,
  announcedAt: null,
  expiredAt: null,
  ...of,
});
const unspent = (grants: readonly Grant[]) => Object.fromEntries(grants.map(one => [one.grantId, one.unspent]));

describe('given money', () => {
  const stays = grant({ grantId: 'stays', createdAt: 1 });
  const late = grant({ grantId: 'late', expiresAt: 90 * DAY, createdAt: 2 });
  const soon = grant({ grantId: 'soon', expiresAt: 30 * DAY, createdAt: 3 });

  test.each([
    [0n, { soon: 10n, late: 10n, stays: 10n }],
    [4n, { soon: 6n, late: 10n, stays: 10n }],
    [10n, { soon: 0n, late: 10n, stays: 10n }],
    [25n, { soon: 0n, late: 0n, stays: 5n }],
    [31n, { soon: 0n, late: 0n, stays: 0n }],
  ])('after a usage of %d is unspent %j: what ends first is spent first', (usage, left) => {
    expect(unspent(spentTo([stays, late, soon], usage))).toEqual(left);
  });

  test('is spent from the mark on, and usage that is given back does not fill it again', () => {
    const marked = [grant({ grantId: 'a', usageMark: 100n })];
    expect(unspent(spentTo(marked, 103n))).toEqual({ a: 7n });
    const spent = spentTo(marked, 103n);
    expect(unspent(spentTo(spent, 99n))).toEqual({ a: 7n });
    expect(unspent(spentTo(spentTo(spent, 99n), 104n))).toEqual({ a: 6n });
  });

  test('does not depend on how often somebody looked', () => {
    const grants = fc.array(
      fc.record({
        unspent: fc.bigInt(0n, 50n),
        createdAt: fc.nat(5),
        expiresAt: fc.option(fc.integer({ min: 1, max: 4 }), { nil: null }),
      }),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(grants, fc.array(fc.bigInt(0n, 40n), { maxLength: 8 }), (made, steps) => {
        const begin = made.map((one, index) => grant({ ...one, grantId: `grant_${index}` }));
        let usage = 0n;
        let stepwise: Grant[] = begin;
        // One unit after the other, from whatever ends first and has one left.
        const naive = [...begin]
          .sort(
            (a, b) =>
              (a.expiresAt ?? 99) - (b.expiresAt ?? 99) ||
              a.createdAt - b.createdAt ||
              (a.grantId < b.grantId ? -1 : 1),
          )
          .map(one => ({ grantId: one.grantId, unspent: one.unspent }));
        for (const step of steps) {
          usage += step;
          stepwise = spentTo(stepwise, usage);
          for (let unit = 0n; unit < step; unit += 1n) {
            const next = naive.find(one => one.unspent > 0n);
            if (next) next.unspent -= 1n;
          }
          expect(unspent(stepwise)).toEqual(Object.fromEntries(naive.map(one => [one.grantId, one.unspent])));
        }
        expect(unspent(spentTo(begin, usage))).toEqual(unspent(stepwise));
        const before = unspentIn(begin);
        expect(unspentIn(stepwise)).toBe(usage > before ? 0n : before - usage);
      }),
    );
  });
});

describe('the end of a credit', () => {
  test('is the earliest of those that have something left, several at one instant together', () => {
    const grants = [
      grant({ grantId: 'empty', unspent: 0n, expiresAt: 5 }),
      grant({ grantId: 'past', expiresAt: 9, expiredAt: 9 }),
      grant({ grantId: 'a', expiresAt: 20 }),
      grant({ grantId: 'b', expiresAt: 20, unspent: 7n }),
      grant({ grantId: 'c', expiresAt: 30 }),
      grant({ grantId: 'stays' }),
    ];
    expect(nextExpiry(grants, 10)).toEqual({ at: 20, amount: 17n });
    expect(nextExpiry([grant({ grantId: 'stays' })], 10)).toBeNull();
  });

  test('is announced a week before, once, and not when it was given for less', () => {
    const month = grant({ grantId: 'month', expiresAt: expiryAfter(30, 0) });
    expect(announcementAt(month)).toBe(23 * DAY);
    expect(announcementAt({ ...month, announcedAt: 23 * DAY })).toBeNull();
    expect(announcementAt(grant({ grantId: 'days', expiresAt: 3 * DAY }))).toBeNull();
    expect(announcementAt(grant({ grantId: 'stays' }))).toBeNull();
  });

  test('is looked after by itself, except where something waits for a hold', () => {
    const month = grant({ grantId: 'month', expiresAt: 30 * DAY });
    expect(nextGrantInstant([month])).toBe(23 * DAY);
    expect(nextGrantInstant([{ ...month, announcedAt: 1 }])).toBe(30 * DAY);
    expect(nextGrantInstant([{ ...month, expiredAt: 30 * DAY }, grant({ grantId: 'stays' })])).toBeNull();
  });
});
