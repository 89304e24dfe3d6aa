import type { Micros } from '@portico/plugin-kit/contract';
import { roundedToCoins, smallestCoin } from './currency';
import type { Account } from './postings';

/**
 * What a month comes to, for one organization. Everything stated is a difference: of what is known now about all time up to the end of the month, and of what the months before
 * have stated already. So months tile whatever comes to light when: an opening balance is the closing balance before, opening balance and movements come to the closing
 * balance, and what was stated too high or too low is on the next invoice, as a line of its own. Amounts are exact micro-units; rounding happens once, on the total.
 */

/** How a balance moves, in the order in which a statement says it. Usage is reckoned from meters, the rest is what the ledger says. */
export const MOVEMENTS = ['top_ups', 'credits', 'refunds', 'disputes', 'expired', 'adjustments'] as const;
export type MovementCategory = (typeof MOVEMENTS)[number];
export type Movements = Readonly<Record<MovementCategory, Micros>>;

/** Which movement an entry is, by where its money came from or went: the reversal of a credit lowers the credits. */
export function categoryOf(entry: { readonly kind: string; readonly account: Account }): MovementCategory {
  if (entry.kind === 'dispute' || entry.kind === 'dispute_reversal') return 'disputes';
  switch (entry.account) {
    case 'processor_clearing':
      return 'top_ups';
    case 'promotional_expense':
      return 'credits';
    case 'refund_pending':
      return 'refunds';
    case 'expired_credit':
      return 'expired';
    default:
      return 'adjustments';
  }
}

/** Usage of one project and SKU. */
export interface UsageSum {
  readonly projectId: string;
  readonly skuId: string;
  readonly gpuMilliseconds: number;
  readonly amount: Micros;
}

/** All that was stated up to the end of a month. */
export interface Stated {
  readonly movements: Movements;
  readonly usage: readonly UsageSum[];
}

export const NOTHING_STATED: Stated = { movements: movementsOf(() => 0n), usage: [] };

export interface InvoiceLine {
  readonly kind: 'usage' | 'usage_correction' | 'adjustment' | 'movement';
  readonly description: string;
  /** Of UTC, `2026-03-31`. */
  readonly day: string | null;
  readonly projectId: string | null;
  readonly skuId: string | null;
  readonly gpuCount: number | null;
  readonly gpuMilliseconds: number | null;
  readonly pricePerHour: Micros | null;
  /** What the customer pays, of charged lines; what the balance rises by, of movements. */
  readonly amount: Micros;
  readonly entryId: string | null;
}

/** What is known now. */
export interface MonthKnown {
  /** By project, SKU, size, price and day; within the month. */
  readonly usage: readonly (UsageSum & { gpuCount: number; pricePerHour: Micros; day: string })[];
  /** Of all time before the month. */
  readonly usageBefore: readonly UsageSum[];
  /** Dated within the month, oldest first. */
  readonly entries: readonly KnownEntry[];
  /** Of all time up to the end of the month. */
  readonly movements: Movements;
}

export interface KnownEntry {
  readonly entryId: string;
  readonly category: MovementCategory;
  readonly description: string;
  readonly day: string;
  readonly projectId: string | null;
  /** What the balance rose by. */
  readonly amount: Micros;
}

export type Statement = Movements & { readonly opening: Micros; readonly usage: Micros; readonly closing: Micros };

export interface Month {
  readonly lines: readonly InvoiceLine[];
  readonly statement: Statement;
  readonly stated: Stated;
}

/** The lines and the statement of a month, and what is stated once it is closed. */
export function monthOf(known: MonthKnown, before: { opening: Micros; stated: Stated }): Month {
  const corrections = correctionsOf(known.usageBefore, before.stated.usage);
  const late = movementsOf(
    category =>
      known.movements[category] -
      before.stated.movements[category] -
      sumOf(known.entries.filter(entry => entry.category === category)),
  );
  const isAdjustment = (category: MovementCategory) => category === 'adjustments';
  const lateLines = MOVEMENTS.filter(category => late[category] !== 0n).map(category =>
    lateLine(category, late[category]),
  );
  const lines: InvoiceLine[] = [
    ...known.usage.map(usageLine),
    ...corrections.map(correctionLine),
    ...known.entries.filter(entry => isAdjustment(entry.category)).map(entryLine),
    ...lateLines.filter(line => line.kind === 'adjustment'),
    ...known.entries.filter(entry => !isAdjustment(entry.category)).map(entryLine),
    ...lateLines.filter(line => line.kind === 'movement'),
  ];
  const movements = movementsOf(category => known.movements[category] - before.stated.movements[category]);
  const usage = -(sumOf(known.usage) + sumOf(corrections));
  const closing = MOVEMENTS.reduce((sum, category) => sum + movements[category], before.opening + usage);
  return {
    lines,
    statement: { opening: before.opening, ...movements, usage, closing },
    stated: { movements: known.movements, usage: summed([...known.usageBefore, ...known.usage]) },
  };
}

/** Part of the total. */
export function isCharged(line: Pick<InvoiceLine, 'kind'>): boolean {
  return line.kind !== 'movement';
}

export interface Tax {
  readonly name: string;
  /** A decimal number with at most four decimals. */
  readonly ratePercent: string;
  readonly inclusive: boolean;
}

export interface Amounts {
  readonly exact: Micros;
  readonly rounding: Micros;
  readonly total: Micros;
  readonly net: Micros;
  readonly tax: Micros;
}

/**
 * The total is the exact sum rounded once, half to even, to the smallest coin; never the sum of rounded lines. `rounding` is what those differ by, so that whoever adds up the
 * printed lines arrives at the total. Tax is rounded likewise, and the net amount is the rest, so the two come to the whole.
 */
export function amountsOf(lines: readonly InvoiceLine[], options: { currency: string; tax: Tax }): Amounts {
  const { currency, tax } = options;
  const coin = smallestCoin(currency);
  const shown = (amount: Micros) => roundedToCoins(amount, currency) * coin;
  const charged = lines.filter(isCharged);
  const exact = sumOf(charged);
  const total = shown(exact);
  const printed = charged.reduce((sum, line) => sum + shown(line.amount), 0n);
  const rate = rateOf(tax.ratePercent);
  const whole = tax.inclusive ? RATE_WHOLE + rate : RATE_WHOLE;
  const taxAmount = divideHalfEven(total * rate, whole * coin) * coin;
  return { exact, rounding: total - printed, total, net: tax.inclusive ? total - taxAmount : total, tax: taxAmount };
}

/** A hundred percent with four decimals. */
const RATE_DECIMALS = 4;
const RATE_WHOLE = 100n * 10n ** BigInt(RATE_DECIMALS);

function rateOf(percent: string): bigint {
  const [units = '0', decimals = ''] = percent.split('.');
  return BigInt(units + decimals.padEnd(RATE_DECIMALS, '0'));
}

/** Rounded to the nearest whole number, half to even; the divisor is positive. */
function divideHalfEven(value: bigint, by: bigint): bigint {
  const magnitude = value < 0n ? -value : value;
  const whole = magnitude / by;
  const doubledRest = (magnitude % by) * 2n;
  const rounded = doubledRest > by || (doubledRest === by && whole % 2n === 1n) ? whole + 1n : whole;
  return value < 0n ? -rounded : rounded;
}

export function movementsOf(amount: (category: MovementCategory) => Micros): Movements {
  return Object.fromEntries(MOVEMENTS.map(category => [category, amount(category)])) as Record<
    MovementCategory,
    Micros
  >;
}

function sumOf(items: readonly { readonly amount: Micros }[]): Micros {
  return items.reduce((sum, item) => sum + item.amount, 0n);
}

const keyOf = (sum: UsageSum) => `${sum.projectId} ${sum.skuId}`;

/** One sum for each project and SKU, in their order. */
function summed(sums: readonly UsageSum[]): UsageSum[] {
  const byKey = new Map<string, UsageSum>();
  for (const sum of sums) {
    const { projectId, skuId } = sum;
    const known = byKey.get(keyOf(sum));
    byKey.set(keyOf(sum), {
      projectId,
      skuId,
      gpuMilliseconds: (known?.gpuMilliseconds ?? 0) + sum.gpuMilliseconds,
      amount: (known?.amount ?? 0n) + sum.amount,
    });
  }
  return [...byKey.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, sum]) => sum);
}

/** What usage of the months before is known to have been now, less what was stated of it. */
function correctionsOf(known: readonly UsageSum[], stated: readonly UsageSum[]): UsageSum[] {
  const taken = stated.map(sum => ({ ...sum, gpuMilliseconds: -sum.gpuMilliseconds, amount: -sum.amount }));
  return summed([...known, ...taken]).filter(sum => sum.amount !== 0n || sum.gpuMilliseconds !== 0);
}

const EMPTY_LINE = {
  day: null,
  projectId: null,
  skuId: null,
  gpuCount: null,
  gpuMilliseconds: null,
  pricePerHour: null,
  entryId: null,
};

function usageLine(usage: MonthKnown['usage'][number]): InvoiceLine {
  return { ...EMPTY_LINE, kind: 'usage', description: 'Usage', ...usage };
}

function correctionLine(sum: UsageSum): InvoiceLine {
  return { ...EMPTY_LINE, kind: 'usage_correction', description: 'Correction of usage before this month', ...sum };
}

function entryLine(entry: KnownEntry): InvoiceLine {
  const { entryId, category, description, day, projectId, amount } = entry;
  const isAdjustment = category === 'adjustments';
  return {
    ...EMPTY_LINE,
    ...{ description, day, projectId, entryId },
    kind: isAdjustment ? 'adjustment' : 'movement',
    amount: isAdjustment ? -amount : amount,
  };
}

function lateLine(category: MovementCategory, amount: Micros): InvoiceLine {
  const isAdjustment = category === 'adjustments';
  return {
    ...EMPTY_LINE,
    kind: isAdjustment ? 'adjustment' : 'movement',
    description: `Dated before this month and booked after it was closed: ${category.replace('_', '-')}`,
    amount: isAdjustment ? -amount : amount,
  };
}
