import type { Micros } from '@portico/plugin-kit/contract';

/**
 * Prices of one SKU. A price is never changed: another one begins. In force, in a currency, is the one that began last. One set for at once has begun whatever the
 * clock says, so that a clock that is set back does not bring an old price back; one scheduled for an instant begins when the clock reaches it. Two never begin
 * at the same instant in one currency.
 */
export interface Price {
  readonly priceId: string;
  readonly currency: string;
  /** Null: not sold in that currency. */
  readonly perGpuHour: Micros | null;
  readonly effectiveFrom: number;
  readonly isScheduled: boolean;
}

export type PriceStatus = 'past' | 'in_force' | 'scheduled';

export function hasBegun(price: Pick<Price, 'effectiveFrom' | 'isScheduled'>, now: number): boolean {
  return !price.isScheduled || price.effectiveFrom <= now;
}

/** Currency → the price in force. */
export function pricesInForce<Kept extends Price>(prices: readonly Kept[], now: number): ReadonlyMap<string, Kept> {
  const inForce = new Map<string, Kept>();
  for (const price of prices) {
    const before = inForce.get(price.currency);
    if (hasBegun(price, now) && (before === undefined || before.effectiveFrom < price.effectiveFrom))
      inForce.set(price.currency, price);
  }
  return inForce;
}

export function statusOfPrice(price: Price, inForce: ReadonlyMap<string, Price>, now: number): PriceStatus {
  if (inForce.get(price.currency)?.priceId === price.priceId) return 'in_force';
  return hasBegun(price, now) ? 'past' : 'scheduled';
}

/** When the next scheduled price of that currency begins. */
export function nextChangeAt(prices: readonly Price[], currency: string, now: number): number | null {
  const instants = prices
    .filter(price => price.currency === currency && !hasBegun(price, now))
    .map(price => price.effectiveFrom);
  return instants.length === 0 ? null : Math.min(...instants);
}

/** The instant a price for at once begins: now, and later than every one that has begun, even when the clock was set back. */
export function beginsAtOnce(prices: readonly Price[], currency: string, now: number): number {
  const ofCurrency = prices.filter(price => price.currency === currency);
  const taken = new Set(ofCurrency.map(price => price.effectiveFrom));
  let instant = Math.max(
    now,
    ...ofCurrency.filter(price => hasBegun(price, now)).map(price => price.effectiveFrom + 1),
  );
  while (taken.has(instant)) instant += 1;
  return instant;
}
