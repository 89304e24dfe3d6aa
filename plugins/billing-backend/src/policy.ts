import type { Dialect, SettingsOf } from '@portico/plugin-kit/backend';
import { fromDecimal } from '@portico/plugin-kit/contract';
import type { Micros } from '@portico/plugin-kit/contract';
import type { billingSettings } from '@portico/plugin-billing/contract';
import { currenciesOf } from './currency-policy';
import type { CurrencyPolicy } from './currency-policy';
import type { BalancePolicy } from './domain/balance';
import type { Customer } from './store/customers';

/** The settings as the rest of this plugin reads them: amounts in micro-units, `auto` decided. */
export interface BillingPolicy extends BalancePolicy {
  /** Of an account when nobody says otherwise. */
  readonly currency: string;
  /** What accounts can be kept in, the default first. */
  readonly currencies: ReadonlyMap<string, CurrencyPolicy>;
  /** Of the default currency. Null when new organizations are given nothing. */
  readonly trialCredit: Micros | null;
  /** Null: what is unspent of it stays. */
  readonly trialCreditExpiresDays: number | null;
  readonly holdSeconds: number;
  readonly accrualSeconds: number;
  /** An outage of a node that lasts so long is given back, all of it. */
  readonly outageCredit: { readonly afterSeconds: number };
  /** Within 24 hours an organization may pay in so many times the most that may be added at once. */
  readonly dailyDeposits: number;
  readonly refunds: RefundPolicy;
  /** Whether an organization launches nothing while a payment of it is disputed. */
  readonly disputesBlockLaunches: boolean;
}

export interface RefundPolicy {
  /** A payment can go back to its card for so long. */
  readonly windowDays: number;
  /** Above it a second person approves. */
  readonly fourEyesAbove: Micros;
}

export function policyOf(settings: SettingsOf<typeof billingSettings>, dialect: Dialect): BillingPolicy {
  const currencies = currenciesOf(settings, dialect);
  const ofDefault = currencies.get(settings.currency);
  return {
    currency: settings.currency,
    currencies,
    trialCredit: ofDefault?.trialCredit ?? null,
    trialCreditExpiresDays: settings.trialCredit.expiresDays,
    holdSeconds: settings.holdSeconds,
    graceSeconds: settings.graceSeconds,
    noticeRunwaySeconds: settings.noticeRunwaySeconds,
    warningRunwaySeconds: settings.warningRunwaySeconds,
    warningBelow: ofDefault?.warningBelow ?? 0n,
    accrualSeconds: settings.accrualSeconds,
    outageCredit: { afterSeconds: settings.outageCredit.afterSeconds },
    dailyDeposits: settings.payments.dailyDeposits,
    refunds: {
      windowDays: settings.refunds.windowDays,
      fourEyesAbove: fromDecimal(settings.refunds.fourEyesAbove),
    },
    disputesBlockLaunches: settings.disputes.blockLaunches,
  };
}

/** When this customer's balance is looked at as low: the portal's thresholds in the account's currency, or earlier where the organization chose so. */
export function balancePolicyOf(policy: BillingPolicy, customer: Pick<Customer, 'currency' | 'alerts'>): BalancePolicy {
  const { alerts, currency } = customer;
  const warningRunwaySeconds = Math.max(policy.warningRunwaySeconds, alerts.warningRunwaySeconds ?? 0);
  const platformBelow = policy.currencies.get(currency)?.warningBelow ?? policy.warningBelow;
  const warningBelow = alerts.warningBelow ?? 0n;
  return {
    graceSeconds: policy.graceSeconds,
    warningRunwaySeconds,
    noticeRunwaySeconds: Math.max(policy.noticeRunwaySeconds, alerts.noticeRunwaySeconds ?? 0, warningRunwaySeconds),
    warningBelow: warningBelow > platformBelow ? warningBelow : platformBelow,
  };
}
