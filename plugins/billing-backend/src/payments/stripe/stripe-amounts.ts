import type { Micros } from '@portico/plugin-kit/contract';
import { currencyExponent } from '@portico/plugin-billing/contract';
import { PaymentProviderError } from '../payment-provider';

/**
 * Amounts as Stripe writes them: integers in the "smallest currency unit", which is that of ISO 4217 but where Stripe keeps to an older habit
 * (docs.stripe.com/currencies, "special cases"). Nothing is rounded: an amount that Stripe cannot express is refused before it is sent.
 */
const MICRO_EXPONENT = 6;

/** Where Stripe's number of decimals is not that of the standard. */
const EXPONENTS: Readonly<Record<string, number>> = {
  // Without decimals by now, written with two that are always zero.
  ISK: 2,
  UGX: 2,
  // Fifths of an ariary are never charged.
  MGA: 0,
};

/** Smallest step of an amount, in Stripe's units, where it is not one. */
const STEPS: Readonly<Record<string, bigint>> = { ISK: 100n, UGX: 100n };
/** Three decimals are written and the last must be zero: card networks know two. */
const THREE_DECIMALS = 3;
const STEP_OF_THREE_DECIMALS = 10n;

/** Least amounts of a charge, in Stripe's units (docs.stripe.com/currencies, "minimum and maximum charge amounts"). For others Stripe itself says no. */
const MINIMA: Readonly<Record<string, bigint>> = {
  AED: 200n,
  AUD: 50n,
  BRL: 50n,
  CAD: 50n,
  CHF: 50n,
  CZK: 1500n,
  DKK: 250n,
  EUR: 50n,
  GBP: 30n,
  HKD: 400n,
  HUF: 17500n,
  INR: 50n,
  JPY: 50n,
  MXN: 1000n,
  MYR: 200n,
  NOK: 300n,
  NZD: 50n,
  PLN: 200n,
  RON: 200n,
  SEK: 300n,
  SGD: 50n,
  THB: 1000n,
  USD: 50n,
};
/** Eight digits: what Stripe takes in every currency. */
const STRIPE_AMOUNT_MAX = 99_999_999n;

/** Micro-units in one of Stripe's. */
function unit(currency: string): Micros {
  return 10n ** BigInt(MICRO_EXPONENT - exponent(currency));
}

function exponent(currency: string): number {
  return EXPONENTS[currency] ?? currencyExponent(currency);
}

function step(currency: string): bigint {
  return STEPS[currency] ?? (exponent(currency) === THREE_DECIMALS ? STEP_OF_THREE_DECIMALS : 1n);
}

/** What Stripe can charge: multiples of `step`, from `minimum` to `maximum`. A refund may be as small as one step. */
export function stripeLimits(currency: string): { step: Micros; minimum: Micros; maximum: Micros } {
  const smallest = step(currency);
  const maximum = STRIPE_AMOUNT_MAX - (STRIPE_AMOUNT_MAX % smallest);
  return {
    step: smallest * unit(currency),
    minimum: (MINIMA[currency] ?? smallest) * unit(currency),
    maximum: maximum * unit(currency),
  };
}

/** Refuses what Stripe cannot express, with a `PaymentProviderError` that no repetition mends. */
export function toStripeAmount(amount: Micros, currency: string): number {
  const limits = stripeLimits(currency);
  if (amount % limits.step !== 0n) {
    throw new PaymentProviderError(
      'amount_not_payable',
      `Amounts in ${currency} are paid in steps that this one is no multiple of.`,
      false,
    );
  }
  if (amount <= 0n || amount > limits.maximum) {
    throw new PaymentProviderError(
      'amount_out_of_range',
      `The payment provider does not take this amount of ${currency}.`,
      false,
    );
  }
  return Number(amount / unit(currency));
}

/** A charge besides has a minimum. */
export function toStripeCharge(amount: Micros, currency: string): number {
  const stripeAmount = toStripeAmount(amount, currency);
  if (amount < stripeLimits(currency).minimum) {
    throw new PaymentProviderError(
      'amount_out_of_range',
      `The payment provider takes no payment in ${currency} as small as this.`,
      false,
    );
  }
  return stripeAmount;
}

/** `currency` as Stripe writes it, in small letters. */
export function fromStripeAmount(amount: number, currency: string): { amount: Micros; currency: string } {
  const known = currency.toUpperCase();
  return { amount: BigInt(amount) * unit(known), currency: known };
}
