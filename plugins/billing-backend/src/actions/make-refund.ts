import type { Actor, Queries, Transaction } from '@portico/plugin-kit/backend';
import { common, errorsOf, newId } from '@portico/plugin-kit/contract';
import type { Micros, Money } from '@portico/plugin-kit/contract';
import { billingErrors } from '@portico/plugin-billing/contract';
import { auditedRefund } from '../audited';
import { leftOf } from '../domain/refund';
import type { RefundOutcome } from '../domain/refund';
import {
  because,
  chargedAgain,
  onItsWay,
  waitsForApproval,
  waitsForDecision,
  willBeCredited,
} from '../domain/refund-words';
import { customersOf, lockCustomer } from '../store/customers';
import { lockPayment, paymentById } from '../store/payments';
import type { PaymentRow } from '../store/payments';
import { newestPaymentWith } from '../store/refundable-payments';
import { insertRefund, refundedOf, waitingRefundOf } from '../store/refunds';
import type { RefundRow } from '../store/refunds';
import { askForPerson, moveRefund } from './move-refund';
import {
  assertRefundable,
  assertWithinPayment,
  existing,
  refundAmount,
  secondPersonFor,
  weighRefund,
} from './weigh-refund';
import type { RefundDeps, WeighedRefund } from './weigh-refund';

const billing = errorsOf(billingErrors);

/** Who is given money back, and who asks: a member for their organization, or somebody of the platform. */
export interface RefundRequest {
  readonly madeBy: 'customer' | 'platform';
  readonly organizationId: string;
  readonly departmentId: string;
  readonly projectId: string;
  readonly userId: string;
  /** Null: the newest that has the whole amount left, for the platform alone. */
  readonly paymentId: string | null;
  /** Null, in a preview: what can be given back. */
  readonly money: Money | null;
  /** Who asks. */
  readonly requestedBy: string;
}

export interface Verdict {
  readonly weighed: WeighedRefund;
  /** What policy makes of it; null: a person decides. */
  readonly outcome: RefundOutcome | null;
  readonly waitsFor: 'decision' | 'approval' | null;
  readonly because: string | null;
  readonly text: string;
}

/** What the refund would become now. Nothing is locked and nothing changes. */
export async function previewRefund(queries: Queries, deps: RefundDeps, request: RefundRequest): Promise<Verdict> {
  const { organizationId } = request;
  const customer = existing((await customersOf(queries, [organizationId])).get(organizationId));
  const amount = request.money === null ? null : refundAmount(request.money, customer.currency);
  const at = deps.clock.now();
  const paymentId = request.paymentId ?? (await newestPayment(queries, deps, { ...request, ...customer, amount, at }));
  const payment = paymentId === null ? null : ofOrganization(await paymentById(queries, paymentId), organizationId);
  if (payment !== null) assertRefundable(payment, deps);
  const verdict = await judge(queries, deps, {
    ...{ request, at },
    weighed: await weighRefund(queries, deps, { customer, payment, amount, at }),
  });
  await assertNoneWaits(queries, verdict);
  const { chargedAgainBelow: threshold, currency } = verdict.weighed;
  if (verdict.outcome !== 'provider_refund' || threshold === null) return verdict;
  return { ...verdict, text: `${verdict.text} ${chargedAgain({ amount: threshold, currency })}` };
}

/** Gives money back as far as policy decides it, else writes down that it was asked for. */
export async function makeRefund(
  tx: Transaction,
  deps: RefundDeps,
  request: RefundRequest & {
    readonly money: Money;
    readonly reason: string;
    readonly expectedOutcome: RefundOutcome | null;
    readonly actor: Actor;
    readonly correlationId: string;
  },
): Promise<RefundRow> {
  const { organizationId, actor, correlationId } = request;
  const { currency } = existing((await customersOf(tx, [organizationId])).get(organizationId));
  const amount = refundAmount(request.money, currency);
  // The payment first, then the customer: everybody who gives money back takes their locks in this order.
  const payment = await lockedPayment(tx, deps, { ...request, currency, amount });
  if (payment !== null) assertRefundable(payment, deps);
  const customer = existing(await lockCustomer(tx, organizationId));
  const verdict = await judge(tx, deps, {
    ...{ request, at: tx.now },
    weighed: await weighRefund(tx, deps, { customer, payment, amount, at: tx.now }),
  });
  await assertNoneWaits(tx, verdict);
  if (request.expectedOutcome !== null && request.expectedOutcome !== verdict.outcome)
    throw billing.fail('refund_outcome_changed', { details: { outcome: verdict.outcome, outcome_text: verdict.text } });

  const { card } = verdict.weighed;
  const asked: RefundRow = {
    refund_id: newId('refund', tx.now),
    organization_id: organizationId,
    department_id: request.departmentId,
    project_id: request.projectId,
    user_id: request.userId,
    payment_id: payment?.payment_id ?? null,
    provider_payment_id: payment?.provider_payment_id ?? null,
    provider_refund_id: null,
    amount_micros: amount,
    currency,
    status: 'requested',
    settlement: null,
    proposed_outcome: verdict.waitsFor === 'approval' ? verdict.outcome : null,
    outcome_text: verdict.text,
    card_brand: card?.brand ?? null,
    card_last4: card?.last4 ?? null,
    made_by: request.madeBy,
    reason: request.reason,
    decision_reason: null,
    requested_by: request.requestedBy,
    decided_by: null,
    approved_by: null,
    failure: null,
    correlation_id: correlationId,
    requested_at: tx.now,
    decided_at: null,
    settled_at: null,
    ask_at: null,
    asks: 0,
  };
  const moved =
    verdict.waitsFor !== null || verdict.outcome === null
      ? {}
      : await moveRefund(tx, deps, {
          refund: asked,
          outcome: verdict.outcome,
          because: verdict.because,
          customer,
          actor,
        });
  const refund = { ...asked, ...moved };
  await insertRefund(tx, refund);
  if (refund.status === 'requested') await askForPerson(tx, deps, refund);
  await deps.audit.record(tx, {
    action: 'billing.refund.create',
    actor,
    organizationId,
    projectId: refund.project_id,
    resource: auditedRefund,
    targetId: refund.refund_id,
    correlationId,
    reason: request.reason,
    after: {
      status: refund.status,
      settlement: refund.settlement,
      proposed_outcome: refund.proposed_outcome,
      amount: amount.toString(),
      currency,
      payment_id: refund.payment_id,
      user_id: refund.user_id,
      made_by: refund.made_by,
      outcome_text: refund.outcome_text,
    },
  });
  return refund;
}

/** Policy: to the card where that is possible; else a credit when the platform gives it, and a person's decision when the customer asks for it. */
async function judge(
  queries: Queries,
  deps: RefundDeps,
  { weighed, request, at }: { weighed: WeighedRefund; request: RefundRequest; at: number },
): Promise<Verdict> {
  const { amount, currency, card, obstacle } = weighed;
  const { fourEyesAbove, windowDays } = deps.policy.refunds;
  if (request.madeBy === 'customer') assertWithinPayment(weighed);
  const why = obstacle === null ? null : because(obstacle, { windowDays });
  if (why !== null && request.madeBy === 'customer')
    return { weighed, outcome: null, waitsFor: 'decision', because: why, text: waitsForDecision(why) };
  const outcome = why === null ? 'provider_refund' : 'internal_credit';
  const { organizationId, requestedBy: userId } = request;
  // What customers ask for by themselves is their own money: each refund counts alone.
  const isLarge = amount > fourEyesAbove ? 'amount' : null;
  const second =
    request.madeBy === 'customer'
      ? isLarge
      : await secondPersonFor(queries, deps, { amount, organizationId, userId, at });
  if (second !== null) {
    const text = waitsForApproval({ amount, currency, card, outcome, fourEyesAbove, why: second });
    return { weighed, outcome, waitsFor: 'approval', because: why, text };
  }
  const text = why === null ? onItsWay({ amount, currency, card }) : willBeCredited({ amount, currency }, why);
  return { weighed, outcome, waitsFor: null, because: why, text };
}

/** One of a payment waits at a time: whoever decides is not asked the same thing twice. */
async function assertNoneWaits(queries: Queries, { weighed, waitsFor }: Verdict): Promise<void> {
  if (waitsFor === null || weighed.payment === null) return;
  const waiting = await waitingRefundOf(queries, weighed.payment.payment_id);
  if (waiting !== undefined) throw billing.fail('refund_waits_already', { details: { refund_id: waiting.refund_id } });
}

/** Others may take what is left while we wait for the lock; then the next newest is asked. */
const CHOICES_MAX = 3;

async function lockedPayment(
  tx: Transaction,
  deps: RefundDeps,
  request: Pick<RefundRequest, 'organizationId' | 'paymentId'> & { currency: string; amount: Micros },
): Promise<PaymentRow | null> {
  const { organizationId, amount } = request;
  if (request.paymentId !== null) return ofOrganization(await lockPayment(tx, request.paymentId), organizationId);
  for (let choice = 0; choice < CHOICES_MAX; choice += 1) {
    const paymentId = await newestPayment(tx, deps, { ...request, at: tx.now });
    if (paymentId === null) return null;
    const payment = ofOrganization(await lockPayment(tx, paymentId), organizationId);
    const refunded = (await refundedOf(tx, [paymentId])).get(paymentId) ?? 0n;
    const paid = { amount: payment.amount_micros, completedAt: payment.completed_at ?? 0, refunded, disputed: 0n };
    if (leftOf(paid) >= amount) return payment;
  }
  return null;
}

async function newestPayment(
  queries: Queries,
  deps: Pick<RefundDeps, 'policy'>,
  options: { organizationId: string; currency: string; amount: Micros | null; at: number },
): Promise<string | null> {
  const from = options.at - deps.policy.refunds.windowDays * DAY_MILLISECONDS;
  return newestPaymentWith(queries, { ...options, from, amount: options.amount ?? 1n });
}

const DAY_MILLISECONDS = 86_400_000;

function ofOrganization(payment: PaymentRow | undefined, organizationId: string): PaymentRow {
  if (payment?.organization_id !== organizationId) throw common.fail('not_found');
  return payment;
}
