import type { Queries } from '@portico/plugin-kit/backend';
import type { ReplyOf } from '@portico/plugin-kit/contract';
import { toInstant, toInstantOrNull, toMoney } from '@portico/plugin-kit/contract';
import type { getAnyRefund, getRefund, listDisputes, previewRefund } from '@portico/plugin-billing/contract';
import type { Verdict } from './actions/make-refund';
import { cardOfRefund, waitsFor } from './actions/move-refund';
import type { BillingServices } from './services';
import type { DisputeRow } from './store/disputes';
import type { RefundRow } from './store/refunds';

export function refundReply(refund: RefundRow): ReplyOf<typeof getRefund> {
  return {
    refund_id: refund.refund_id,
    payment_id: refund.payment_id,
    amount: toMoney(refund.amount_micros, refund.currency),
    status: refund.status,
    settlement: refund.settlement,
    waits_for: waitsFor(refund),
    outcome_text: refund.outcome_text,
    card: cardOfRefund(refund),
    reason: refund.reason,
    decision_reason: refund.decision_reason,
    made_by: refund.made_by,
    requested_at: toInstant(refund.requested_at),
    decided_at: toInstantOrNull(refund.decided_at),
    settled_at: toInstantOrNull(refund.settled_at),
  };
}

/** The same with the people behind it. */
export async function adminRefundReplies(
  queries: Queries,
  { access }: Pick<BillingServices, 'access'>,
  refunds: readonly RefundRow[],
): Promise<ReplyOf<typeof getAnyRefund>[]> {
  const ids = refunds.flatMap(one => [one.requested_by, one.decided_by, one.approved_by].filter(id => id !== null));
  const usernames = ids.length === 0 ? new Map<string, string>() : await access.usernames(queries, [...new Set(ids)]);
  const organizations = await access.names(queries, { organizations: refunds.map(one => one.organization_id) });
  const person = (id: string | null) => (id === null ? null : { user_id: id, username: usernames.get(id) ?? null });
  return refunds.map(refund => ({
    ...refundReply(refund),
    organization_id: refund.organization_id,
    organization_name: organizations.get(refund.organization_id) ?? null,
    user_id: refund.user_id,
    proposed_outcome: refund.proposed_outcome,
    requested_by: person(refund.requested_by),
    decided_by: person(refund.decided_by),
    approved_by: person(refund.approved_by),
    provider_refund_id: refund.provider_refund_id,
    failure: refund.failure,
  }));
}

export function previewReply({ weighed, outcome, waitsFor: waits, text }: Verdict): ReplyOf<typeof previewRefund> {
  const money = (amount: bigint) => toMoney(amount, weighed.currency);
  return {
    payment_id: weighed.payment?.payment_id ?? null,
    amount: money(weighed.amount),
    outcome,
    waits_for: waits,
    outcome_text: text,
    refundable: money(weighed.refundable),
    left_of_payment: money(weighed.left),
    unspent: money(weighed.unspent),
    window_ends_at: toInstantOrNull(weighed.windowEndsAt),
    card: weighed.card,
  };
}

export async function disputeReplies(
  queries: Queries,
  { access }: Pick<BillingServices, 'access'>,
  disputes: readonly DisputeRow[],
): Promise<ReplyOf<typeof listDisputes>['items']> {
  const organizations = await access.names(queries, { organizations: disputes.map(one => one.organization_id) });
  return disputes.map(dispute => ({
    dispute_id: dispute.dispute_id,
    organization_id: dispute.organization_id,
    organization_name: organizations.get(dispute.organization_id) ?? null,
    payment_id: dispute.payment_id,
    status: dispute.status,
    amount: toMoney(dispute.amount_micros, dispute.currency),
    reason: dispute.reason,
    respond_by: toInstantOrNull(dispute.respond_by_at),
    provider_dispute_id: dispute.provider_dispute_id,
    opened_at: toInstant(dispute.opened_at),
    closed_at: toInstantOrNull(dispute.closed_at),
  }));
}
