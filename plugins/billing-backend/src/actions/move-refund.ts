import type { Actor, Transaction } from '@portico/plugin-kit/backend';
import { toMoney } from '@portico/plugin-kit/contract';
import { assertRefundTransition } from '../domain/refund';
import type { RefundOutcome } from '../domain/refund';
import { cardText, credited, onItsWay } from '../domain/refund-words';
import type { Card } from '../domain/refund-words';
import { refundWasDecided } from '../refunds-decided';
import type { Customer } from '../store/customers';
import type { RefundChange, RefundRow } from '../store/refunds';
import { credit } from './credit';
import { CustomerLedger } from './customer-ledger';
import type { RefundDeps } from './weigh-refund';

/**
 * Moves the money of a refund that is decided, and says so: out of the balance and on its way to the card, or into the balance as a credit. The provider is asked after the commit, so
 * a crash in between leaves a refund that is on its way and is asked for again. What is returned is for whoever writes the row, in the same transaction.
 */
export async function moveRefund(
  tx: Transaction,
  deps: RefundDeps,
  move: { refund: RefundRow; outcome: RefundOutcome; because: string | null; customer: Customer; actor: Actor },
): Promise<RefundChange> {
  const { refund, outcome, customer, actor } = move;
  assertRefundTransition(refund.status, outcome);
  const change = await (outcome === 'provider_refund' ? toCard : toBalance)();
  await announceRefund(tx, deps, 'billing.refunded', { ...refund, ...change });
  return change;

  async function toCard(): Promise<RefundChange> {
    await new CustomerLedger(tx, customer).charge({
      kind: 'refund',
      scope: scopeOfRefund(refund),
      amount: refund.amount_micros,
      reason: `Refund to ${cardText(cardOfRefund(refund))}`,
      reference: `refund:${refund.refund_id}`,
      actor,
      correlationId: refund.correlation_id,
    });
    tx.afterCommit(refundWasDecided);
    const text = onItsWay({ ...amountOf(refund), card: cardOfRefund(refund) });
    return { ...decided(), status: 'provider_refund', settlement: 'pending', outcome_text: text, ask_at: tx.now };
  }

  async function toBalance(): Promise<RefundChange> {
    await credit(tx, deps, {
      kind: 'internal_credit',
      scope: scopeOfRefund(refund),
      amount: refund.amount_micros,
      currency: refund.currency,
      reason: refund.decision_reason ?? refund.reason,
      reference: `refund:${refund.refund_id}`,
      actor,
      correlationId: refund.correlation_id,
    });
    return { ...decided(), status: 'internal_credit', outcome_text: credited(amountOf(refund), move.because) };
  }

  function decided(): RefundChange {
    return { decided_at: tx.now, proposed_outcome: null };
  }
}

export async function announceRefund(
  tx: Transaction,
  deps: Pick<RefundDeps, 'outbox'>,
  eventType: 'billing.refunded' | 'billing.refund_requested' | 'billing.refund_rejected' | 'billing.refund_settled',
  refund: RefundRow,
): Promise<void> {
  await deps.outbox.append(tx, {
    eventType,
    correlationId: refund.correlation_id,
    organizationId: refund.organization_id,
    resource: { type: 'organization', id: refund.organization_id },
    payload: {
      organization_id: refund.organization_id,
      refund_id: refund.refund_id,
      payment_id: refund.payment_id,
      amount: toMoney(refund.amount_micros, refund.currency),
      outcome: refund.status,
      settlement: refund.settlement,
      waits_for: waitsFor(refund),
      outcome_text: refund.outcome_text,
      reason: refund.decision_reason ?? refund.reason,
    },
  });
}

/** Somebody has to look at it, or has. */
export async function askForPerson(
  tx: Transaction,
  deps: Pick<RefundDeps, 'attention' | 'outbox'>,
  refund: RefundRow,
): Promise<void> {
  await announceRefund(tx, deps, 'billing.refund_requested', refund);
  await deps.attention.raise(tx, {
    ...attentionItem(refund),
    organizationId: refund.organization_id,
    message: `A refund waits: ${refund.outcome_text}`,
  });
}

export const attentionItem = (refund: Pick<RefundRow, 'refund_id'>) => ({
  kind: 'refund_waiting',
  resource: { type: 'refund', id: refund.refund_id },
});

export function waitsFor(refund: Pick<RefundRow, 'status' | 'proposed_outcome'>): 'decision' | 'approval' | null {
  if (refund.status !== 'requested') return null;
  return refund.proposed_outcome === null ? 'decision' : 'approval';
}

export function cardOfRefund(refund: Pick<RefundRow, 'card_brand' | 'card_last4'>): Card | null {
  if (refund.card_brand === null || refund.card_last4 === null) return null;
  return { brand: refund.card_brand, last4: refund.card_last4 };
}

export function amountOf(refund: Pick<RefundRow, 'amount_micros' | 'currency'>) {
  return { amount: refund.amount_micros, currency: refund.currency };
}

export function scopeOfRefund(refund: RefundRow) {
  return {
    organizationId: refund.organization_id,
    departmentId: refund.department_id,
    projectId: refund.project_id,
    userId: refund.user_id,
    allocationId: null,
  };
}
