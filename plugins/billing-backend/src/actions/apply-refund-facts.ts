import type { Actor, Transaction } from '@portico/plugin-kit/backend';
import { newId } from '@portico/plugin-kit/contract';
import { auditedRefund } from '../audited';
import { assertRefundTransition, isNewSettlement } from '../domain/refund';
import { cameBack, onItsWay, sent } from '../domain/refund-words';
import type { RefundFacts } from '../payments/payment-provider';
import { lockCustomer } from '../store/customers';
import type { Customer } from '../store/customers';
import { lockPayment, paymentByProviderId } from '../store/payments';
import type { PaymentRow } from '../store/payments';
import { changeRefund, insertRefund, lockRefund, refundById, refundByProviderId } from '../store/refunds';
import type { RefundChange, RefundRow } from '../store/refunds';
import { CustomerLedger } from './customer-ledger';
import { amountOf, announceRefund, cardOfRefund, scopeOfRefund } from './move-refund';
import { cardOf, existing } from './weigh-refund';
import type { RefundDeps } from './weigh-refund';

const BILLING: Extract<Actor, { type: 'system' }> = { type: 'system', id: 'billing' };

export type FactsDeps = Pick<RefundDeps, 'attention' | 'audit' | 'outbox'> & {
  readonly payments: { readonly name: string } | null;
};

/**
 * What the provider says of a refund, whoever asked for it. Told in any order and any number of times, each step is booked once: facts that are older than what is known change
 * nothing. A refund that was made at the provider's own pages is booked like one of ours. `unknown`: of a payment nobody here knows yet; tell it again once it is known.
 */
export async function applyRefundFacts(
  tx: Transaction,
  deps: FactsDeps,
  facts: RefundFacts,
): Promise<'applied' | 'unchanged' | 'unknown'> {
  const payment = await lockedPayment(tx, deps, facts);
  if (payment === undefined) return 'unknown';
  // Under the lock of its payment a refund is neither made nor changed by anybody else.
  const found = await find(tx, facts);
  if (found === undefined) {
    await bookForeign(tx, deps, { payment, facts });
    return 'applied';
  }
  const refund = (await lockRefund(tx, found.refund_id)) ?? found;
  if (facts.amount !== refund.amount_micros || facts.currency !== refund.currency)
    throw new Error(`refund ${refund.refund_id} is of ${refund.amount_micros}, the provider says ${facts.amount}`);
  const known =
    refund.provider_refund_id === null
      ? await changeRefund(tx, refund, { provider_refund_id: facts.providerRefundId })
      : refund;
  if (known.settlement === null || !isNewSettlement(known.settlement, facts.state)) return 'unchanged';
  const customer = existing(await lockCustomer(tx, known.organization_id));
  await settle(tx, deps, { refund: known, customer, facts });
  return 'applied';
}

/** The provider refused it for good: the money is back in the balance. Does nothing to one that has ended otherwise. */
export async function failRefund(
  tx: Transaction,
  deps: FactsDeps,
  failed: { refundId: string; failure: string },
): Promise<void> {
  const found = await refundById(tx, failed.refundId);
  if (found === undefined) return;
  if (found.payment_id !== null) await lockPayment(tx, found.payment_id);
  const refund = await lockRefund(tx, failed.refundId);
  if (refund?.settlement !== 'pending') return;
  const customer = existing(await lockCustomer(tx, refund.organization_id));
  await settle(tx, deps, { refund, customer, facts: { state: 'failed', failure: failed.failure } });
}

async function find(tx: Transaction, facts: RefundFacts): Promise<RefundRow | undefined> {
  const known = await refundByProviderId(tx, facts.providerRefundId);
  if (known !== undefined) return known;
  const named = facts.refundId === null ? undefined : await refundById(tx, facts.refundId);
  return named !== undefined && isTheSame(named, facts) ? named : undefined;
}

/**
 * Whether the provider speaks of the refund whose id it has written beside its own. What was made a second time under that id, of another payment, or after ours was given up, is money that
 * went beside it, and is booked for itself.
 */
function isTheSame(refund: RefundRow, facts: RefundFacts): boolean {
  if (refund.provider_refund_id !== null || refund.provider_payment_id !== facts.providerPaymentId) return false;
  return refund.settlement === 'pending' || (refund.settlement === 'failed' && facts.state === 'failed');
}

async function lockedPayment(tx: Transaction, deps: FactsDeps, facts: RefundFacts): Promise<PaymentRow | undefined> {
  const known = await find(tx, facts);
  const paymentId =
    known?.payment_id ??
    (
      await paymentByProviderId(tx, {
        provider: deps.payments?.name ?? '',
        providerPaymentId: facts.providerPaymentId,
      })
    )?.payment_id;
  const payment = paymentId === undefined ? undefined : await lockPayment(tx, paymentId);
  // Money goes back once it has come.
  return payment?.status === 'completed' ? payment : undefined;
}

async function settle(
  tx: Transaction,
  deps: FactsDeps,
  { refund, customer, facts }: { refund: RefundRow; customer: Customer; facts: Pick<RefundFacts, 'state' | 'failure'> },
): Promise<void> {
  const ledger = new CustomerLedger(tx, customer);
  const entry = {
    scope: scopeOfRefund(refund),
    amount: refund.amount_micros,
    actor: BILLING,
    correlationId: refund.correlation_id,
  };
  const said = { ...amountOf(refund), card: cardOfRefund(refund) };
  let change: RefundChange;
  if (facts.state === 'succeeded') {
    const reference = `refund_settlement:${refund.refund_id}`;
    await ledger.settleRefund({ ...entry, kind: 'refund_settlement', reason: 'Sent to the card', reference });
    change = { settlement: 'succeeded', outcome_text: sent(said), settled_at: tx.now, ask_at: null };
  } else {
    assertRefundTransition(refund.status, 'internal_credit');
    const reason = 'A refund that the card did not take';
    if (refund.settlement === 'succeeded') {
      const reference = `refund_unsettlement:${refund.refund_id}`;
      await ledger.unsettleRefund({ ...entry, kind: 'refund_settlement', reason, reference });
    }
    const reference = `refund_reversal:${refund.refund_id}`;
    await ledger.credit({ ...entry, kind: 'refund_reversal', reason, reference });
    change = {
      status: 'internal_credit',
      settlement: 'failed',
      failure: facts.failure,
      outcome_text: cameBack(said),
      settled_at: tx.now,
      ask_at: null,
    };
  }
  const after = await changeRefund(tx, refund, change);
  await deps.attention.clear(tx, stuckItem(refund));
  await record(tx, deps, { action: 'billing.refund.settle', before: refund, after });
  await announceRefund(tx, deps, 'billing.refund_settled', after);
}

/** Whoever made it at the provider has moved the money already: it is taken whether or not it is there, like everything that was decided elsewhere. */
async function bookForeign(
  tx: Transaction,
  deps: FactsDeps,
  { payment, facts }: { payment: PaymentRow; facts: RefundFacts },
): Promise<void> {
  if (facts.currency !== payment.currency)
    throw new Error(`refund ${facts.providerRefundId} is in ${facts.currency}, its payment in ${payment.currency}`);
  const card = cardOf(payment);
  const said = { amount: facts.amount, currency: facts.currency, card };
  const customer = existing(await lockCustomer(tx, payment.organization_id));
  const failed = facts.state === 'failed';
  const refund: RefundRow = {
    refund_id: newId('refund', tx.now),
    organization_id: payment.organization_id,
    department_id: payment.department_id,
    project_id: payment.project_id,
    user_id: null,
    payment_id: payment.payment_id,
    provider_payment_id: payment.provider_payment_id,
    provider_refund_id: facts.providerRefundId,
    amount_micros: facts.amount,
    currency: facts.currency,
    status: failed ? 'internal_credit' : 'provider_refund',
    settlement: failed ? 'failed' : 'pending',
    proposed_outcome: null,
    outcome_text: failed ? cameBack(said) : onItsWay(said),
    card_brand: card?.brand ?? null,
    card_last4: card?.last4 ?? null,
    made_by: 'provider',
    reason: 'Made at the payment provider',
    decision_reason: null,
    requested_by: null,
    decided_by: null,
    approved_by: null,
    failure: facts.failure,
    correlation_id: newId('corr', tx.now),
    requested_at: tx.now,
    decided_at: tx.now,
    settled_at: failed ? tx.now : null,
    // The provider knows it by no id of ours to be asked for.
    ask_at: null,
    asks: 0,
  };
  await insertRefund(tx, refund);
  await record(tx, deps, { action: 'billing.refund.create', before: null, after: refund });
  // Heard of for the first time when it was over: nothing was ever taken.
  if (failed) return;
  await new CustomerLedger(tx, customer).claim({
    kind: 'refund',
    scope: scopeOfRefund(refund),
    amount: facts.amount,
    reason: 'Given back at the payment provider',
    reference: `refund:${refund.refund_id}`,
    actor: BILLING,
    correlationId: refund.correlation_id,
    to: 'refund_pending',
  });
  await announceRefund(tx, deps, 'billing.refunded', refund);
  if (facts.state === 'succeeded')
    await settle(tx, deps, { refund, customer: existing(await lockCustomer(tx, payment.organization_id)), facts });
}

/** One that the provider has been asked for again and again. */
export const stuckItem = (refund: Pick<RefundRow, 'refund_id'>) => ({
  kind: 'refund_not_sent',
  resource: { type: 'refund', id: refund.refund_id },
});

async function record(
  tx: Transaction,
  deps: Pick<FactsDeps, 'audit'>,
  change: { action: string; before: RefundRow | null; after: RefundRow },
): Promise<void> {
  const { after, before } = change;
  const seen = ({ status, settlement, outcome_text, failure }: RefundRow) => ({
    ...{ status, settlement, outcome_text, failure },
  });
  await deps.audit.record(tx, {
    action: change.action,
    actor: BILLING,
    organizationId: after.organization_id,
    projectId: after.project_id,
    resource: auditedRefund,
    targetId: after.refund_id,
    correlationId: after.correlation_id,
    ...(before === null ? {} : { before: seen(before) }),
    after:
      before === null
        ? {
            ...seen(after),
            amount: after.amount_micros.toString(),
            currency: after.currency,
            payment_id: after.payment_id,
            made_by: after.made_by,
            provider_refund_id: after.provider_refund_id,
          }
        : seen(after),
  });
}
