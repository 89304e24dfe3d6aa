import Stripe from 'stripe';
import { PaymentProviderError } from '../payment-provider';

/** Why a payment was refused, in a stable word and in a sentence for the person who pays. */
export interface PaymentFailure {
  readonly code: string;
  readonly message: string;
}

const DECLINED = 'The bank declined this payment. Ask the bank, or pay with another card.';
const UNAVAILABLE = 'The bank could not handle the payment just now. Try again later.';

/**
 * Words for what Stripe calls a decline code or an error code (docs.stripe.com/declines/codes). Codes that are missing here are shown as declined: whether a card was stolen or
 * looks like fraud is nothing to tell whoever holds it.
 */
const SENTENCES: Readonly<Record<string, string>> = {
  authentication_required:
    'The bank wants this payment to be confirmed by the cardholder. Pay once on the checkout page to confirm it.',
  insufficient_funds: 'The card does not have enough money for this payment.',
  expired_card: 'The card has expired.',
  incorrect_cvc: 'The security code of the card is wrong.',
  invalid_cvc: 'The security code of the card is wrong.',
  incorrect_number: 'The card number is wrong.',
  card_velocity_exceeded: 'The card has reached its limit. Ask the bank, or pay with another card.',
  withdrawal_count_limit_exceeded: 'The card has reached its limit. Ask the bank, or pay with another card.',
  currency_not_supported: 'The card cannot pay in this currency.',
  card_not_supported: 'The card cannot be used for this payment.',
  processing_error: UNAVAILABLE,
  issuer_not_available: UNAVAILABLE,
  try_again_later: UNAVAILABLE,
  payment_method_provider_timeout: UNAVAILABLE,
};

export function failureOf(error: { code?: string; decline_code?: string }): PaymentFailure {
  for (const code of [error.decline_code, error.code]) {
    const message = code === undefined ? undefined : SENTENCES[code];
    if (code !== undefined && message !== undefined) return { code, message };
  }
  return { code: 'card_declined', message: DECLINED };
}

/** A payment that came to nothing without anybody saying why: a debit that bounced, one that was cancelled at Stripe. */
export const PAYMENT_CAME_TO_NOTHING: PaymentFailure = {
  code: 'payment_failed',
  message: 'The payment did not go through. Nothing was charged.',
};

const REFUND_SENTENCES: Readonly<Record<string, string>> = {
  lost_or_stolen_card: 'The card is not in use any more, so the bank sent the money back.',
  expired_or_canceled_card: 'The card is not in use any more, so the bank sent the money back.',
  charge_for_pending_refund_disputed: 'The cardholder disputed the payment while the refund was under way.',
  insufficient_funds: 'The payment provider’s account had not enough money for the refund.',
  declined: 'The bank declined the refund.',
  merchant_request: 'The refund was cancelled at the payment provider.',
};

export function refundFailureOf(reason: string | undefined): string {
  return REFUND_SENTENCES[reason ?? ''] ?? 'The bank did not take the refund.';
}

/** Refusals that pass: the account has not enough money for a refund today, or two calls met. */
const RETRYABLE_CODES: readonly string[] = [
  'balance_insufficient',
  'idempotency_key_in_use',
  'lock_timeout',
  'rate_limit',
];
/** HTTP statuses after which the same call may succeed: another with the same key is under way, or too many at once. */
const RETRYABLE_STATUSES: readonly number[] = [409, 429];

/**
 * What the SDK throws, as the port says it. Whatever left open whether it took effect is retryable, and so is what took none for a passing reason; Stripe's own sentence is kept
 * for operators and never shown to those who pay.
 */
export function asProviderError(error: unknown): PaymentProviderError {
  if (error instanceof PaymentProviderError) return error;
  const { errors } = Stripe;
  if (!(error instanceof errors.StripeError)) {
    return new PaymentProviderError('provider_failed', 'The payment provider gave no answer that makes sense.', true, {
      cause: error,
    });
  }
  const because = { cause: error };
  const said = sentenceOf(error);
  if (error instanceof errors.StripeConnectionError) {
    return new PaymentProviderError('provider_unreachable', 'Stripe did not answer.', true, because);
  }
  // What was asked before the key was revoked may have been done; with another key one finds out.
  if (error instanceof errors.StripeAuthenticationError || error instanceof errors.StripePermissionError) {
    return new PaymentProviderError('provider_key_refused', said, true, because);
  }
  if (error instanceof errors.StripeIdempotencyError) {
    return new PaymentProviderError('idempotency_conflict', said, false, because);
  }
  if (error instanceof errors.StripeCardError) {
    const { code, message } = failureOf(error);
    return new PaymentProviderError(code, message, false, because);
  }
  const status = error.statusCode ?? 0;
  const passes = RETRYABLE_STATUSES.includes(status) || RETRYABLE_CODES.includes(error.code ?? '');
  const retryable = status >= 500 || passes || !isRefusal(error);
  return new PaymentProviderError(
    error.code ?? (retryable ? 'provider_failed' : 'provider_refused'),
    said,
    retryable,
    because,
  );
}

/** The call was understood and refused. */
function isRefusal(error: Stripe.errors.StripeError): boolean {
  return error instanceof Stripe.errors.StripeInvalidRequestError;
}

function sentenceOf(error: Stripe.errors.StripeError): string {
  const request = error.requestId === undefined ? '' : ` (${error.requestId})`;
  return `Stripe: ${error.message}${request}`;
}

/** Whether Stripe knows nothing by that id. */
export function isUnknown(error: unknown): boolean {
  return error instanceof Stripe.errors.StripeInvalidRequestError && error.code === 'resource_missing';
}
