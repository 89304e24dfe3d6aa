/** All carry `organization_id` in their payload and `{ type: 'organization', id }` as resource, so they are in order per organization. */
export const billingEvents = {
  'billing.credited': 'An account was credited; the payload has entry_id, kind, amount and reason.',
  'billing.low_balance_warning':
    'The money lasts less than a day or fell below the threshold; the payload has available, held, burn_rate_per_hour and runway_seconds.',
  'billing.auto_release_pending':
    'Only the grace is left, paid from holds; at its end running allocations are released. The payload is that of the warning.',
  'billing.balance_depleted':
    'The money is used up: running allocations of the organization are to be released now. Sent again only for allocations that began to run afterwards.',
  'billing.spend_warning':
    'A launch went beyond a limit of spending that warns; the payload has policy, level, subject_id, limit, current, requested, allocation_id, project_id and user_id.',
} as const;
