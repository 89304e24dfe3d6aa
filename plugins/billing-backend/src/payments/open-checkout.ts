import type { Transaction } from '@portico/plugin-kit/backend';
import { errorsOf } from '@portico/plugin-kit/contract';
import { billingErrors } from '@portico/plugin-billing/contract';
import { moneyText } from '../domain/currency';
import type { BillingServices } from '../services';
import { keepProviderCustomer, providerCustomerOf } from '../store/payment-customers';
import { changePayment, lockPayment, logPaymentState, paymentById } from '../store/payments';
import type { PaymentRow } from '../store/payments';
import { applyPaymentFacts } from './apply-payment-facts';
import { nextCheckAt } from './check-schedule';
import { returnAddress } from './payment-addresses';
import type { PaymentProvider, ProviderCheckout } from './payment-provider';
import { failureOf, isRefusal, requireProvider, unavailable } from './provider-call';

const billing = errorsOf(billingErrors);

type Services = Pick<
  BillingServices,
  'database' | 'settings' | 'access' | 'logger' | 'payments' | 'outbox' | 'audit' | 'attention'
>;

/**
 * Has the provider make the checkout of a payment that was written down; asked again it answers with the same one, by its idempotency key. Null: the payment needs none any more. Throws
 * `payments_unavailable`, after which nobody knows whether it took effect and whoever asks next finds out, or `payment_refused`, and the payment has failed.
 */
export async function askForCheckout(services: Services, payment: PaymentRow): Promise<ProviderCheckout | null> {
  const provider = requireProvider(services);
  if (payment.status !== 'created' || payment.provider !== provider.name) return null;
  try {
    const providerCustomerId = await customerAtProvider(services, provider, payment.organization_id);
    return await provider.openCheckout({
      paymentId: payment.payment_id,
      providerCustomerId,
      amount: payment.amount_micros,
      currency: payment.currency,
      description: `Funds for the account, ${moneyText(payment.amount_micros, payment.currency)}`,
      savesMethod: payment.saves_method === 1,
      expiresAt: payment.expires_at ?? payment.created_at,
      successUrl: returnAddress(services.settings, payment),
      cancelUrl: returnAddress(services.settings, payment, 'cancelled'),
    });
  } catch (error) {
    // Somebody who asked at the same time may have been answered.
    const now = await paymentById(services.database.read, payment.payment_id);
    if (now !== undefined && now.status !== 'created') return null;
    if (!isRefusal(error)) throw unavailable(services, error);
    services.logger.warn(`payment ${payment.payment_id} was refused by the provider (${error.code})`, error);
    const failure = failureOf(error);
    await services.database.transaction(tx =>
      applyPaymentFacts(tx, services, { ...nothingPaid(payment), state: 'failed', failure }, 'provider_call'),
    );
    throw billing.fail('payment_refused', { details: { ...failure, payment_id: payment.payment_id } });
  }
}

/** The second transaction: the payment can be paid now. What the provider said meanwhile stays. */
export async function openPayment(
  tx: Transaction,
  opened: { paymentId: string; checkout: ProviderCheckout | null },
): Promise<PaymentRow> {
  const { paymentId, checkout } = opened;
  const payment = await lockPayment(tx, paymentId);
  if (payment === undefined) throw new Error(`payment ${paymentId} is gone`);
  if (checkout === null || payment.status !== 'created') return payment;
  const change = {
    status: 'open',
    provider_session_id: checkout.providerSessionId,
    checkout_url: checkout.url,
    expires_at: checkout.expiresAt,
    check_at: nextCheckAt({ ...payment, status: 'open', expires_at: checkout.expiresAt }, tx.now),
  } as const;
  await changePayment(tx, paymentId, change);
  await logPaymentState(tx, {
    payment_id: paymentId,
    status: 'open',
    is_pending: 0,
    source: 'provider_call',
    note: null,
  });
  return { ...payment, ...change, updated_at: tx.now };
}

/** Who the organization is at the provider; made when it is there for the first time. */
export async function customerAtProvider(
  services: Pick<BillingServices, 'database' | 'access'>,
  provider: PaymentProvider,
  organizationId: string,
): Promise<string> {
  const { database, access } = services;
  const known = await providerCustomerOf(database.read, { organizationId, provider: provider.name });
  if (known !== null) return known;
  const names = await access.names(database.read, { organizations: [organizationId] });
  const contacts = await access.contacts(database.read, { organizationId, permission: 'billing.payment.manage' });
  const { providerCustomerId } = await provider.openCustomer({
    organizationId,
    name: names.get(organizationId) ?? organizationId,
    email: contacts[0]?.email ?? null,
  });
  await database.transaction(tx =>
    keepProviderCustomer(tx, { organizationId, provider: provider.name, providerCustomerId }),
  );
  return providerCustomerId;
}

/** Facts of a payment of which the provider knows nothing: what is known here. */
export function nothingPaid(payment: PaymentRow) {
  return {
    paymentId: payment.payment_id,
    providerSessionId: null,
    providerPaymentId: null,
    amount: payment.amount_micros,
    currency: payment.currency,
    failure: null,
    method: null,
  };
}
