import type { Queries } from '@portico/plugin-kit/backend';

/** Every completed payment is one `top_up` entry of its amount, nothing else is, and no payment that has not completed is any. */
export async function paymentsAreInTheLedger(queries: Queries): Promise<string[]> {
  const odd = await queries.all<{ payment_id: string; status: string }>(
    `SELECT payment.payment_id, payment.status FROM billing_payments AS payment
     LEFT JOIN billing_entries AS entry ON entry.organization_id = payment.organization_id
       AND entry.reference = 'payment:' || payment.payment_id
     WHERE CASE WHEN payment.status = 'completed'
       THEN entry.entry_id IS NULL OR entry.kind <> 'top_up' OR entry.amount_micros <> payment.amount_micros
         OR entry.currency <> payment.currency OR coalesce(payment.entry_id, '') <> entry.entry_id OR payment.completed_at IS NULL
       ELSE entry.entry_id IS NOT NULL OR payment.entry_id IS NOT NULL OR payment.completed_at IS NOT NULL END`,
  );
  const orphans = await queries.all<{ entry_id: string }>(
    `SELECT entry.entry_id FROM billing_entries AS entry WHERE entry.reference LIKE 'payment:%' AND NOT EXISTS (
       SELECT 1 FROM billing_payments AS payment WHERE payment.entry_id = entry.entry_id AND payment.status = 'completed')`,
  );
  const logged = await queries.all<{ payment_id: string }>(
    `SELECT payment.payment_id FROM billing_payments AS payment WHERE coalesce((
       SELECT state.status FROM billing_payment_states AS state WHERE state.payment_id = payment.payment_id ORDER BY state.place DESC LIMIT 1
     ), '') <> payment.status`,
  );
  return [
    ...odd.map(row => `payment ${row.payment_id} is ${row.status}, which its entry does not say`),
    ...orphans.map(row => `${row.entry_id} is of a payment that does not know it`),
    ...logged.map(row => `the log of payment ${row.payment_id} ends in another state than it has`),
  ];
}
