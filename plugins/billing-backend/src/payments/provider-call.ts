import { errorsOf } from '@portico/plugin-kit/contract';
import { billingErrors } from '@portico/plugin-billing/contract';
import type { BillingServices } from '../services';
import { PaymentProviderError } from './payment-provider';
import type { PaymentProvider } from './payment-provider';

const billing = errorsOf(billingErrors);

/** Seconds a client waits before it asks again when the provider is away. */
const RETRY_SECONDS = 5;
/** Nothing a payer can do anything about: our own key is refused. What it was asked for stays to be done. */
const OUR_OWN_FAULTS = ['provider_key_refused'];
/** The provider's own sentences are for operators; those that begin otherwise were written for people who pay. */
const FOR_OPERATORS = /^Stripe:/;

/** Throws `payments_off` where the portal takes no payments. */
export function requireProvider({ payments }: Pick<BillingServices, 'payments'>): PaymentProvider {
  if (payments === null) throw billing.fail('payments_off');
  return payments;
}

/** The provider understood and said no; the same call will never succeed. */
export function isRefusal(error: unknown): error is PaymentProviderError {
  return error instanceof PaymentProviderError && !error.retryable && !OUR_OWN_FAULTS.includes(error.code);
}

/** Asks the provider something whose failure changes nothing here. */
export async function askProvider<Answer>(
  services: Pick<BillingServices, 'logger'>,
  call: () => Promise<Answer>,
): Promise<Answer> {
  try {
    return await call();
  } catch (error) {
    throw unavailable(services, error);
  }
}

export function unavailable({ logger }: Pick<BillingServices, 'logger'>, error: unknown): unknown {
  if (!(error instanceof PaymentProviderError)) return error;
  if (error.code === 'portal_missing') return billing.fail('payment_portal_missing', { cause: error });
  logger.warn(`the payment provider did not do as asked (${error.code})`, error);
  return billing.fail('payments_unavailable', { cause: error, retryAfterSeconds: RETRY_SECONDS });
}

/** What a refusal is to the one who pays. */
export function failureOf(error: PaymentProviderError): { code: string; message: string } {
  const message = FOR_OPERATORS.test(error.message)
    ? 'The payment provider does not take this payment.'
    : error.message;
  return { code: error.code, message };
}
