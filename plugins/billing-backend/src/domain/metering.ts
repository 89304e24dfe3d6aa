import { multiplyDivideDown, multiplyDivideUp } from '@portico/plugin-kit/contract';
import type { Micros } from '@portico/plugin-kit/contract';

/**
 * Metering. What an allocation costs up to an instant is one function of its frozen price and its metered time, rounded down once; every posting is a
 * difference of two values of that function. So increments add up to the total to the micro-unit, however often they are taken, and
 * nothing has to be written for time to pass. Invariants: a meter charges nothing before its start and after its end; its
 * end is the stop or, when the money ran out, the cap, whichever comes first; posted intervals follow each other without gap.
 */
export interface Meter {
  readonly allocationId: string;
  readonly pricePerHour: Micros;
  /** When the allocation became active; null before. Epoch milliseconds, as all instants. */
  readonly startedAt: number | null;
  readonly cappedAt: number | null;
  readonly postedThroughAt: number | null;
  readonly posted: Micros;
  readonly held: Micros;
  readonly holdTarget: Micros;
}

export const HOUR_MILLISECONDS = 3_600_000;

/**
 * Usage is posted to the ledger for whole hours since the start, and at the stop. In between it is known to the millisecond but not written: a
 * customer reads one line per hour, and a thousand meters cost a thousand lines an hour instead of a thousand per tick.
 */
const POSTING_HOURS = 1;
export const POSTING_MILLISECONDS = POSTING_HOURS * HOUR_MILLISECONDS;

/** Price × time, rounded down: the payer is never charged for a fraction not yet used. */
export function costOfTime(options: { pricePerHour: Micros; milliseconds: number }): Micros {
  return multiplyDivideDown({
    value: options.pricePerHour,
    times: BigInt(options.milliseconds),
    per: BigInt(HOUR_MILLISECONDS),
  });
}

/** Price × time, rounded up: a hold must cover what it stands for. */
export function holdFor(options: { pricePerHour: Micros; holdSeconds: number }): Micros {
  return multiplyDivideUp({
    value: options.pricePerHour,
    times: BigInt(options.holdSeconds) * 1000n,
    per: BigInt(HOUR_MILLISECONDS),
  });
}

/** The instant up to which a meter charges, asked at `at`: never after its cap, never before its start. */
export function meteredUntil(meter: Pick<Meter, 'startedAt' | 'cappedAt'>, at: number): number | null {
  if (meter.startedAt === null) return null;
  return Math.max(meter.startedAt, meter.cappedAt === null ? at : Math.min(at, meter.cappedAt));
}

/** Everything a meter has cost at `at`. */
export function costAt(meter: Pick<Meter, 'startedAt' | 'cappedAt' | 'pricePerHour'>, at: number): Micros {
  const until = meteredUntil(meter, at);
  if (until === null || meter.startedAt === null) return 0n;
  return costOfTime({ pricePerHour: meter.pricePerHour, milliseconds: until - meter.startedAt });
}

/** Whether its price is part of the burn rate at `at`. */
export function burnsAt(meter: Pick<Meter, 'startedAt' | 'cappedAt'>, at: number): boolean {
  return meter.startedAt !== null && meter.startedAt <= at && (meter.cappedAt === null || meter.cappedAt > at);
}

/** Up to where usage is to be in the ledger at `at`: whole hours since the start, or the cap once it is reached. */
export function dueThrough(meter: Meter, at: number): number | null {
  const until = meteredUntil(meter, at);
  if (until === null || meter.startedAt === null) return null;
  if (meter.cappedAt !== null && until === Math.max(meter.startedAt, meter.cappedAt)) return until;
  return until - ((until - meter.startedAt) % POSTING_MILLISECONDS);
}
