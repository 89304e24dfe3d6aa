import type { Queries } from '@portico/plugin-kit/backend';
import type { Micros } from '@portico/plugin-kit/contract';

/**
 * The newest payment since `from` that has the whole amount left for its card and is not disputed; without one, null. One statement: an organization pays in a few
 * times a month, and what is asked for lies within the window.
 */
export async function newestPaymentWith(
  queries: Queries,
  options: { organizationId: string; from: number; amount: Micros; currency: string },
): Promise<string | null> {
  const row = await queries.first<{ payment_id: string }>(
    `SELECT payment.payment_id FROM billing_payments AS payment
    WHERE payment.organization_id = ? AND payment.status = 'completed' AND payment.completed_at > ? AND payment.currency = ?
      AND payment.amount_micros
        - coalesce((SELECT sum(refund.amount_micros) FROM billing_refunds AS refund
            WHERE refund.payment_id = payment.payment_id AND refund.status = 'provider_refund'), 0)
        - coalesce((SELECT sum(dispute.amount_micros) FROM billing_disputes AS dispute
            WHERE dispute.payment_id = payment.payment_id AND dispute.status = 'lost'), 0) >= ?
      AND NOT EXISTS (SELECT 1 FROM billing_disputes AS open WHERE open.payment_id = payment.payment_id AND open.status = 'open')
    ORDER BY payment.completed_at DESC, payment.payment_id DESC LIMIT 1`,
    [options.organizationId, options.from, options.currency, options.amount],
  );
  return row?.payment_id ?? null;
}
