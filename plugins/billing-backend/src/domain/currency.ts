import type { Micros } from '@portico/plugin-kit/contract';
import { currencyExponent } from '@portico/plugin-billing/contract';

/**
 * Money is kept in micro-units whatever its currency; a card, a bank and a person know it in the currency's own smallest coin (the minor unit of ISO 4217): a cent, a fils, a
 * yen. Nothing finer than that coin ever leaves or enters the portal, so amounts that do are checked with `isPayable` and turned without rounding. Rounding is for eyes
 * alone, and half to even, as the browser does it.
 */
const MICRO_EXPONENT = 6;

/** Micro-units in the smallest coin: 10,000 in a cent, 1,000 in a fils, 1,000,000 in a yen. */
export function smallestCoin(currency: string): Micros {
  return 10n ** BigInt(MICRO_EXPONENT - currencyExponent(currency));
}

/** Whether somebody can hand over exactly this: more than nothing, and whole coins. */
export function isPayable(amount: Micros, currency: string): boolean {
  return amount > 0n && amount % smallestCoin(currency) === 0n;
}

/** In coins, exact. Throws on a fraction of one: whoever calls has checked `isPayable` or made the amount from coins. */
export function toMinorUnits(amount: Micros, currency: string): bigint {
  const coin = smallestCoin(currency);
  if (amount % coin !== 0n) throw new Error(`${amount} micro-units of ${currency} are no whole coins`);
  return amount / coin;
}

export function fromMinorUnits(coins: bigint, currency: string): Micros {
  return coins * smallestCoin(currency);
}

/** The greatest payable amount that is not above this one; 0 when there is none. What is left of a coin stays where it is. */
export function payablePartOf(amount: Micros, currency: string): Micros {
  return amount <= 0n ? 0n : amount - (amount % smallestCoin(currency));
}

/** In coins, rounded half to even: sums of many shown amounts do not drift. For eyes, never for the books. */
export function roundedToCoins(amount: Micros, currency: string): bigint {
  const coin = smallestCoin(currency);
  const magnitude = amount < 0n ? -amount : amount;
  const doubledRest = (magnitude % coin) * 2n;
  const whole = magnitude / coin;
  const rounded = doubledRest > coin || (doubledRest === coin && whole % 2n === 1n) ? whole + 1n : whole;
  return amount < 0n ? -rounded : rounded;
}

/** `1,234.50`, `-3`: the figure alone, the same in every locale. */
export function figureText(amount: Micros, currency: string): string {
  const decimals = currencyExponent(currency);
  const coins = roundedToCoins(amount, currency);
  const digits = (coins < 0n ? -coins : coins).toString().padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals).replace(/\B(?=(\d{3})+$)/g, ',');
  const fraction = decimals === 0 ? '' : `.${digits.slice(-decimals)}`;
  return `${coins < 0n ? '-' : ''}${whole}${fraction}`;
}

/** Where a sign says as much as the code; pages have the same four. */
const SYMBOLS: Readonly<Record<string, string>> = { EUR: '€', GBP: '£', JPY: '¥', USD: '$' };

/**
 * `$25.00`, `1,234.500 BHD`, `−¥3`: in mails and messages money is written as pages write it, and the space is a plain one. Documents that leave the portal name the code
 * whatever the currency: `figureText` and the code.
 */
export function moneyText(amount: Micros, currency: string): string {
  const figure = figureText(amount, currency).replace('-', '−');
  const symbol = SYMBOLS[currency];
  if (symbol === undefined) return `${figure} ${currency}`;
  return figure.startsWith('−') ? `−${symbol}${figure.slice(1)}` : `${symbol}${figure}`;
}
