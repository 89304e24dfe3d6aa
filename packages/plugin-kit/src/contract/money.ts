/**
 * Money is a `bigint` count of micro-units of one currency; in JSON it is `{ amount: "…", currency, scale: 6 }`. It never passes
 * through floating point. Every division names its rounding.
 */
export type Micros = bigint;
export interface Money {
  amount: string;
  currency: string;
  scale: 6;
}

export const MICROS_PER_UNIT = 1_000_000n;
/** Largest amount a single posting or balance may hold: 9.2e18 is a signed 64-bit column, one order is kept as room for sums. */
export const MICROS_MAX = 900_000_000_000_000_000n;

export function toMoney(amount: Micros, currency: string): Money {
  return { amount: amount.toString(), currency, scale: 6 };
}
export function fromMoney(money: Money): Micros {
  return BigInt(money.amount);
}

/** Digits after the point that a decimal amount may have: one for each power of ten in a micro-unit. */
const DECIMALS = 6;

/** `"3.39"` units are 3,390,000 micro-units, exact. For texts whose form a schema has checked: digits, and at most six decimals. */
export function fromDecimal(text: string): Micros {
  const [units = '0', decimals = ''] = text.split('.');
  return BigInt(units) * MICROS_PER_UNIT + BigInt(decimals.padEnd(DECIMALS, '0'));
}
/** Micro-units as a decimal number of units with all six places, exact: what a spreadsheet adds up. */
export function toDecimal(amount: Micros): string {
  // By its digits, which is several times faster than division: exports write millions of these.
  const digits = (amount < 0n ? -amount : amount).toString().padStart(DECIMALS + 1, '0');
  return `${amount < 0n ? '-' : ''}${digits.slice(0, -DECIMALS)}.${digits.slice(-DECIMALS)}`;
}

/** a × b ÷ c, rounded down for a non-negative result: the payer is never charged for a fraction not yet used. */
export function multiplyDivideDown(options: { value: bigint; times: bigint; per: bigint }): bigint {
  return (options.value * options.times) / options.per;
}
/** a × b ÷ c, rounded up for a non-negative result: holds must cover what they stand for. */
export function multiplyDivideUp(options: { value: bigint; times: bigint; per: bigint }): bigint {
  const product = options.value * options.times;
  return product % options.per === 0n ? product / options.per : product / options.per + 1n;
}
