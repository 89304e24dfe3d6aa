import type { Clock, Database, Secrets, SettingsOf } from '@portico/plugin-kit/backend';
import type { billingSettings } from '@portico/plugin-billing/contract';
import type { PaymentProvider } from './payment-provider';
import { TestPaymentProvider } from './test/test-provider';

/**
 * Who takes the money, by the settings; null where nobody does. `auto` is Stripe where its keys are; without them the embedded test provider on the embedded database, and
 * nobody on PostgreSQL: a portal there is taken to be for real, and test money in it would be hardware given away.
 */
export async function providerOf(
  settings: SettingsOf<typeof billingSettings>['payments'],
  deps: { database: Database; clock: Clock; secrets: Secrets; publicUrl: string },
): Promise<PaymentProvider | null> {
  const { provider, stripe } = settings;
  if (provider === 'off') return null;
  if (stripe !== undefined && provider !== 'test') {
    // Twenty-odd megabytes that a portal without it does without.
    const { StripeProvider } = await import('./stripe/stripe-provider');
    return new StripeProvider(stripe);
  }
  if (provider === 'stripe')
    throw new Error('billing.payments.provider is "stripe", and billing.payments.stripe has no keys.');
  if (provider === 'test' || (provider === 'auto' && deps.database.dialect === 'sqlite'))
    return new TestPaymentProvider(deps);
  return null;
}
