/** About so many lines across the plot: enough to read a bar by, few enough to stay behind them. */
const LINES = 4n;
/** Steps people count in, as tenths of a power of ten. */
const STEPS = [10n, 20n, 25n, 50n, 100n] as const;
const PER_TENTHS = 10n;
/** Heights are shares of the plot in so many parts; finer than any screen. */
const PARTS = 10_000n;

export interface BarScale {
  /** Value at the top of the plot: a whole number of steps, above zero. */
  readonly top: bigint;
  /** Values of the lines, from zero up to `top`. */
  readonly lines: readonly bigint[];
}

/** The scale of bars that are exact integers (micro-units of money): round steps from zero to at least `max`. Steps are rounded up. */
export function barScale(max: bigint): BarScale {
  if (max <= 0n) return { top: 1n, lines: [0n] };
  const least = (max + LINES - 1n) / LINES;
  const power = 10n ** BigInt(least.toString().length - 1);
  const step = STEPS.map(tenths => ceilDivide(power * tenths, PER_TENTHS)).find(one => one >= least) ?? power * 10n;
  const lines: bigint[] = [];
  for (let line = 0n; lines.length === 0 || (lines.at(-1) ?? 0n) < max; line += step) lines.push(line);
  return { top: lines.at(-1) ?? step, lines };
}

/** How much of the plot a value fills, in percent, rounded to the nearest hundredth of one. Only pixels come of it, never money. */
export function percentOf(value: bigint, top: bigint): number {
  if (value <= 0n) return 0;
  return Number((value * PARTS + top / 2n) / top) / 100;
}

function ceilDivide(value: bigint, by: bigint): bigint {
  return (value + by - 1n) / by;
}
