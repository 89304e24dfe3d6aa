import { HOUR_MILLISECONDS } from './metering';

/**
 * Hours, days and months of UTC. A day is 24 of the hours, a month some of the days, so every period that begins and ends on the hour is made of whole ones of them, largest
 * first in the middle. Instants are epoch milliseconds.
 */
export const GRAINS = ['hour', 'day', 'month'] as const;
export type Grain = (typeof GRAINS)[number];

const DAY_MILLISECONDS = 24 * HOUR_MILLISECONDS;

/** Where the hour, day or month that `at` lies in begins. */
export function beginOf(grain: Grain, at: number): number {
  if (grain === 'month') {
    const date = new Date(at);
    return Date.UTC(date.getUTCFullYear(), date.getUTCMonth());
  }
  const length = grain === 'hour' ? HOUR_MILLISECONDS : DAY_MILLISECONDS;
  return Math.floor(at / length) * length;
}

/** Where the one after it begins. */
export function nextOf(grain: Grain, begin: number): number {
  if (grain === 'hour') return begin + HOUR_MILLISECONDS;
  if (grain === 'day') return begin + DAY_MILLISECONDS;
  const date = new Date(begin);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1);
}

/** The first that begins at `at` or after it. */
export function ceilingOf(grain: Grain, at: number): number {
  const begin = beginOf(grain, at);
  return begin === at ? at : nextOf(grain, begin);
}

interface Stretch {
  readonly grain: Grain;
  readonly from: number;
  readonly to: number;
}

/** The period, whose ends are on the hour, as stretches of whole hours, days and months: at most five, none coarser than asked for. */
export function stretchesOf(period: { from: number; to: number }, coarsest: Grain): Stretch[] {
  const { from, to } = period;
  if (from >= to) return [];
  if (coarsest === 'hour') return [{ grain: 'hour', from, to }];
  const finer = coarsest === 'month' ? 'day' : 'hour';
  const middle = { from: ceilingOf(coarsest, from), to: beginOf(coarsest, to) };
  if (middle.from >= middle.to) return stretchesOf(period, finer);
  return [
    ...stretchesOf({ from, to: middle.from }, finer),
    { grain: coarsest, ...middle },
    ...stretchesOf({ from: middle.to, to }, finer),
  ];
}
