import type { Dialect, SettingsOf } from '@portico/plugin-kit/backend';
import { fromDecimal } from '@portico/plugin-kit/contract';
import type { Micros } from '@portico/plugin-kit/contract';
import type { billingSettings } from '@portico/plugin-billing/contract';
import type { BalancePolicy } from './domain/balance';

/** The settings as the rest of this plugin reads them: amounts in micro-units, `auto` decided. */
export interface BillingPolicy extends BalancePolicy {
  readonly currency: string;
  /** Null when new organizations are given nothing. */
  readonly trialCredit: Micros | null;
  readonly holdSeconds: number;
  readonly accrualSeconds: number;
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
  const { enabled, amount } = settings.trialCredit;
  const trialCredit = fromDecimal(amount);
  const given = trialCredit > 0n && (enabled === 'on' || (enabled === 'auto' && dialect === 'sqlite'));
  return {
    currency: settings.currency,
    trialCredit: given ? trialCredit : null,
    holdSeconds: settings.holdSeconds,
    graceSeconds: settings.graceSeconds,
    noticeRunwaySeconds: settings.noticeRunwaySeconds,
    warningRunwaySeconds: settings.warningRunwaySeconds,
    warningBelow: fromDecimal(settings.warningBelow),
    accrualSeconds: settings.accrualSeconds,
    refunds: {
      windowDays: settings.refunds.windowDays,
      fourEyesAbove: fromDecimal(settings.refunds.fourEyesAbove),
    },
    disputesBlockLaunches: settings.disputes.blockLaunches,
  };
}
