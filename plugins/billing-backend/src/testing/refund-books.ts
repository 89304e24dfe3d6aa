import type { Queries } from '@portico/plugin-kit/backend';

/** What is on its way to cards is what the ledger says is; no payment gives back more than it was, and a credit stands beside each refund that became one. */
export async function refundsAreInTheLedger(queries: Queries): Promise<string[]> {
  const pending = await queries.all<{ organization_id: string; balance_micros: bigint; sum_micros: bigint }>(
    `SELECT account.organization_id, account.balance_micros, coalesce(sent.sum_micros, 0) AS sum_micros
    FROM billing_accounts AS account LEFT JOIN (
      SELECT organization_id, sum(amount_micros) AS sum_micros FROM billing_refunds
      WHERE status = 'provider_refund' AND settlement = 'pending' GROUP BY organization_id
    ) AS sent ON sent.organization_id = account.organization_id
    WHERE account.account = 'refund_pending' AND account.balance_micros <> coalesce(sent.sum_micros, 0)`,
  );
  // Of those made here: while the news of one that failed is under way, another may have been made in its place at the provider.
  const beyond = await queries.all<{ payment_id: string }>(
    `SELECT payment.payment_id FROM billing_payments AS payment
    JOIN billing_refunds AS refund ON refund.payment_id = payment.payment_id AND refund.status = 'provider_refund' AND refund.made_by <> 'provider'
    GROUP BY payment.payment_id, payment.amount_micros HAVING sum(refund.amount_micros) > payment.amount_micros`,
  );
  const odd = await queries.all<{ refund_id: string }>(
    `SELECT refund.refund_id FROM billing_refunds AS refund
    WHERE CASE refund.status
      WHEN 'requested' THEN refund.settlement IS NOT NULL
      WHEN 'rejected' THEN refund.settlement IS NOT NULL
      WHEN 'provider_refund' THEN refund.settlement IS NULL OR refund.settlement = 'failed'
      ELSE coalesce(refund.settlement, 'failed') <> 'failed' END`,
  );
  const moved = await queries.all<{ refund_id: string; moved_micros: bigint }>(
    `SELECT refund.refund_id, coalesce(sum(posting.amount_micros), 0) AS moved_micros FROM billing_refunds AS refund
    LEFT JOIN billing_entries AS entry ON entry.organization_id = refund.organization_id AND entry.reference IN (
      'refund:' || refund.refund_id, 'refund_reversal:' || refund.refund_id, 'credit:refund:' || refund.refund_id)
    LEFT JOIN billing_postings AS posting ON posting.entry_id = entry.entry_id
      AND posting.account IN ('customer_available', 'customer_held', 'customer_receivable')
    GROUP BY refund.refund_id, refund.status, refund.settlement, refund.amount_micros
    HAVING coalesce(sum(posting.amount_micros), 0) <> CASE
      WHEN refund.status = 'provider_refund' THEN -refund.amount_micros
      WHEN refund.status = 'internal_credit' AND refund.settlement IS NULL THEN refund.amount_micros
      ELSE 0 END`,
  );
  const disputed = await queries.all<{ dispute_id: string; moved_micros: bigint }>(
    `SELECT dispute.dispute_id, coalesce(sum(posting.amount_micros), 0) AS moved_micros FROM billing_disputes AS dispute
    LEFT JOIN billing_entries AS entry ON entry.organization_id = dispute.organization_id AND entry.reference IN (
      'dispute:' || dispute.dispute_id, 'dispute_reversal:' || dispute.dispute_id)
    LEFT JOIN billing_postings AS posting ON posting.entry_id = entry.entry_id
      AND posting.account IN ('customer_available', 'customer_held', 'customer_receivable')
    GROUP BY dispute.dispute_id, dispute.status, dispute.is_claimed, dispute.amount_micros
    HAVING coalesce(sum(posting.amount_micros), 0) <> CASE WHEN dispute.is_claimed = 1 THEN -dispute.amount_micros ELSE 0 END
      OR (dispute.is_claimed = 1) <> (dispute.status IN ('open', 'lost'))`,
  );
  // What a refund or a dispute moved stands beside it: forgotten, it would be moved again.
  const orphans = await queries.all<{ entry_id: string; what: string }>(
    `SELECT entry.entry_id, 'refund' AS what FROM billing_entries AS entry
    WHERE entry.kind IN ('refund', 'refund_settlement', 'refund_reversal') AND NOT EXISTS (
      SELECT 1 FROM billing_refunds AS refund WHERE refund.organization_id = entry.organization_id AND entry.reference IN (
        'refund:' || refund.refund_id, 'refund_settlement:' || refund.refund_id, 'refund_unsettlement:' || refund.refund_id, 'refund_reversal:' || refund.refund_id))
    UNION ALL SELECT entry.entry_id, 'dispute' AS what FROM billing_entries AS entry
    WHERE entry.kind IN ('dispute', 'dispute_reversal') AND NOT EXISTS (
      SELECT 1 FROM billing_disputes AS dispute WHERE dispute.organization_id = entry.organization_id AND entry.reference IN (
        'dispute:' || dispute.dispute_id, 'dispute_reversal:' || dispute.dispute_id))`,
  );
  return [
    ...orphans.map(row => `${row.entry_id} is of a ${row.what} that is not there`),
    ...pending.map(
      row =>
        `${row.organization_id} has ${row.balance_micros} on the way to cards, its refunds sum to ${row.sum_micros}`,
    ),
    ...beyond.map(row => `more was given back of ${row.payment_id} than was paid`),
    ...odd.map(row => `the settlement of ${row.refund_id} does not go with its status`),
    ...moved.map(row => `${row.refund_id} moved ${row.moved_micros} of its customer, which is not what it says`),
    ...disputed.map(row => `${row.dispute_id} moved ${row.moved_micros} of its customer, which is not what it says`),
  ];
}
