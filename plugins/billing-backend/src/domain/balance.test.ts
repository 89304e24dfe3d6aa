import fc from 'fast-check';
import {
  announcedStatus,
  BALANCE_STATUSES,
  balanceAt,
  depletedSince,
  nextReviewAt,
  runwaySeconds,
  spendableAt,
  statusOf,
} from './balance';
import type { Funds } from './balance';
import type { Meter } from './metering';

const POLICY = {
  graceSeconds: 900,
  noticeRunwaySeconds: 72 * 3_600,
  warningRunwaySeconds: 24 * 3_600,
  warningBelow: 5_000_000n,
};
const HOUR = 3_600_000;
const T = 1_700_000_000_000;
const meter = (part: Partial<Meter> = {}): Meter => ({
  allocationId: 'alloc_1',
  pricePerHour: 2_000_000n,
  startedAt: T,
  cappedAt: null,
  postedThroughAt: T,
  posted: 0n,
  held: 0n,
  holdTarget: 0n,
  ...part,
});
const funds = (part: Partial<Funds> = {}): Funds => ({ available: 0n, held: 0n, owed: 0n, meters: [], ...part });

test.each([
  // spendable, burn per hour, status
  [1_000_000_000n, 0n, 'healthy'],
  [4_999_999n, 0n, 'warning'],
  [5_000_000n, 0n, 'healthy'],
  [0n, 0n, 'depleted'],
  [-1n, 2_000_000n, 'depleted'],
  [144_000_000n, 2_000_000n, 'healthy'],
  [143_999_999n, 2_000_000n, 'notice'],
  [48_000_000n, 2_000_000n, 'notice'],
  [47_999_999n, 2_000_000n, 'warning'],
  [500_001n, 2_000_000n, 'warning'],
  [500_000n, 2_000_000n, 'auto_release_pending'],
  [1n, 2_000_000n, 'auto_release_pending'],
  [0n, 2_000_000n, 'depleted'],
  // So slow a burn that only the amount counts.
  [4_999_999n, 1n, 'warning'],
] as const)('%d left at %d an hour is %s', (spendable, burnRatePerHour, status) => {
  expect(statusOf({ spendable, burnRatePerHour }, POLICY)).toBe(status);
});

test.each([
  [10_000_000n, 0n, null],
  [10_000_000n, 2_000_000n, 18_000],
  [1n, 2_000_000n, 0],
  [-5n, 2_000_000n, 0],
  [2_000_000n, 3_000_000n, 2_400],
  [1_000_000n, 7_000_000n, 514],
] as const)('%d at %d an hour lasts %p seconds, rounded down', (spendable, burnRatePerHour, seconds) => {
  expect(runwaySeconds({ spendable, burnRatePerHour })).toBe(seconds);
});

describe('usage not yet posted', () => {
  test('is taken from available money', () => {
    const balance = balanceAt(
      funds({ available: 8_000_000n, held: 2_000_000n, meters: [meter()] }),
      T + HOUR / 2,
      POLICY,
    );
    expect(balance).toMatchObject({
      available: 7_000_000n,
      held: 2_000_000n,
      spendable: 9_000_000n,
      burnRatePerHour: 2_000_000n,
      runwaySeconds: 16_200,
    });
  });

  test('then from holds', () => {
    const balance = balanceAt(funds({ available: 500_000n, held: 2_000_000n, meters: [meter()] }), T + HOUR, POLICY);
    expect(balance).toMatchObject({
      available: 0n,
      held: 500_000n,
      spendable: 500_000n,
      status: 'auto_release_pending',
    });
  });

  test('and is an overdraft beyond', () => {
    const balance = balanceAt(funds({ held: 2_000_000n, meters: [meter()] }), T + 2 * HOUR, POLICY);
    expect(balance).toMatchObject({
      available: 0n,
      held: 0n,
      spendable: -2_000_000n,
      runwaySeconds: 0,
      status: 'depleted',
    });
  });

  test('stops at a cap, and so does the burn', () => {
    const balance = balanceAt(
      funds({ available: 5_000_000n, meters: [meter({ cappedAt: T + HOUR })] }),
      T + 5 * HOUR,
      POLICY,
    );
    expect(balance).toMatchObject({ available: 3_000_000n, burnRatePerHour: 0n, runwaySeconds: null });
  });
});

const anyMeter = fc.record({ price: fc.bigInt(1n, 10n ** 8n), started: fc.nat(20 * HOUR) });

test('money is used up at the first millisecond with nothing left', () => {
  fc.assert(
    fc.property(fc.bigInt(0n, 10n ** 9n), fc.array(anyMeter, { minLength: 1, maxLength: 6 }), (available, meters) => {
      const one = funds({
        available,
        meters: meters.map(({ price, started }) => meter({ pricePerHour: price, startedAt: T + started })),
      });
      const to = T + 40 * HOUR;
      const at = depletedSince(one, { from: T, to });
      if (at === null) return expect(spendableAt(one, to)).toBeGreaterThan(0n);
      expect(spendableAt(one, at)).toBeLessThanOrEqual(0n);
      if (at > T) expect(spendableAt(one, at - 1)).toBeGreaterThan(0n);
    }),
  );
});

test('no status is reached before the next review', () => {
  fc.assert(
    fc.property(
      fc.bigInt(1n, 10n ** 9n),
      fc.array(anyMeter, { minLength: 1, maxLength: 4 }),
      fc.nat(1_000),
      (available, meters, share) => {
        const one = funds({
          available,
          meters: meters.map(({ price, started }) =>
            meter({ pricePerHour: price, startedAt: T - started, postedThroughAt: T }),
          ),
        });
        const now = T;
        const next = nextReviewAt(one, now, POLICY);
        if (next === null) throw new Error('something burns, so something will happen');
        // Anywhere before the next review, and just before it.
        for (const at of [now + Math.floor(((next - 1 - now) * share) / 1_000), next - 1]) {
          expect(balanceAt(one, at, POLICY).status).toBe(balanceAt(one, now, POLICY).status);
        }
      },
    ),
  );
});

test('without a burn nothing has to be looked at again', () => {
  expect(
    nextReviewAt(
      funds({ available: 1n, meters: [meter({ startedAt: null }), meter({ cappedAt: T })] }),
      T + HOUR,
      POLICY,
    ),
  ).toBeNull();
});

describe('the status that was announced', () => {
  const at = (spendable: bigint, burnRatePerHour: bigint) => {
    const status = statusOf({ spendable, burnRatePerHour }, POLICY);
    return { spendable, burnRatePerHour, status };
  };

  test.each([
    // spendable at two an hour, announced before, announced now
    [143_999_999n, 'healthy', 'notice'],
    [144_000_000n, 'notice', 'notice'],
    [179_999_999n, 'notice', 'notice'],
    [180_000_000n, 'notice', 'healthy'],
    [47_999_999n, 'notice', 'warning'],
    [59_999_999n, 'warning', 'warning'],
    [60_000_000n, 'warning', 'notice'],
    [500_000n, 'warning', 'auto_release_pending'],
    [500_001n, 'auto_release_pending', 'auto_release_pending'],
    [625_001n, 'auto_release_pending', 'warning'],
    [0n, 'auto_release_pending', 'depleted'],
    [1_000_000_000n, 'depleted', 'healthy'],
  ] as const)('with %d left after %s is %s', (spendable, before, now) => {
    expect(announcedStatus(at(spendable, 2_000_000n), before, POLICY)).toBe(now);
  });

  test('is never better than the balance, and rests once it was announced', () => {
    fc.assert(
      fc.property(
        fc.bigInt(-10n, 400_000_000n),
        fc.constantFrom(0n, 1n, 2_000_000n, 50_000_000n),
        fc.constantFrom(...BALANCE_STATUSES),
        (spendable, burn, before) => {
          const balance = at(spendable, burn);
          const now = announcedStatus(balance, before, POLICY);
          expect(BALANCE_STATUSES.indexOf(now)).toBeGreaterThanOrEqual(BALANCE_STATUSES.indexOf(balance.status));
          expect(announcedStatus(balance, now, POLICY)).toBe(now);
        },
      ),
    );
  });

  test('is worse once while a balance trembles around a threshold', () => {
    let announced: (typeof BALANCE_STATUSES)[number] = 'healthy';
    let told = 0;
    for (let step = 0; step < 100; step += 1) {
      const now = announcedStatus(
        at(144_000_000n + (step % 2 === 0 ? -1_000_000n : 20_000_000n), 2_000_000n),
        announced,
        POLICY,
      );
      if (BALANCE_STATUSES.indexOf(now) > BALANCE_STATUSES.indexOf(announced)) told += 1;
      announced = now;
    }
    expect(told).toBe(1);
  });
});
