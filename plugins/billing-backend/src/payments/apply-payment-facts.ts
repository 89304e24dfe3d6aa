import type { Transaction } from '@portico/plugin-kit/backend';
import { toMoney } from '@portico/plugin-kit/contract';
import { auditedPayment } from '../audited';
import { CustomerLedger } from '../actions/customer-ledger';
import { assertTransition, judge, MISMATCH } from '../domain/payment';
import type { PaymentSource, Verdict } from '../domain/payment';
import { lockCustomer } from '../store/customers';
import type { EventOutcome } from '../store/payment-events';
import { changePayment, lockPayment, logPaymentState } from '../store/payments';
import type { PaymentChange, PaymentRow } from '../store/payments';
import { moneyText } from '../domain/currency';
import { cardText } from '../domain/refund-words';
import { autoTopUpFailed, autoTopUpSucceeded } from './auto-top-up-outcome';
import { nextCheckAt } from './check-schedule';
import type { PaymentDeps } from './payment-deps';
import type { PaymentFacts } from './payment-provider';

const PAYMENTS = { type: 'system', id: 'payments' } as const;

/**
 * The single door through which a payment moves on: whatever brought the provider's word, and however often. Locks the payment, then the customer. Exactly one `top_up`
 * entry is made for a payment, by its reference and by `completed`, which nothing leaves.
 */
export async function applyPaymentFacts(
  tx: Transaction,
  services: PaymentDeps,
  facts: PaymentFacts,
  source: PaymentSource,
): Promise<EventOutcome> {
  const payment = await lockPayment(tx, facts.paymentId);
  // Of another installation that shares the provider's account, or of the provider before this one.
  if (payment === undefined || payment.provider !== services.payments?.name) return 'unknown';
  const verdict = judge(
    {
      status: payment.status,
      isPending: payment.is_pending === 1,
      amount: payment.amount_micros,
      currency: payment.currency,
      providerPaymentId: payment.provider_payment_id,
      failureCode: payment.failure_code,
      cancelRequested: payment.cancel_requested_at !== null,
    },
    facts,
  );
  switch (verdict.kind) {
    case 'unchanged':
      await changePayment(tx, payment.payment_id, learned(payment, facts));
      return 'unchanged';
    case 'paid_twice':
      await askPerson(tx, services, payment, {
        kind: 'payment_paid_twice',
        message: `Payment ${payment.payment_id} was paid a second time (${facts.providerPaymentId}); only the first was credited. Give the second back at the payment provider.`,
      });
      return 'mismatch';
    case 'mismatch':
      await doNotCredit(tx, services, { payment, facts, source, to: verdict.to });
      return 'mismatch';
    case 'change':
      await moveOn(tx, services, { payment, facts, source, verdict });
      return 'applied';
  }
}

/** What the provider told by the way and we did not know. */
function learned(payment: PaymentRow, facts: PaymentFacts): PaymentChange {
  return {
    ...(payment.provider_session_id === null && facts.providerSessionId !== null
      ? { provider_session_id: facts.providerSessionId }
      : {}),
    ...(payment.provider_payment_id === null && facts.providerPaymentId !== null
      ? { provider_payment_id: facts.providerPaymentId }
      : {}),
  };
}

async function moveOn(
  tx: Transaction,
  services: PaymentDeps,
  news: {
    payment: PaymentRow;
    facts: PaymentFacts;
    source: PaymentSource;
    verdict: Extract<Verdict, { kind: 'change' }>;
  },
): Promise<void> {
  const { payment, facts, source, verdict } = news;
  assertTransition(payment.status, verdict.to);
  const is_pending = verdict.isPending ? 1 : 0;
  const entryId = verdict.to === 'completed' ? await creditOnce(tx, services, { payment, facts }) : null;
  await changePayment(tx, payment.payment_id, {
    ...learned(payment, facts),
    status: verdict.to,
    is_pending,
    failure_code: verdict.failure?.code ?? null,
    failure_message: verdict.failure?.message ?? null,
    check_at: nextCheckAt({ ...payment, status: verdict.to, is_pending }, tx.now),
    ...(facts.method === null ? {} : { method_brand: facts.method.brand, method_last4: facts.method.last4 }),
    ...(entryId === null
      ? {}
      : {
          entry_id: entryId,
          completed_at: tx.now,
          checkout_url: null,
          provider_payment_id: facts.providerPaymentId ?? payment.provider_payment_id,
        }),
  });
  await logPaymentState(tx, {
    payment_id: payment.payment_id,
    status: verdict.to,
    is_pending,
    source,
    note: noteOf(payment, verdict),
  });
  const bounced = verdict.failure !== null && !verdict.isPending && verdict.to !== 'open';
  if (bounced) await tellFailure(tx, services, payment, verdict.failure);
}

function noteOf(payment: PaymentRow, verdict: Extract<Verdict, { kind: 'change' }>): string | null {
  if (verdict.to === 'completed' && payment.status !== 'open' && payment.status !== 'created')
    return `It was taken to be ${payment.status}, and was paid after all.`;
  if (verdict.failure !== null) return verdict.failure.message;
  return verdict.isPending && !payment.is_pending ? 'Handed in; the bank has yet to say whether it is paid.' : null;
}

async function creditOnce(
  tx: Transaction,
  services: PaymentDeps,
  { payment, facts }: { payment: PaymentRow; facts: PaymentFacts },
): Promise<string> {
  const { organization_id: organizationId, amount_micros: amount, currency, correlation_id: correlationId } = payment;
  const customer = await lockCustomer(tx, organizationId);
  if (customer === undefined) throw new Error(`organization ${organizationId} has no account`);
  if (customer.currency !== currency)
    throw new Error(`payment ${payment.payment_id} is in ${currency}, the account in ${customer.currency}`);
  const reason = reasonOf(payment, facts, services.payments?.isTestMoney === true);
  const entryId = await new CustomerLedger(tx, customer).credit({
    kind: 'top_up',
    scope: {
      organizationId,
      departmentId: payment.department_id,
      projectId: payment.project_id,
      userId: payment.user_id,
      allocationId: null,
    },
    amount,
    reason,
    reference: `payment:${payment.payment_id}`,
    actor: PAYMENTS,
    correlationId,
  });
  const about = { correlationId, organizationId, resource: { type: 'organization', id: organizationId } };
  const paid = { organization_id: organizationId, payment_id: payment.payment_id, entry_id: entryId };
  const money = toMoney(amount, currency);
  await services.outbox.append(tx, {
    eventType: 'billing.credited',
    ...about,
    payload: { ...paid, kind: 'top_up', amount: money, reason },
  });
  await services.outbox.append(tx, {
    eventType: 'payments.session_completed',
    ...about,
    payload: { ...paid, kind: payment.kind, amount: money },
  });
  await services.audit.record(tx, {
    action: 'billing.payment.complete',
    actor: PAYMENTS,
    organizationId,
    projectId: payment.project_id,
    resource: auditedPayment,
    targetId: payment.payment_id,
    correlationId,
    before: { status: payment.status },
    after: { status: 'completed', amount: money.amount, currency, entry_id: entryId },
  });
  if (payment.kind === 'auto_top_up') await autoTopUpSucceeded(tx, organizationId);
  return entryId;
}

function reasonOf(payment: PaymentRow, facts: PaymentFacts, isTestMoney: boolean): string {
  const what = payment.kind === 'auto_top_up' ? 'Automatic top-up' : 'Funds added';
  const brand = facts.method?.brand ?? payment.method_brand;
  const last4 = facts.method?.last4 ?? payment.method_last4;
  const by = brand === null || last4 === null ? '' : `, ${cardText({ brand, last4 })}`;
  return `${what}${by}${isTestMoney ? ' (test money)' : ''}`;
}

async function tellFailure(
  tx: Transaction,
  services: PaymentDeps,
  payment: PaymentRow,
  failure: { code: string; message: string },
): Promise<void> {
  if (payment.kind === 'auto_top_up') {
    await autoTopUpFailed(tx, services, { payment, failure });
    return;
  }
  await services.outbox.append(tx, {
    eventType: 'payments.session_failed',
    correlationId: payment.correlation_id,
    organizationId: payment.organization_id,
    resource: { type: 'organization', id: payment.organization_id },
    payload: {
      organization_id: payment.organization_id,
      payment_id: payment.payment_id,
      kind: payment.kind,
      amount: toMoney(payment.amount_micros, payment.currency),
      ...failure,
    },
  });
}

async function doNotCredit(
  tx: Transaction,
  services: PaymentDeps,
  news: { payment: PaymentRow; facts: PaymentFacts; source: PaymentSource; to: PaymentRow['status'] },
): Promise<void> {
  const { payment, facts, source, to } = news;
  assertTransition(payment.status, to);
  await changePayment(tx, payment.payment_id, {
    ...learned(payment, facts),
    status: to,
    is_pending: 0,
    failure_code: MISMATCH.code,
    failure_message: MISMATCH.message,
    check_at: null,
  });
  const asked = moneyText(payment.amount_micros, payment.currency);
  const paid = `${facts.amount} micro-units of ${facts.currency}`;
  await logPaymentState(tx, {
    payment_id: payment.payment_id,
    status: to,
    is_pending: 0,
    source,
    note: `${paid} were paid, ${asked} were asked for.`,
  });
  await askPerson(tx, services, payment, {
    kind: 'payment_mismatch',
    message: `Of payment ${payment.payment_id}, ${asked}, the payment provider says that ${paid} were paid. Nothing was credited.`,
  });
  if (payment.kind === 'auto_top_up') await autoTopUpFailed(tx, services, { payment, failure: MISMATCH });
}

async function askPerson(
  tx: Transaction,
  services: PaymentDeps,
  payment: PaymentRow,
  need: { kind: string; message: string },
): Promise<void> {
  await services.attention.raise(tx, {
    kind: need.kind,
    resource: { type: 'payment', id: payment.payment_id },
    organizationId: payment.organization_id,
    message: need.message,
  });
}
