import { CodedError, common } from '@portico/plugin-kit/contract';
import { moneyText } from '../domain/currency';
import type { BillingServices } from '../services';
import { changePayment, lockPayment, logPaymentState, paymentById } from '../store/payments';
import type { PaymentRow } from '../store/payments';
import { applyPaymentFacts } from './apply-payment-facts';
import { nextCheckAt } from './check-schedule';
import { askForCheckout, customerAtProvider, nothingPaid, openPayment } from './open-checkout';
import type { PaymentFacts, PaymentProvider } from './payment-provider';
import { failureOf, isRefusal, requireProvider, unavailable } from './provider-call';

/** A payment that was written down so long ago and never opened is given up: whoever wanted to pay is gone. Seconds. */
const CREATED_SECONDS_MAX = 10 * 60;
/** An end that the provider does not know of so long after it is put down to clocks no more. Seconds. */
const PAST_END_SECONDS = 5 * 60;
/** A saved method is not charged for what was low so long ago: the provider forgets keys after a day, and the balance has moved on. Seconds. */
const CHARGE_SECONDS_MAX = 12 * 60 * 60;
/** A payment whose end nobody has told so long after it should have ended needs a person. Seconds. */
const UNSETTLED_SECONDS = 24 * 60 * 60;

type Services = Pick<
  BillingServices,
  'database' | 'settings' | 'access' | 'logger' | 'payments' | 'outbox' | 'audit' | 'attention' | 'clock'
>;

/**
 * Asks the provider how a payment stands and applies it; does what a crash left undone. Claims the payment first, by the instant of its next check, so that replicas share the work;
 * `now` asks whether it is due or not. Throws `payments_unavailable` when the provider cannot be asked.
 */
export async function checkPayment(services: Services, paymentId: string, when: 'due' | 'now'): Promise<void> {
  const provider = requireProvider(services);
  const payment = await claim(services, paymentId, when);
  if (payment === null) return;
  if (payment.provider !== provider.name) return leaveBehind(services, payment);
  try {
    const facts = await askAbout(services, provider, payment);
    if (facts !== null) await services.database.transaction(tx => applyPaymentFacts(tx, services, facts, 'check'));
  } catch (error) {
    if (isRefused(error)) return;
    if (isRefusal(error) && payment.status === 'created') {
      const failure = failureOf(error);
      services.logger.warn(`payment ${paymentId} was refused by the provider (${error.code})`, error);
      await services.database.transaction(tx =>
        applyPaymentFacts(tx, services, { ...nothingPaid(payment), state: 'failed', failure }, 'check'),
      );
      return;
    }
    await askPersonWhenLate(services, payment);
    throw unavailable(services, error);
  }
}

async function claim(services: Services, paymentId: string, when: 'due' | 'now'): Promise<PaymentRow | null> {
  return services.database.transaction(async tx => {
    const payment = await lockPayment(tx, paymentId);
    if (payment === undefined) throw common.fail('not_found');
    const isDue = payment.check_at !== null && payment.check_at <= tx.now;
    if (when === 'due' && !isDue) return null;
    const checks = payment.checks + 1;
    const next = nextCheckAt({ ...payment, checks }, tx.now);
    await changePayment(tx, paymentId, { checks, checked_at: tx.now, check_at: next });
    return { ...payment, checks, checked_at: tx.now, check_at: next };
  });
}

async function askAbout(
  services: Services,
  provider: PaymentProvider,
  payment: PaymentRow,
): Promise<PaymentFacts | null> {
  if (payment.kind === 'auto_top_up') return askAboutCharge(services, provider, payment);
  const now = services.clock.now();
  const { provider_session_id: session } = payment;
  if (session === null) {
    const checkout = await askForCheckout(services, payment);
    if (checkout === null) return null;
    const isGivenUp = payment.created_at + CREATED_SECONDS_MAX * 1000 <= now || payment.cancel_requested_at !== null;
    if (isGivenUp) return provider.closeCheckout(checkout.providerSessionId);
    await services.database.transaction(tx => openPayment(tx, { paymentId: payment.payment_id, checkout }));
    return null;
  }
  const endsAt = payment.expires_at ?? payment.created_at;
  const isPastEnd = endsAt + PAST_END_SECONDS * 1000 <= now;
  const isUnderWay = payment.status === 'created' || payment.status === 'open';
  if (isUnderWay && payment.is_pending === 0 && (payment.cancel_requested_at !== null || isPastEnd))
    return provider.closeCheckout(session);
  const facts = await provider.checkout(session);
  // The provider knows nothing of it: nobody can have paid, and after its end nobody will.
  if (facts === null) return endsAt <= now ? { ...nothingPaid(payment), state: 'expired' } : null;
  return facts;
}

async function askAboutCharge(
  services: Services,
  provider: PaymentProvider,
  payment: PaymentRow,
): Promise<PaymentFacts | null> {
  const { payment_id: paymentId, charged_method_id: methodId } = payment;
  const providerCustomerId = await customerAtProvider(services, provider, payment.organization_id);
  if (payment.status !== 'created') return provider.savedCharge({ providerCustomerId, paymentId });
  const isTooLate = payment.created_at + CHARGE_SECONDS_MAX * 1000 <= services.clock.now();
  if (isTooLate || methodId === null) {
    const failure = { code: 'too_late', message: 'The payment provider could not be reached in time.' };
    const facts = await provider.savedCharge({ providerCustomerId, paymentId });
    return facts ?? { ...nothingPaid(payment), state: 'failed', failure };
  }
  return provider.chargeSaved({
    paymentId,
    providerCustomerId,
    methodId,
    amount: payment.amount_micros,
    currency: payment.currency,
    description: `Automatic top-up, ${moneyText(payment.amount_micros, payment.currency)}`,
  });
}

/** It was refused while its checkout was asked for, and has failed by now. */
function isRefused(error: unknown): boolean {
  return error instanceof CodedError && error.code === 'payment_refused';
}

/** Begun with a provider that is configured no more. Test money cannot be paid without its provider; real money may have been, and somebody has to look. */
async function leaveBehind(services: Services, payment: PaymentRow): Promise<void> {
  if (payment.provider !== 'test') return askPersonWhenLate(services, payment);
  await services.database.transaction(async tx => {
    const { payment_id } = payment;
    const locked = await lockPayment(tx, payment_id);
    if (locked?.check_at == null) return;
    const status = locked.status === 'created' || locked.status === 'open' ? 'expired' : locked.status;
    await changePayment(tx, payment_id, { status, is_pending: 0, check_at: null });
    const note = 'The test provider is configured no more.';
    await logPaymentState(tx, { payment_id, status, is_pending: 0, source: 'check', note });
  });
}

async function askPersonWhenLate(services: Services, payment: PaymentRow): Promise<void> {
  const { payment_id: paymentId, organization_id: organizationId } = payment;
  const endsAt = payment.expires_at ?? payment.created_at;
  if (payment.is_pending === 1 || endsAt + UNSETTLED_SECONDS * 1000 > services.clock.now()) return;
  await services.database.transaction(tx =>
    services.attention.raise(tx, {
      kind: 'payment_unsettled',
      resource: { type: 'payment', id: paymentId },
      organizationId,
      message: `Nobody knows how payment ${paymentId} ended: the payment provider could not be asked for a day.`,
    }),
  );
}

/** Somebody looks at a payment that is under way: it is asked about soon, unless that was done just now. */
export async function checkSoon(
  services: Pick<BillingServices, 'database'>,
  payment: PaymentRow,
  options: { now: number; notWithinSeconds: number },
): Promise<boolean> {
  const lastNews = Math.max(payment.checked_at ?? 0, payment.created_at);
  const isWatched = payment.check_at !== null && payment.check_at > options.now;
  if (!isWatched || lastNews + options.notWithinSeconds * 1000 > options.now) return false;
  await services.database.transaction(async tx => {
    const locked = await lockPayment(tx, payment.payment_id);
    if (locked?.check_at != null && locked.check_at > tx.now)
      await changePayment(tx, payment.payment_id, { check_at: tx.now });
  });
  return true;
}

/** The payment as it is after being asked about. */
export async function paymentNow(services: Pick<BillingServices, 'database'>, paymentId: string): Promise<PaymentRow> {
  const payment = await paymentById(services.database.read, paymentId);
  if (payment === undefined) throw common.fail('not_found');
  return payment;
}
