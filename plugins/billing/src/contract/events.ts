/** All carry `organization_id` in their payload and `{ type: 'organization', id }` as resource, so they are in order per organization. */
export const billingEvents = {
  'billing.credited': 'An account was credited; the payload has entry_id, kind, amount and reason.',
  'billing.credit_reversed':
    'A credit that was a mistake was taken back; the payload has entry_id, reversed_entry_id, kind (of the credit), amount and reason.',
  'billing.credit_expiring':
    'Credit that was given without a payment runs out within a week; the payload has grant_id, kind, amount (what is unspent of it) and expires_at.',
  'billing.credit_expired':
    'What was unspent of a credit was taken back at its end; the payload has grant_id, entry_id, kind and amount.',
  'billing.low_balance_notice':
    'The money lasts less than some days (three unless settings or the organization say more). The payload is that of the warning.',
  'billing.low_balance_warning':
    'The money lasts less than a day or fell below the threshold; the payload has available, held, burn_rate_per_hour and runway_seconds.',
  'billing.auto_release_pending':
    'Only the grace is left, paid from holds; at its end running allocations are released. The payload is that of the warning.',
  'billing.balance_depleted':
    'The money is used up: running allocations of the organization are to be released now. Sent again only for allocations that began to run afterwards.',
  'billing.refund_requested':
    'A refund waits for a person; the payload has refund_id, payment_id, amount, waits_for and outcome_text.',
  'billing.refunded':
    'Money goes back: taken from the balance for the card, or credited to it; the payload has refund_id, payment_id, amount, outcome and outcome_text.',
  'billing.refund_rejected':
    'A refund that was asked for will not be made; the payload has refund_id, payment_id, amount and reason.',
  'billing.refund_settled':
    'The payment provider said how a refund ended; the payload has refund_id, payment_id, amount, settlement (succeeded or failed) and outcome_text. What failed is back in the balance.',
  'billing.dispute_opened':
    'Somebody disputes a payment at their bank; the payload has dispute_id, payment_id, amount, status (inquiry: nothing was taken yet; open: the amount was taken) and reason. Sent once for each status.',
  'billing.dispute_closed':
    'A dispute ended; the payload has dispute_id, payment_id, amount and status: won (what was taken is back) or lost.',
  'payments.session_completed':
    'A payment was paid and is credited; the payload has payment_id, kind (checkout or auto_top_up), amount and entry_id.',
  'payments.session_failed':
    'A payment that was handed in, or charged automatically, was not paid; the payload has payment_id, kind, amount, code and message.',
  'payments.auto_top_up_failed':
    'An automatic top-up could not be charged; the payload has payment_id, amount, code, message, failures_in_row and disabled (whether it is off now).',
  'payments.auto_top_up_limit_reached':
    'Automatic top-up would go beyond a limit and waits; the payload has limit (month or day), amount and waits_until.',
  'payments.auto_top_up_disabled':
    'The portal turned automatic top-up off; the payload has reason: failures or method_removed.',
  'billing.invoice_issued':
    'The invoice of a month is there; the payload has invoice_id, number, kind (invoice or credit_note), period_from, period_to and total.',
  'billing.budget_threshold_reached':
    'Spending reached a threshold of a budget, told once for each in a month and of several at once for the highest; the payload has budget_id, scope, scope_id, scope_name, threshold_percent, percent, amount, spent and period_from.',
  'billing.recovered':
    'After a notice, a warning or worse the balance is healthy again. The payload is that of the warning.',
  'billing.spend_warning':
    'A launch went beyond a limit of spending that warns; the payload has policy, level, subject_id, limit, current, requested, allocation_id, project_id and user_id.',
} as const;
