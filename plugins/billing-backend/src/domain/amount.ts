import { MICROS_PER_UNIT } from '@portico/plugin-kit/contract';
import type { Micros } from '@portico/plugin-kit/contract';

/** Digits after the point of an amount in units: one for each power of ten in a micro-unit. */
const DECIMALS = 6;

/** `"25.5"` units as micro-units, exact. The text has the form the settings' schema demands. */
export function parseUnits(text: string): Micros {
  const [whole = '0', fraction = ''] = text.split('.');
  return BigInt(whole) * MICROS_PER_UNIT + BigInt(fraction.padEnd(DECIMALS, '0'));
}

/** Micro-units as a decimal number of units with all six places, exact: what a spreadsheet adds up. */
export function formatUnits(amount: Micros): string {
  const magnitude = amount < 0n ? -amount : amount;
  const fraction = (magnitude % MICROS_PER_UNIT).toString().padStart(DECIMALS, '0');
  return `${amount < 0n ? '-' : ''}${magnitude / MICROS_PER_UNIT}.${fraction}`;
}
