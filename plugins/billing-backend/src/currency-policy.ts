import type { Dialect, SettingsOf } from '@portico/plugin-kit/backend';
import { fromDecimal } from '@portico/plugin-kit/contract';
import type { Micros } from '@portico/plugin-kit/contract';
import type { billingSettings } from '@portico/plugin-billing/contract';
import { isPayable } from './domain/currency';

/** All amounts are of that currency, and payable in it. */
export interface CurrencyPolicy {
  readonly depositMin: Micros;
  readonly depositMax: Micros;
  readonly suggestedDeposits: readonly Micros[];
  readonly warningBelow: Micros;
  /** Null when new organizations are given nothing. */
  readonly trialCredit: Micros | null;
}

/** In units of whatever currency: an operator who adds one says what fits it. */
const DEPOSIT_MIN = '10';
const DEPOSIT_MAX = '1000';
const SUGGESTED_DEPOSITS = ['25', '50', '100', '500'];

/** What accounts can be kept in, the default first, then as configured. Throws where the configuration asks for what nobody can pay: the portal does not start with it. */
export function currenciesOf(
  settings: SettingsOf<typeof billingSettings>,
  dialect: Dialect,
): ReadonlyMap<string, CurrencyPolicy> {
  const { enabled } = settings.trialCredit;
  const isGiven = enabled === 'on' || (enabled === 'auto' && dialect === 'sqlite');
  const codes = [...new Set([settings.currency, ...Object.keys(settings.currencies)])];
  return new Map(
    codes.map(code => {
      const own = settings.currencies[code] ?? {};
      const trialCredit = fromDecimal(
        own.trialCredit ?? (code === settings.currency ? settings.trialCredit.amount : '0'),
      );
      const depositMin = fromDecimal(own.depositMin ?? DEPOSIT_MIN);
      const depositMax = fromDecimal(own.depositMax ?? DEPOSIT_MAX);
      const suggestions = (own.suggestedDeposits ?? SUGGESTED_DEPOSITS).map(fromDecimal);
      const suggestedDeposits = suggestions.filter(amount => amount >= depositMin && amount <= depositMax);
      for (const amount of [depositMin, depositMax, ...suggestions]) {
        if (!isPayable(amount, code))
          throw new Error(
            `billing.currencies.${code}: deposits are more than nothing and in whole coins of the currency`,
          );
      }
      if (depositMin > depositMax) throw new Error(`billing.currencies.${code}: depositMin is above depositMax`);
      const policy: CurrencyPolicy = {
        depositMin,
        depositMax,
        suggestedDeposits,
        warningBelow: fromDecimal(own.warningBelow ?? settings.warningBelow),
        trialCredit: isGiven && trialCredit > 0n ? trialCredit : null,
      };
      return [code, policy] as const;
    }),
  );
}
