import { fromDecimal, toDecimal, toMoney } from '@portico/plugin-kit/contract';
import type { Money } from '@portico/plugin-kit/contract';
import { formatMoney } from '@portico/ui';

/** What a form needs to know of a currency before somebody types an amount of it. */
export interface AmountRules {
  readonly currency: string;
  /** Places after the point; more the currency has no coins for. */
  readonly decimals: number;
  readonly min?: Money;
  readonly max?: Money;
}

/** Whole units that fit any balance; what may really be moved is for `max` and the operation to say. */
const UNITS_DIGITS_MAX = 12;
const NUMBER = /^(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d+))?$/;

/** An amount as people type it, thousands with or without commas: the exact money, or a sentence about what to type instead. */
export function readAmount(text: string, rules: AmountRules): { money: Money } | { error: string } {
  const { currency, decimals, min, max } = rules;
  const [, units, fraction = ''] = NUMBER.exec(text.trim()) ?? [];
  const digits = units?.replaceAll(',', '').replace(/^0+(?=\d)/, '');
  if (digits === undefined || digits.length > UNITS_DIGITS_MAX)
    return { error: `Type an amount, such as ${decimals === 0 ? '5000' : '25 or 12.50'}.` };
  if (fraction.length > decimals)
    return {
      error:
        decimals === 0
          ? `${currency} has no smaller coins: type a whole number.`
          : `${currency} has ${decimals} decimals: leave out the rest.`,
    };
  const money = toMoney(fromDecimal(fraction === '' ? digits : `${digits}.${fraction}`), currency);
  const micros = BigInt(money.amount);
  if (micros === 0n) return { error: 'Type an amount above zero.' };
  if (min !== undefined && micros < BigInt(min.amount)) return { error: `The least is ${formatMoney(min)}.` };
  if (max !== undefined && micros > BigInt(max.amount)) return { error: `The most is ${formatMoney(max)}.` };
  return { money };
}

/** An amount as it stands in a field: `1000`, `12.50`. */
export function typedAmount(money: Money, decimals: number): string {
  const [units = '0', fraction = ''] = toDecimal(BigInt(money.amount)).split('.');
  const kept = fraction.slice(0, decimals);
  return /^0*$/.test(kept) ? units : `${units}.${kept}`;
}
