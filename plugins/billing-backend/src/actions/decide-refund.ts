import type { RequestContext, Transaction } from '@portico/plugin-kit/backend';
import { common, errorsOf } from '@portico/plugin-kit/contract';
import { billingErrors } from '@portico/plugin-billing/contract';
import { auditedRefund } from '../audited';
import type { RefundOutcome } from '../domain/refund';
import { because, REJECTED, waitsForApproval } from '../domain/refund-words';
import { lockCustomer } from '../store/customers';
import type { Customer } from '../store/customers';
import { lockPayment } from '../store/payments';
import { changeRefund, lockRefund, refundById } from '../store/refunds';
import type { RefundChange, RefundRow } from '../store/refunds';
import {
  amountOf,
  announceRefund,
  askForPerson,
  attentionItem,
  cardOfRefund,
  moveRefund,
  waitsFor,
} from './move-refund';
import { assertRefundable, existing, secondPersonFor, weighRefund } from './weigh-refund';
import type { RefundDeps } from './weigh-refund';

const billing = errorsOf(billingErrors);

export interface RefundDecision extends RequestContext {
  readonly refundId: string;
  readonly outcome: RefundOutcome | 'rejected';
  readonly reason: string;
}

/** A person says what becomes of a refund that waits. Above the limit of one person, what moves money then waits for a second. */
export async function decideRefund(tx: Transaction, deps: RefundDeps, decision: RefundDecision): Promise<RefundRow> {
  const { caller, outcome, reason } = decision;
  const { refund, customer } = await lockAll(tx, decision.refundId);
  if (refund.status !== 'requested') throw billing.fail('refund_waits_not', { details: { waits_for: null } });
  const by = { decided_by: caller.userId, decision_reason: reason };
  if (outcome === 'rejected') {
    const change = { ...by, status: outcome, outcome_text: REJECTED, proposed_outcome: null, decided_at: tx.now };
    const rejected = await save(tx, deps, { ...decision, action: 'reject', refund, change });
    await announceRefund(tx, deps, 'billing.refund_rejected', rejected);
    return rejected;
  }
  if (caller.userId === refund.requested_by) throw billing.fail('refund_needs_another_person');
  const why = await obstacleNow(tx, deps, { refund, customer });
  if (outcome === 'provider_refund' && why !== null) throw notPossible(why);
  const { fourEyesAbove } = deps.policy.refunds;
  const given = { amount: refund.amount_micros, organizationId: refund.organization_id, userId: caller.userId };
  const second = await secondPersonFor(tx, deps, { ...given, at: tx.now });
  if (second !== null) {
    const about = { ...amountOf(refund), card: cardOfRefund(refund), outcome, fourEyesAbove };
    const text = waitsForApproval({ ...about, why: second });
    const change = { ...by, proposed_outcome: outcome, outcome_text: text };
    const waiting = await save(tx, deps, { ...decision, action: 'decide', refund, change });
    await askForPerson(tx, deps, waiting);
    return waiting;
  }
  const decided = { ...refund, ...by };
  const moved = await moveRefund(tx, deps, {
    refund: decided,
    outcome,
    because: outcome === 'internal_credit' ? why : null,
    customer,
    actor: decision.actor,
  });
  return save(tx, deps, { ...decision, action: 'decide', refund, change: { ...by, ...moved } });
}

/** A second person agrees, and the money moves. What policy allows is looked at again, because time and money have passed. */
export async function approveRefund(
  tx: Transaction,
  deps: RefundDeps,
  approval: RequestContext & { readonly refundId: string },
): Promise<RefundRow> {
  const { caller } = approval;
  const { refund, customer } = await lockAll(tx, approval.refundId);
  const outcome = refund.proposed_outcome;
  if (refund.status !== 'requested' || outcome === null)
    throw billing.fail('refund_waits_not', { details: { waits_for: waitsFor(refund) } });
  if (caller.userId === refund.requested_by || caller.userId === refund.decided_by)
    throw billing.fail('refund_needs_another_person');
  const why = await obstacleNow(tx, deps, { refund, customer });
  if (outcome === 'provider_refund' && why !== null) throw notPossible(why);
  const moved = await moveRefund(tx, deps, {
    refund,
    outcome,
    because: outcome === 'internal_credit' ? why : null,
    customer,
    actor: approval.actor,
  });
  const change = { ...moved, approved_by: caller.userId };
  return save(tx, deps, { ...approval, action: 'approve', refund, change });
}

/** Payment, refund, customer: in the order in which everybody who gives money back takes them. */
async function lockAll(tx: Transaction, refundId: string): Promise<{ refund: RefundRow; customer: Customer }> {
  const found = await refundById(tx, refundId);
  if (found === undefined) throw common.fail('not_found');
  if (found.payment_id !== null) await lockPayment(tx, found.payment_id);
  const refund = await lockRefund(tx, refundId);
  if (refund === undefined) throw common.fail('not_found');
  return { refund, customer: existing(await lockCustomer(tx, refund.organization_id)) };
}

/** Why the money cannot go to the card now, in words; null when it can. */
async function obstacleNow(
  tx: Transaction,
  deps: RefundDeps,
  { refund, customer }: { refund: RefundRow; customer: Customer },
): Promise<string | null> {
  const payment = refund.payment_id === null ? null : ((await lockPayment(tx, refund.payment_id)) ?? null);
  if (payment !== null) assertRefundable(payment, deps);
  const asked = { customer, payment, amount: refund.amount_micros, at: tx.now };
  const { obstacle } = await weighRefund(tx, deps, asked);
  return obstacle === null ? null : because(obstacle, deps.policy.refunds);
}

function notPossible(why: string) {
  return billing.fail('refund_not_possible', {
    message: `The money cannot go back to the card any more, because ${why}. Give it as a credit, or reject it.`,
  });
}

async function save(
  tx: Transaction,
  deps: RefundDeps,
  saved: Pick<RequestContext, 'actor' | 'correlationId'> & {
    action: 'decide' | 'approve' | 'reject';
    refund: RefundRow;
    change: RefundChange;
    reason?: string;
  },
): Promise<RefundRow> {
  const { refund, change, reason } = saved;
  const after = await changeRefund(tx, refund, change);
  if (after.status !== 'requested') await deps.attention.clear(tx, attentionItem(refund));
  const seen = ({ status, settlement, proposed_outcome, outcome_text, decided_by, approved_by }: RefundRow) => ({
    ...{ status, settlement, proposed_outcome, outcome_text, decided_by, approved_by },
  });
  await deps.audit.record(tx, {
    action: `billing.refund.${saved.action}`,
    actor: saved.actor,
    organizationId: refund.organization_id,
    projectId: refund.project_id,
    resource: auditedRefund,
    targetId: refund.refund_id,
    correlationId: saved.correlationId,
    ...(reason === undefined ? {} : { reason }),
    before: seen(refund),
    after: seen(after),
  });
  return after;
}
