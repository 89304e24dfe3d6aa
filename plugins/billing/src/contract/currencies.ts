/**
 * How many decimals an amount of a currency has that somebody can hand over: the minor-unit exponents of ISO 4217. Every currency has two but those that stand here. A
 * table rather than `Intl`, whose answer comes from the ICU data of the day and differs from the standard where cash is no longer used (IQD, LBP).
 */
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
const EXPONENT_DEFAULT = 2;

/** Decimals of a currency, from 0 to 4. Any code of three letters has an answer: which currencies there are is a matter of the settings. */
export function currencyExponent(currency: string): number {
  return EXPONENTS[currency] ?? EXPONENT_DEFAULT;
}

/** Three capital letters, as ISO 4217 writes them. */
export const currencySchema = { type: 'string', pattern: '^[A-Z]{3}$' } as const;
