import { multiplyDivideDown, multiplyDivideUp } from '@portico/plugin-kit/contract';
import type { Micros } from '@portico/plugin-kit/contract';
import { HOUR_MILLISECONDS } from './metering';

/**
 * What is still to come in a period. Two guesses, each a plain continuation of something known: what burns now goes on, or the spending of the days before does. Both are rounded up:
 * who plans by them is not surprised by the last micro-unit. Time is UTC, where every day has 24 hours.
 */

/** If everything that runs at `now` went on to `to`. */
export function toComeAtBurn(options: { burnRatePerHour: Micros; now: number; to: number }): Micros {
  return multiplyDivideUp({
    value: options.burnRatePerHour,
    times: BigInt(atLeastZero(options.to - options.now)),
    per: BigInt(HOUR_MILLISECONDS),
  });
}

/** If spending went on to `to` as it was between `since` and `now`. Nothing, where no time lies between: a clock may have been set back. */
export function toComeByTrend(options: { spentSince: Micros; since: number; now: number; to: number }): Micros {
  const { spentSince, since, now, to } = options;
  if (now <= since) return 0n;
  return multiplyDivideUp({ value: spentSince, times: BigInt(atLeastZero(to - now)), per: BigInt(now - since) });
}

const DAY_MILLISECONDS = 24 * HOUR_MILLISECONDS;

/** The average of a day, rounded down. */
export function perDay(options: { spentSince: Micros; since: number; now: number }): Micros {
  const { spentSince, since, now } = options;
  if (now <= since) return 0n;
  return multiplyDivideDown({ value: spentSince, times: BigInt(DAY_MILLISECONDS), per: BigInt(now - since) });
}

function atLeastZero(milliseconds: number): number {
  return Math.max(0, milliseconds);
}
