/**
 * Money is an integer string of micro-units (scale 6) and never becomes a floating-point number: the arithmetic here is
 * on bigint, and Intl is asked only to group the digits of the integer part. Presentation rounds half even to the
 * currency's own exponent, so that the sum of many displayed amounts does not drift upwards.
 */
export interface MoneyAmount {
  /** Integer string in units of 10^-scale. */
  amount: string;
  /** ISO 4217 code. */
  currency: string;
  scale: number;
}

export interface MoneyFormat {
  /** Decimal places instead of the currency's own; unit prices below a cent need more. */
  fractionDigits?: number;
  /** `always` shows + for credits too. */
  sign?: 'auto' | 'always';
  /** Appended after the amount: `/h` for a rate. */
  per?: 'hour' | 'day' | 'month';
  locale?: string;
}

const DEFAULT_EXPONENT = 2;
/** Those of ISO 4217 that are not two, as the server knows them. */
const EXPONENTS: Readonly<Record<string, number>> = {
  BHD: 3,
  BIF: 0,
  CLF: 4,
  CLP: 0,
  DJF: 0,
  GNF: 0,
  IQD: 3,
  ISK: 0,
  JOD: 3,
  JPY: 0,
  KMF: 0,
  KRW: 0,
  KWD: 3,
  LYD: 3,
  OMR: 3,
  PYG: 0,
  RWF: 0,
  TND: 3,
  UGX: 0,
  UYI: 0,
  UYW: 4,
  VND: 0,
  VUV: 0,
  XAF: 0,
  XOF: 0,
  XPF: 0,
};
const SYMBOLS: Readonly<Record<string, string>> = { EUR: '€', GBP: '£', JPY: '¥', USD: '$' };
const PER: Readonly<Record<'hour' | 'day' | 'month', string>> = { hour: '/h', day: '/day', month: '/month' };
const MINUS = '−';

/** Decimal places of a currency (ISO 4217 exponent). */
export function currencyExponent(currency: string): number {
  return EXPONENTS[currency] ?? DEFAULT_EXPONENT;
}

/** Divides rounding half to even, the banker's rule; `divisor` is positive. */
export function divideHalfEven(dividend: bigint, divisor: bigint): bigint {
  const negative = dividend < 0n;
  const magnitude = negative ? -dividend : dividend;
  const quotient = magnitude / divisor;
  const doubledRest = (magnitude % divisor) * 2n;
  const up = doubledRest > divisor || (doubledRest === divisor && quotient % 2n === 1n);
  const rounded = up ? quotient + 1n : quotient;
  return negative ? -rounded : rounded;
}

/** The amount in units of 10^-fractionDigits, rounded half even when digits are lost. */
export function roundMoney(money: MoneyAmount, fractionDigits = currencyExponent(money.currency)): bigint {
  const value = BigInt(money.amount);
  if (fractionDigits >= money.scale) return value * 10n ** BigInt(fractionDigits - money.scale);
  return divideHalfEven(value, 10n ** BigInt(money.scale - fractionDigits));
}

/** `$1,234.50`, `−$0.02`, `$2.49/h`, `1,234.50 CHF`. Throws when `amount` is not an integer string. */
export function formatMoney(money: MoneyAmount, format: MoneyFormat = {}): string {
  const digits = format.fractionDigits ?? currencyExponent(money.currency);
  const rounded = roundMoney(money, digits);
  const magnitude = (rounded < 0n ? -rounded : rounded).toString().padStart(digits + 1, '0');
  const whole = magnitude.slice(0, magnitude.length - digits);
  const fraction = digits > 0 ? `.${magnitude.slice(-digits)}` : '';
  // The locale is fixed unless told: `1,234.50` beside `1.234,50` on one screen is how money gets misread.
  const grouped = new Intl.NumberFormat(format.locale ?? 'en-US').format(BigInt(whole));
  const sign = rounded < 0n ? MINUS : format.sign === 'always' && rounded > 0n ? '+' : '';
  const per = format.per ? PER[format.per] : '';
  const symbol = SYMBOLS[money.currency];
  if (symbol) return `${sign}${symbol}${grouped}${fraction}${per}`;
  return `${sign}${grouped}${fraction}\u00a0${money.currency}${per}`;
}
