import fc from 'fast-check';
import {
  assertRefundTransition,
  isNewSettlement,
  leftOf,
  obstacleTo,
  REFUND_TRANSITIONS,
  refundableOf,
  windowEnd,
} from './refund';
import type { RefundCase, RefundStatus, Settlement } from './refund';

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 5, 1);
const payment = { amount: 50_000_000n, completedAt: NOW, refunded: 0n, disputed: 0n };
const given = (change: Partial<RefundCase>): RefundCase => ({
  amount: 20_000_000n,
  currency: 'USD',
  payment,
  unspent: 50_000_000n,
  at: NOW,
  windowDays: 30,
  ...change,
});

test.each([
  ['all of it', { amount: 50_000_000n }, null],
  ['a cent more than all of it', { amount: 50_010_000n }, 'payment_exceeded'],
  ['in the last millisecond of the window', { at: windowEnd(payment, 30) - 1 }, null],
  ['when the window is over', { at: windowEnd(payment, 30) }, 'window_over'],
  ['with a clock that was set back', { at: NOW - 3_600_000 }, null],
  ['where there is no window', { windowDays: 0 }, 'window_over'],
  ['with as much unspent', { unspent: 20_000_000n }, null],
  ['with a micro-unit less unspent', { unspent: 19_999_999n }, 'spent'],
  ['with as much left', { payment: { ...payment, refunded: 10_000_000n, disputed: 20_000_000n } }, null],
  ['with less left', { payment: { ...payment, refunded: 10_000_000n, disputed: 20_000_001n } }, 'payment_exceeded'],
  ['without a payment', { payment: null }, 'no_payment'],
] as const)('a refund %s is kept from the card by %s', (_what, change, obstacle) => {
  expect(obstacleTo(given(change))).toBe(obstacle);
});

test('the most that can go back has no obstacle, and a coin more has one', () => {
  fc.assert(
    fc.property(
      fc.record({
        unspent: fc.bigInt(0n, 80_000_000n),
        refunded: fc.bigInt(0n, 50_000_000n),
        disputed: fc.bigInt(0n, 50_000_000n),
        at: fc.integer({ min: NOW, max: NOW + 40 * DAY }),
        currency: fc.constantFrom('USD', 'BHD', 'JPY'),
      }),
      ({ unspent, refunded, disputed, at, currency }) => {
        const about = given({ unspent, at, currency, payment: { ...payment, refunded, disputed } });
        const most = refundableOf(about);
        const coin = { USD: 10_000n, BHD: 1_000n, JPY: 1_000_000n }[currency] ?? 0n;
        expect(most % coin).toBe(0n);
        if (most > 0n) expect(obstacleTo({ ...about, amount: most })).toBeNull();
        expect(obstacleTo({ ...about, amount: most + coin })).not.toBeNull();
        expect(most <= leftOf({ ...payment, refunded, disputed })).toBe(true);
      },
    ),
  );
});

test('what is decided stays decided, but for a card that does not take its money', () => {
  const statuses = Object.keys(REFUND_TRANSITIONS) as RefundStatus[];
  const allowed = statuses.flatMap(from =>
    statuses
      .filter(to => {
        try {
          assertRefundTransition(from, to);
          return true;
        } catch {
          return false;
        }
      })
      .map(to => `${from} → ${to}`),
  );
  expect(allowed).toEqual([
    'requested → provider_refund',
    'requested → internal_credit',
    'requested → rejected',
    'provider_refund → internal_credit',
  ]);
});

test('in whatever order a provider tells of a refund, what is furthest along is what it comes to', () => {
  const order: Settlement[] = ['pending', 'succeeded', 'failed'];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...order), { minLength: 1 }), told => {
      const last = told.reduce<Settlement>((known, next) => (isNewSettlement(known, next) ? next : known), 'pending');
      expect(last).toBe(order.at(Math.max(...told.map(one => order.indexOf(one)))));
    }),
  );
});
