import type { Transaction } from '@portico/plugin-kit/backend';
import { newId, toMoney } from '@portico/plugin-kit/contract';
import type { Micros } from '@portico/plugin-kit/contract';
import type { BillingServices } from '../services';
import { autoTopUpOf, saveAutoTopUp } from '../store/auto-top-ups';
import type { AutoTopUpRow } from '../store/auto-top-ups';
import { lockCustomer } from '../store/customers';
import { hasOpenDispute } from '../store/disputes';
import { chargeUnderWay, depositsSince, insertPayment, logPaymentState } from '../store/payments';
import { DAY_MILLISECONDS } from './begin-payment';
import { depositLimits } from './deposit-limits';

/** Milliseconds until the limit of a day is looked at again. */
const DAY_LIMIT_WAIT_MILLISECONDS = 60 * 60 * 1000;

type TopUpDeps = Pick<BillingServices, 'outbox' | 'policy' | 'payments'>;

/**
 * Automatic top-up, as the review of a balance sees it: the customer's row is locked. When the money is below the threshold one payment is written down, and whoever checks payments
 * charges the card; until that has ended there is no other. Answers with the threshold below which the balance has to be looked at again, or null.
 */
export async function topUpWhenLow(
  tx: Transaction,
  deps: TopUpDeps,
  customer: { organizationId: string; currency: string; spendable: Micros },
): Promise<Micros | null> {
  const { organizationId, currency, spendable } = customer;
  const row = await autoTopUpOf(tx, organizationId);
  if (row?.enabled !== 1 || deps.payments?.name !== row.provider) return null;
  if (spendable >= row.threshold_micros) return row.threshold_micros;
  // A card whose owner tells the bank that they did not pay is not charged again meanwhile; the end of the dispute has the balance looked at.
  if (await hasOpenDispute(tx, organizationId)) return null;
  if (row.waits_until !== null && row.waits_until > tx.now) return null;
  if ((await chargeUnderWay(tx, organizationId)) !== null) return null;
  const reached = await limitReached(tx, deps, { row, currency });
  if (reached !== null) {
    await waitForLimit(tx, deps, { row, currency, ...reached });
    return null;
  }
  const paymentId = await writeCharge(tx, row, currency);
  await saveAutoTopUp(tx, { ...row, waits_until: null, last_payment_id: paymentId });
  return null;
}

/** Milliseconds, the first instant of the calendar month (UTC) in which `at` lies. */
export function monthStart(at: number, months = 0): number {
  const date = new Date(at);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months, 1);
}

async function limitReached(
  tx: Transaction,
  deps: TopUpDeps,
  { row, currency }: { row: AutoTopUpRow; currency: string },
): Promise<{ limit: 'month' | 'day'; waitsUntil: number } | null> {
  const { organization_id: organizationId } = row;
  const month = await depositsSince(tx, { organizationId, from: monthStart(tx.now), kind: 'auto_top_up' });
  if (month + row.amount_micros > row.monthly_limit_micros)
    return { limit: 'month', waitsUntil: monthStart(tx.now, 1) };
  const day = await depositsSince(tx, { organizationId, from: tx.now - DAY_MILLISECONDS });
  if (day + row.amount_micros > depositLimits(deps, currency).perDay)
    return { limit: 'day', waitsUntil: tx.now + DAY_LIMIT_WAIT_MILLISECONDS };
  return null;
}

async function waitForLimit(
  tx: Transaction,
  deps: TopUpDeps,
  news: { row: AutoTopUpRow; currency: string; limit: 'month' | 'day'; waitsUntil: number },
): Promise<void> {
  const { row, currency, limit, waitsUntil } = news;
  const { organization_id: organizationId } = row;
  await saveAutoTopUp(tx, { ...row, waits_until: waitsUntil });
  await deps.outbox.append(tx, {
    eventType: 'payments.auto_top_up_limit_reached',
    correlationId: newId('corr', tx.now),
    organizationId,
    resource: { type: 'organization', id: organizationId },
    payload: {
      organization_id: organizationId,
      limit,
      amount: toMoney(row.amount_micros, currency),
      waits_until: new Date(waitsUntil).toISOString(),
    },
  });
}

async function writeCharge(tx: Transaction, row: AutoTopUpRow, currency: string): Promise<string> {
  const paymentId = newId('pay', tx.now);
  await insertPayment(tx, {
    payment_id: paymentId,
    organization_id: row.organization_id,
    department_id: row.department_id,
    project_id: row.project_id,
    user_id: row.user_id,
    kind: 'auto_top_up',
    amount_micros: row.amount_micros,
    currency,
    provider: row.provider,
    saves_method: 0,
    charged_method_id: row.method_id,
    method_brand: row.method_brand,
    method_last4: row.method_last4,
    return_path: null,
    request_key: null,
    request_fingerprint: null,
    correlation_id: newId('corr', tx.now),
    expires_at: null,
    // Due at once: whoever checks payments charges the card.
    check_at: tx.now,
  });
  await logPaymentState(tx, {
    payment_id: paymentId,
    status: 'created',
    is_pending: 0,
    source: 'auto_top_up',
    note: 'The balance fell below the threshold.',
  });
  return paymentId;
}

/** What it waited for has come: the balance is looked at again. */
export async function resumeAutoTopUp(tx: Transaction, organizationId: string): Promise<void> {
  // Locking has the review done.
  await lockCustomer(tx, organizationId);
  const row = await autoTopUpOf(tx, organizationId);
  if (row?.waits_until != null && row.waits_until <= tx.now) await saveAutoTopUp(tx, { ...row, waits_until: null });
}
