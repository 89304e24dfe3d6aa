import type { Actor, Transaction } from '@portico/plugin-kit/backend';
import { newId, toInstant, toMoney } from '@portico/plugin-kit/contract';
import { auditedDispute } from '../audited';
import { isClosed, isNewStatus, moneyOf } from '../domain/dispute';
import { moneyText } from '../domain/currency';
import type { DisputeFacts } from '../payments/payment-provider';
import { lockCustomer } from '../store/customers';
import { disputeByProviderId, insertDispute, saveDispute } from '../store/disputes';
import type { DisputeRow } from '../store/disputes';
import { lockPayment, paymentByProviderId } from '../store/payments';
import type { FactsDeps } from './apply-refund-facts';
import { CustomerLedger } from './customer-ledger';
import { existing } from './weigh-refund';

const BILLING: Extract<Actor, { type: 'system' }> = { type: 'system', id: 'billing' };

/**
 * What the provider says of a dispute: its amount is taken from the balance, holds and all, once the bank has taken it, and given back once that is won. Facts that are older than
 * what is known change nothing. `unknown`: of a payment nobody here knows yet; tell it again once it is known.
 */
export async function applyDisputeFacts(
  tx: Transaction,
  deps: FactsDeps,
  facts: DisputeFacts,
): Promise<'applied' | 'unchanged' | 'unknown'> {
  const found = await paymentByProviderId(tx, {
    provider: deps.payments?.name ?? '',
    providerPaymentId: facts.providerPaymentId,
  });
  const payment = found && (await lockPayment(tx, found.payment_id));
  // Money is taken back once it has come.
  if (payment?.status !== 'completed') return 'unknown';
  if (facts.currency !== payment.currency)
    throw new Error(`dispute ${facts.providerDisputeId} is in ${facts.currency}, its payment in ${payment.currency}`);
  // Under the lock of its payment a dispute is neither made nor changed by anybody else.
  const before = await disputeByProviderId(tx, facts.providerDisputeId);
  if (before !== undefined && !isNewStatus(before.status, facts.state)) return 'unchanged';

  const money = moneyOf(facts.state, before?.is_claimed === 1);
  const dispute: DisputeRow = {
    dispute_id: before?.dispute_id ?? newId('dispute', tx.now),
    organization_id: payment.organization_id,
    payment_id: payment.payment_id,
    provider_dispute_id: facts.providerDisputeId,
    status: facts.state,
    // What was claimed is what is given back.
    amount_micros: before?.is_claimed === 1 ? before.amount_micros : facts.amount,
    currency: facts.currency,
    reason: facts.reason,
    is_claimed: money === 'nothing' ? (before?.is_claimed ?? 0) : money === 'claim' ? 1 : 0,
    respond_by_at: facts.respondBy,
    opened_at: before?.opened_at ?? tx.now,
    closed_at: isClosed(facts.state) ? tx.now : null,
  };
  await (before === undefined ? insertDispute(tx, dispute) : saveDispute(tx, dispute));
  const correlationId = newId('corr', tx.now);
  // Locking has the balance reviewed, also where no money moves: what waited for the end of the dispute goes on.
  const customer = existing(await lockCustomer(tx, payment.organization_id));
  if (money !== 'nothing') {
    const entry = {
      scope: {
        organizationId: payment.organization_id,
        departmentId: payment.department_id,
        projectId: payment.project_id,
        userId: payment.user_id,
        allocationId: null,
      },
      amount: dispute.amount_micros,
      actor: BILLING,
      correlationId,
    };
    const ledger = new CustomerLedger(tx, customer);
    if (money === 'claim') {
      const reference = `dispute:${dispute.dispute_id}`;
      const reason = 'A payment that is disputed at its bank';
      await ledger.claim({ ...entry, kind: 'dispute', reason, reference, to: 'processor_clearing' });
    } else {
      const reference = `dispute_reversal:${dispute.dispute_id}`;
      await ledger.credit({ ...entry, kind: 'dispute_reversal', reason: 'A dispute that was won', reference });
    }
  }
  await tell(tx, deps, { dispute, before, correlationId });
  return 'applied';
}

async function tell(
  tx: Transaction,
  deps: FactsDeps,
  { dispute, before, correlationId }: { dispute: DisputeRow; before: DisputeRow | undefined; correlationId: string },
): Promise<void> {
  const { dispute_id, organization_id, payment_id, status, currency, reason } = dispute;
  await deps.outbox.append(tx, {
    eventType: isClosed(status) ? 'billing.dispute_closed' : 'billing.dispute_opened',
    correlationId,
    organizationId: organization_id,
    resource: { type: 'organization', id: organization_id },
    payload: {
      ...{ organization_id, dispute_id, payment_id, status, reason },
      amount: toMoney(dispute.amount_micros, currency),
    },
  });
  const item = { kind: 'payment_disputed', resource: { type: 'dispute', id: dispute_id } };
  if (isClosed(status)) await deps.attention.clear(tx, item);
  else {
    const until = dispute.respond_by_at === null ? '' : ` before ${toInstant(dispute.respond_by_at)}`;
    const message = `A payment is disputed over ${moneyText(dispute.amount_micros, currency)} (${reason}): answer at the payment provider${until}.`;
    await deps.attention.raise(tx, { ...item, organizationId: organization_id, message });
  }
  const seen = (one: DisputeRow) => ({ status: one.status, is_claimed: one.is_claimed === 1, reason: one.reason });
  await deps.audit.record(tx, {
    action: 'billing.dispute.follow',
    actor: BILLING,
    organizationId: organization_id,
    resource: auditedDispute,
    targetId: dispute_id,
    correlationId,
    ...(before === undefined ? {} : { before: seen(before) }),
    after:
      before === undefined
        ? { ...seen(dispute), amount: dispute.amount_micros.toString(), currency, payment_id }
        : seen(dispute),
  });
}
