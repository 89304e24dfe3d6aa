import { multiplyDivideDown } from '@portico/plugin-kit/contract';
import type { Micros } from '@portico/plugin-kit/contract';
import { burnsAt, costAt, HOUR_MILLISECONDS, POSTING_MILLISECONDS } from './metering';
import type { Meter } from './metering';

/**
 * What a customer has at an instant. The ledger says what was posted; the meters say what was used since. Usage not yet posted is taken from
 * available money first and from holds when there is no more: as if every hold were refilled continuously. Invariants:
 * `available` and `held` are never negative; `spendable` falls linearly at the burn rate, and below zero it is the overdraft.
 */
export interface Funds {
  /** Balances of the customer's two accounts as posted. */
  readonly available: Micros;
  readonly held: Micros;
  /** What the customer owes from an overdraft: positive, and zero as long as anything is available or held. */
  readonly owed: Micros;
  /** All meters that have not stopped. */
  readonly meters: readonly Meter[];
}

export interface Balance {
  readonly available: Micros;
  readonly held: Micros;
  /** Available and held less what was used; negative by the overdraft. */
  readonly spendable: Micros;
  readonly burnRatePerHour: Micros;
  /** Rounded down; null when nothing burns. */
  readonly runwaySeconds: number | null;
  readonly status: BalanceStatus;
}

export const BALANCE_STATUSES = ['healthy', 'notice', 'warning', 'auto_release_pending', 'depleted'] as const;
export type BalanceStatus = (typeof BALANCE_STATUSES)[number];

export interface BalancePolicy {
  readonly graceSeconds: number;
  readonly noticeRunwaySeconds: number;
  readonly warningRunwaySeconds: number;
  readonly warningBelow: Micros;
  /** Somebody else wants to know when this is crossed; null or absent: nobody does. */
  readonly alsoBelow?: Micros | null;
}

const HOUR_SECONDS = 3_600n;

export function balanceAt(funds: Funds, at: number, policy: BalancePolicy): Balance {
  const pending = pendingAt(funds, at);
  const spendable = spendableAt(funds, at);
  const burnRatePerHour = burnRateAt(funds, at);
  const shortOfAvailable = pending > funds.available ? pending - funds.available : 0n;
  return {
    available: atLeastZero(funds.available - pending),
    held: atLeastZero(funds.held - shortOfAvailable),
    spendable,
    burnRatePerHour,
    runwaySeconds: runwaySeconds({ spendable, burnRatePerHour }),
    status: statusOf({ spendable, burnRatePerHour }, policy),
  };
}

/** Used and not yet posted. Negative only where a stop lies before what was posted, until that is reversed. */
export function pendingAt(funds: Pick<Funds, 'meters'>, at: number): Micros {
  return funds.meters.reduce(
    (sum, meter) => (meter.startedAt === null ? sum : sum + costAt(meter, at) - meter.posted),
    0n,
  );
}

export function spendableAt(funds: Funds, at: number): Micros {
  return funds.available + funds.held - funds.owed - pendingAt(funds, at);
}

export function burnRateAt(funds: Pick<Funds, 'meters'>, at: number): Micros {
  return funds.meters.reduce((sum, meter) => (burnsAt(meter, at) ? sum + meter.pricePerHour : sum), 0n);
}

export function runwaySeconds(options: { spendable: Micros; burnRatePerHour: Micros }): number | null {
  if (options.burnRatePerHour === 0n) return null;
  const seconds = (atLeastZero(options.spendable) * HOUR_SECONDS) / options.burnRatePerHour;
  return seconds > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(seconds);
}

/** Times that `Date` and the contract can say end here. */
const INSTANT_MAX = Date.UTC(9999, 11, 31);

/** When nothing is left at this rate, to the millisecond, rounded down; null when nothing burns. Where the money lasts longer than the calendar, its end. */
export function drainsAt(options: { spendable: Micros; burnRatePerHour: Micros; at: number }): number | null {
  if (options.burnRatePerHour === 0n) return null;
  const milliseconds = multiplyDivideDown({
    value: atLeastZero(options.spendable),
    times: BigInt(HOUR_MILLISECONDS),
    per: options.burnRatePerHour,
  });
  return milliseconds > BigInt(INSTANT_MAX - options.at) ? INSTANT_MAX : options.at + Number(milliseconds);
}

/** The worst that applies. Compared by multiplication, so that no rounding of a runway decides. */
export function statusOf(
  options: { spendable: Micros; burnRatePerHour: Micros },
  policy: BalancePolicy,
): BalanceStatus {
  const { spendable, burnRatePerHour } = options;
  const lastsLessThan = (seconds: number) => spendable * HOUR_SECONDS < burnRatePerHour * BigInt(seconds);
  const burns = burnRatePerHour > 0n;
  if (spendable <= 0n) return 'depleted';
  if (burns && spendable * HOUR_SECONDS <= burnRatePerHour * BigInt(policy.graceSeconds)) return 'auto_release_pending';
  if (lastsLessThan(policy.warningRunwaySeconds) || spendable < policy.warningBelow) return 'warning';
  return lastsLessThan(policy.noticeRunwaySeconds) ? 'notice' : 'healthy';
}

/** A balance that fell below a threshold counts as risen again once it is above it by this much: fees, holds and releases move it back and forth around one. */
const RISE_NUMERATOR = 5n;
const RISE_DENOMINATOR = 4n;

/**
 * The status to remember as announced, given the one announced before: a worse one at once, a better one only when the balance is clear of the threshold by a quarter. So each
 * step down is told once per fall, however the balance trembles.
 */
export function announcedStatus(
  balance: { spendable: Micros; burnRatePerHour: Micros; status: BalanceStatus },
  before: BalanceStatus,
  policy: BalancePolicy,
): BalanceStatus {
  if (rank(balance.status) >= rank(before)) return balance.status;
  const clear = statusOf(balance, {
    graceSeconds: raised(policy.graceSeconds),
    warningRunwaySeconds: raised(policy.warningRunwaySeconds),
    noticeRunwaySeconds: raised(policy.noticeRunwaySeconds),
    warningBelow: (policy.warningBelow * RISE_NUMERATOR) / RISE_DENOMINATOR,
  });
  return rank(clear) < rank(before) ? clear : before;
}

export function isWorse(status: BalanceStatus, than: BalanceStatus): boolean {
  return rank(status) > rank(than);
}

function rank(status: BalanceStatus): number {
  return BALANCE_STATUSES.indexOf(status);
}

/** Seconds, rounded up. */
function raised(seconds: number): number {
  return Math.ceil((seconds * Number(RISE_NUMERATOR)) / Number(RISE_DENOMINATOR));
}

/** The first millisecond in `[from, to]` at which nothing is left to spend, or null. Exact, whatever started and was capped in between. */
export function depletedSince(funds: Funds, period: { from: number; to: number }): number | null {
  if (spendableAt(funds, period.to) > 0n) return null;
  let low = period.from;
  let high = period.to;
  while (low < high) {
    const middle = low + Math.floor((high - low) / 2);
    if (spendableAt(funds, middle) <= 0n) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * When to look again: the next posting, the next threshold the falling balance crosses, a meter's start or cap that lies ahead. Null when nothing will happen by
 * itself. May be early by the rounding of costs (then it is asked again), never late.
 */
export function nextReviewAt(funds: Funds, now: number, policy: BalancePolicy): number | null {
  const instants: number[] = [];
  for (const meter of funds.meters) {
    if (meter.startedAt === null) continue;
    if (meter.startedAt > now) instants.push(meter.startedAt);
    if (meter.cappedAt === null) instants.push((meter.postedThroughAt ?? meter.startedAt) + POSTING_MILLISECONDS);
    else if (meter.cappedAt > now) instants.push(meter.cappedAt);
  }
  const burnRatePerHour = burnRateAt(funds, now);
  if (burnRatePerHour > 0n) {
    const spendable = spendableAt(funds, now);
    const worth = (seconds: number) => (burnRatePerHour * BigInt(seconds)) / HOUR_SECONDS;
    const thresholds = [
      worth(policy.noticeRunwaySeconds),
      worth(policy.warningRunwaySeconds),
      policy.warningBelow,
      policy.alsoBelow ?? 0n,
      worth(policy.graceSeconds),
      0n,
    ];
    for (const threshold of thresholds) {
      if (spendable < threshold) continue;
      // Each meter's cost is rounded down by less than a micro-unit, so the threshold may be that much nearer than it looks.
      const distance = atLeastZero(spendable - threshold - BigInt(funds.meters.length));
      instants.push(
        now + Number(multiplyDivideDown({ value: distance, times: BigInt(HOUR_MILLISECONDS), per: burnRatePerHour })),
      );
    }
  }
  const next = Math.min(...instants);
  return Number.isFinite(next) ? Math.max(next, now + 1) : null;
}

function atLeastZero(amount: Micros): Micros {
  return amount < 0n ? 0n : amount;
}
