import { MICROS_PER_UNIT } from '@portico/plugin-kit/contract';
import type { Micros } from '@portico/plugin-kit/contract';

const DECIMALS = 6;

/** `"3.39"` is 3,390,000 micro-units. The settings' schema has checked the form: digits, and at most six decimals. */
export function priceMicros(decimal: string): Micros {
  const [units = '', decimals = ''] = decimal.split('.');
  return BigInt(units) * MICROS_PER_UNIT + BigInt(decimals.padEnd(DECIMALS, '0'));
}
