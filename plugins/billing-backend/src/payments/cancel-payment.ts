import type { RequestContext, Transaction } from '@portico/plugin-kit/backend';
import { CodedError, common, errorsOf } from '@portico/plugin-kit/contract';
import { billingErrors } from '@portico/plugin-billing/contract';
import { auditedPayment } from '../audited';
import type { BillingServices } from '../services';
import { changePayment, lockPayment } from '../store/payments';
import type { PaymentRow } from '../store/payments';
import { applyPaymentFacts } from './apply-payment-facts';
import { askForCheckout } from './open-checkout';
import type { PaymentFacts } from './payment-provider';
import { askProvider, requireProvider } from './provider-call';

const billing = errorsOf(billingErrors);

/** Seconds until somebody else finishes what a crash interrupted. */
const TAKEN_UP_SECONDS = 60;

/**
 * First it is written down that somebody gave it up, then the provider closes it, and what the provider says then is applied by the caller in a second transaction: had it been paid by then, it is paid.
 * Null: it has ended already.
 */
export async function closeAtProvider(
  services: BillingServices,
  request: Pick<RequestContext, 'actor' | 'correlationId'> & { organizationId: string; paymentId: string },
): Promise<PaymentFacts | null> {
  const provider = requireProvider(services);
  const payment = await services.database.transaction(tx => giveUp(tx, services, request));
  if (payment === null || payment.provider !== provider.name) return null;
  const session = payment.provider_session_id ?? (await sessionOf(services, payment));
  if (session === undefined) return null;
  return askProvider(services, () => provider.closeCheckout(session));
}

/** Of a payment that was never opened here: its checkout may be at the provider all the same. */
async function sessionOf(services: BillingServices, payment: PaymentRow): Promise<string | undefined> {
  try {
    return (await askForCheckout(services, payment))?.providerSessionId;
  } catch (error) {
    // It has failed, and so it has ended.
    if (error instanceof CodedError && error.code === 'payment_refused') return undefined;
    throw error;
  }
}

async function giveUp(
  tx: Transaction,
  services: Pick<BillingServices, 'audit'>,
  request: Pick<RequestContext, 'actor' | 'correlationId'> & { organizationId: string; paymentId: string },
): Promise<PaymentRow | null> {
  const payment = await lockPayment(tx, request.paymentId);
  if (payment === undefined || payment.organization_id !== request.organizationId) throw common.fail('not_found');
  if (payment.status !== 'created' && payment.status !== 'open') return null;
  if (payment.is_pending === 1 || payment.kind === 'auto_top_up') throw billing.fail('payment_not_cancellable');
  if (payment.cancel_requested_at === null) {
    await changePayment(tx, payment.payment_id, {
      cancel_requested_at: tx.now,
      check_at: tx.now + TAKEN_UP_SECONDS * 1000,
    });
    await services.audit.record(tx, {
      action: 'billing.payment.cancel',
      actor: request.actor,
      organizationId: payment.organization_id,
      projectId: payment.project_id,
      resource: auditedPayment,
      targetId: payment.payment_id,
      correlationId: request.correlationId,
      before: { status: payment.status },
      after: { status: 'cancelled' },
    });
  }
  return payment;
}

/** The payment after what the provider said about closing it. */
export async function afterClosing(
  tx: Transaction,
  services: BillingServices,
  closed: { paymentId: string; facts: PaymentFacts | null },
): Promise<PaymentRow> {
  if (closed.facts !== null) await applyPaymentFacts(tx, services, closed.facts, 'request');
  const payment = await lockPayment(tx, closed.paymentId);
  if (payment === undefined) throw common.fail('not_found');
  return payment;
}
