import type { Micros } from '@portico/plugin-kit/contract';
import { smallestCoin } from '../domain/currency';
import type { BillingServices } from '../services';

export interface DepositLimits {
  readonly min: Micros;
  readonly max: Micros;
  /** Amounts are multiples of it. */
  readonly step: Micros;
  /** Of one organization within 24 hours. */
  readonly perDay: Micros;
  readonly suggested: readonly Micros[];
}

/** What may be added in a currency: what the settings say, narrowed to what the provider can charge. A currency that is configured no more has what is left of the provider's. */
export function depositLimits(
  { policy, payments }: Pick<BillingServices, 'policy' | 'payments'>,
  currency: string,
): DepositLimits {
  const own = policy.currencies.get(currency) ?? policy.currencies.get(policy.currency);
  if (own === undefined) throw new Error('no currency is configured');
  const coin = smallestCoin(currency);
  const provider = payments?.limits?.(currency) ?? { step: coin, minimum: coin, maximum: own.depositMax };
  const step = provider.step > coin ? provider.step : coin;
  const min = roundedUp(provider.minimum > own.depositMin ? provider.minimum : own.depositMin, step);
  const max = provider.maximum < own.depositMax ? provider.maximum : own.depositMax;
  return {
    min,
    max,
    step,
    perDay: own.depositMax * BigInt(policy.dailyDeposits),
    suggested: own.suggestedDeposits.filter(amount => amount >= min && amount <= max && amount % step === 0n),
  };
}

/** To the next multiple: a minimum that is not payable itself is no minimum. */
function roundedUp(amount: Micros, step: Micros): Micros {
  return amount % step === 0n ? amount : amount - (amount % step) + step;
}
