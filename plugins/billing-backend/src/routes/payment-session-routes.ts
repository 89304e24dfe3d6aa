import type { Handlers, Queries } from '@portico/plugin-kit/backend';
import {
  common,
  errorsOf,
  PAGE_LIMIT_DEFAULT,
  toInstant,
  toInstantOrNull,
  toMoney,
} from '@portico/plugin-kit/contract';
import type { ReplyOf } from '@portico/plugin-kit/contract';
import type { billingContract, getPaymentSession, listPaymentSessions } from '@portico/plugin-billing/contract';
import { billingErrors } from '@portico/plugin-billing/contract';
import { auditedPayment } from '../audited';
import { paymentItems } from '../payment-replies';
import { checkPayment, paymentNow } from '../payments/check-payment';
import type { BillingServices } from '../services';
import { entriesOfPayment } from '../store/payment-entries';
import { eventsOfPayment } from '../store/payment-events';
import { paymentsPage, paymentStates } from '../store/payments';
import type { PaymentRow } from '../store/payments';
import { instantOf } from './instant-of';

const billing = errorsOf(billingErrors);

type SessionOperations = 'listPaymentSessions' | 'getPaymentSession' | 'reconcilePaymentSession';
type Session = ReplyOf<typeof listPaymentSessions>['items'][number];

/** Payments as the platform's own people see them. */
export function paymentSessionRoutes(
  services: BillingServices,
): Pick<Handlers<typeof billingContract>, SessionOperations> {
  const { database } = services;
  return {
    async listPaymentSessions({ query }) {
      const [from, to] = [instantOf(query.from), instantOf(query.to)];
      if (from !== undefined && to !== undefined && from > to) throw billing.fail('period_invalid');
      const { organization_id: organizationId, user_id: userId, kind, status, provider } = query;
      const { rows, nextCursor } = await paymentsPage(database.read, {
        list: 'payment-sessions',
        filter: { organizationId, userId, kind, status, provider, from, to },
        limit: query.limit ?? PAGE_LIMIT_DEFAULT,
        cursor: query.cursor,
      });
      const items = await sessionItems(database.read, services, rows);
      return { status: 200, body: { items, next_cursor: nextCursor } };
    },

    async getPaymentSession({ params }) {
      const payment = await paymentNow(services, params.payment_id);
      return { status: 200, body: await sessionDetail(database.read, services, payment) };
    },

    async reconcilePaymentSession(request) {
      const { payment_id: paymentId } = request.params;
      const before = await paymentNow(services, paymentId);
      await checkPayment(services, paymentId, 'now');
      const after = await paymentNow(services, paymentId);
      return request.write(async tx => {
        await services.audit.record(tx, {
          action: 'billing.payment.reconcile',
          actor: request.actor,
          organizationId: after.organization_id,
          projectId: after.project_id,
          resource: auditedPayment,
          targetId: paymentId,
          correlationId: request.correlationId,
          before: { status: before.status },
          after: { status: after.status },
        });
        return { status: 200, body: await sessionDetail(tx, services, after) };
      });
    },
  };
}

async function sessionItems(
  queries: Queries,
  services: BillingServices,
  rows: readonly PaymentRow[],
): Promise<Session[]> {
  const organizations = await services.access.names(queries, { organizations: rows.map(row => row.organization_id) });
  const users = await services.access.usernames(queries, [...new Set(rows.map(row => row.user_id))]);
  const items = await paymentItems(queries, services, rows);
  return items.map((item, place) => {
    const row = rows[place] as PaymentRow;
    return {
      ...item,
      organization_id: row.organization_id,
      organization_name: organizations.get(row.organization_id) ?? null,
      username: users.get(row.user_id) ?? null,
    };
  });
}

async function sessionDetail(
  queries: Queries,
  services: BillingServices,
  payment: PaymentRow,
): Promise<ReplyOf<typeof getPaymentSession>> {
  const { payment_id: paymentId, provider, provider_payment_id: providerPaymentId } = payment;
  const [session] = await sessionItems(queries, services, [payment]);
  if (session === undefined) throw common.fail('not_found');
  const states = await paymentStates(queries, paymentId);
  const events = await eventsOfPayment(queries, { paymentId, provider, providerPaymentId });
  const { entries, refunds, disputes } = await entriesOfPayment(queries, payment);
  const money = (amount: bigint) => toMoney(amount, payment.currency);
  return {
    ...session,
    provider_session_id: payment.provider_session_id,
    provider_payment_id: providerPaymentId,
    checks: payment.checks,
    checked_at: toInstantOrNull(payment.checked_at),
    next_check_at: toInstantOrNull(payment.check_at),
    states: states.map(({ status, is_pending, at, source, note }) => ({
      status,
      is_pending: is_pending === 1,
      at: toInstant(at),
      source,
      note,
    })),
    provider_events: events.map(({ event_id, type, outcome, occurred_at, received_at }) => ({
      event_id,
      type,
      outcome,
      occurred_at: toInstant(occurred_at),
      received_at: toInstant(received_at),
    })),
    entries: entries.map(({ entry_id, kind, amount_micros, description, created_at }) => ({
      entry_id,
      kind,
      amount: money(amount_micros),
      description,
      created_at: toInstant(created_at),
    })),
    refunds: refunds.map(({ refund_id, status, amount_micros, requested_at }) => ({
      refund_id,
      status,
      amount: money(amount_micros),
      created_at: toInstant(requested_at),
    })),
    disputes: disputes.map(({ dispute_id, status, amount_micros, reason, opened_at }) => ({
      dispute_id,
      status,
      amount: money(amount_micros),
      reason,
      created_at: toInstant(opened_at),
    })),
  };
}
