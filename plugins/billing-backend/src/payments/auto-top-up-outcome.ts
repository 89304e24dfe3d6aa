import type { Transaction } from '@portico/plugin-kit/backend';
import { toMoney } from '@portico/plugin-kit/contract';
import { auditedAutoTopUp } from '../audited';
import { autoTopUpOf, saveAutoTopUp } from '../store/auto-top-ups';
import type { DisabledReason } from '../store/auto-top-ups';
import { lockCustomer } from '../store/customers';
import type { PaymentRow } from '../store/payments';
import type { PaymentDeps } from './payment-deps';

/** Charges in a row that fail before the portal stops trying: banks hold it against whoever goes on. */
const FAILURES_MAX = 3;
/** Hours until the next try after so many failures. */
const RETRY_HOURS = [1, 6] as const;
const HOUR_MILLISECONDS = 3_600_000;

/** The customer's row is locked. */
export async function autoTopUpSucceeded(tx: Transaction, organizationId: string): Promise<void> {
  const row = await autoTopUpOf(tx, organizationId);
  if (row !== undefined) await saveAutoTopUp(tx, { ...row, failures_in_row: 0, waits_until: null });
}

export async function autoTopUpFailed(
  tx: Transaction,
  services: Pick<PaymentDeps, 'outbox' | 'audit'>,
  failed: { payment: PaymentRow; failure: { code: string; message: string } },
): Promise<void> {
  const { payment, failure } = failed;
  const { organization_id: organizationId } = payment;
  await lockCustomer(tx, organizationId);
  const row = await autoTopUpOf(tx, organizationId);
  if (row === undefined) return;
  const failures = row.failures_in_row + 1;
  const disabled = row.enabled === 1 && failures >= FAILURES_MAX;
  const hours = RETRY_HOURS[Math.min(failures, RETRY_HOURS.length) - 1] ?? 1;
  await saveAutoTopUp(tx, { ...row, failures_in_row: failures, waits_until: tx.now + hours * HOUR_MILLISECONDS });
  await services.outbox.append(tx, {
    eventType: 'payments.auto_top_up_failed',
    correlationId: payment.correlation_id,
    organizationId,
    resource: { type: 'organization', id: organizationId },
    payload: {
      organization_id: organizationId,
      payment_id: payment.payment_id,
      amount: toMoney(payment.amount_micros, payment.currency),
      ...failure,
      failures_in_row: failures,
      disabled,
    },
  });
  if (disabled)
    await disableAutoTopUp(tx, services, {
      organizationId,
      reason: 'failures',
      correlationId: payment.correlation_id,
    });
}

/** The customer's row is locked. Does nothing when it is off already. */
export async function disableAutoTopUp(
  tx: Transaction,
  services: Pick<PaymentDeps, 'outbox' | 'audit'>,
  why: { organizationId: string; reason: DisabledReason; correlationId: string },
): Promise<void> {
  const { organizationId, reason, correlationId } = why;
  const row = await autoTopUpOf(tx, organizationId);
  if (row === undefined || row.enabled === 0) return;
  await saveAutoTopUp(tx, { ...row, enabled: 0, disabled_reason: reason, waits_until: null });
  await services.audit.record(tx, {
    action: 'billing.auto_top_up.disable',
    actor: { type: 'system', id: 'payments' },
    organizationId,
    resource: auditedAutoTopUp,
    targetId: organizationId,
    correlationId,
    before: { enabled: true },
    after: { enabled: false, disabled_reason: reason },
  });
  await services.outbox.append(tx, {
    eventType: 'payments.auto_top_up_disabled',
    correlationId,
    organizationId,
    resource: { type: 'organization', id: organizationId },
    payload: { organization_id: organizationId, reason },
  });
}
