import type { AuditedResource } from '@portico/plugin-kit/backend';

/** What the audit keeps of each field: its value, or only that it changed. */
export const auditedPayment = {
  type: 'payment',
  fields: {
    kind: 'track',
    status: 'track',
    amount: 'track',
    currency: 'track',
    provider: 'track',
    saves_method: 'track',
    entry_id: 'track',
    failure_code: 'track',
    checkout_url: 'secret',
  },
} as const satisfies AuditedResource;

/** By the id of the organization whose balance it keeps up. */
export const auditedAutoTopUp = {
  type: 'auto_top_up',
  fields: {
    enabled: 'track',
    threshold: 'track',
    amount: 'track',
    monthly_limit: 'track',
    method_id: 'track',
    method_last4: 'track',
    disabled_reason: 'track',
  },
} as const satisfies AuditedResource;

/** A card or account saved at the provider, by the provider’s id. */
export const auditedPaymentMethod = {
  type: 'payment_method',
  fields: { provider: 'track', brand: 'track', last4: 'track', removed: 'track' },
} as const satisfies AuditedResource;

/** The provider’s pages, opened for an organization. */
export const auditedCustomerPortal = {
  type: 'organization',
  fields: { provider: 'track', portal_url: 'secret' },
} as const satisfies AuditedResource;

/** An entry of the ledger that was put right, by its id. */
export const auditedLedgerEntry = {
  type: 'ledger_entry',
  fields: { kind: 'track', amount: 'track', currency: 'track', reversed_by_entry_id: 'track' },
} as const satisfies AuditedResource;

export const auditedRefund = {
  type: 'refund',
  fields: {
    status: 'track',
    settlement: 'track',
    proposed_outcome: 'track',
    outcome_text: 'track',
    amount: 'track',
    currency: 'track',
    payment_id: 'track',
    user_id: 'track',
    made_by: 'track',
    decided_by: 'track',
    approved_by: 'track',
    provider_refund_id: 'track',
    failure: 'track',
  },
} as const satisfies AuditedResource;

export const auditedDispute = {
  type: 'dispute',
  fields: {
    status: 'track',
    is_claimed: 'track',
    amount: 'track',
    currency: 'track',
    payment_id: 'track',
    reason: 'track',
  },
} as const satisfies AuditedResource;

/** Vouchers issued together, by the id they share. */
export const auditedVoucherBatch = {
  type: 'voucher_batch',
  fields: {
    amount: 'track',
    currency: 'track',
    count: 'track',
    redeem_by: 'track',
    credit_expires_days: 'track',
    codes: 'secret',
  },
} as const satisfies AuditedResource;

export const auditedVoucher = {
  type: 'voucher',
  fields: { status: 'track', amount: 'track', currency: 'track', entry_id: 'track', code_hash: 'secret' },
} as const satisfies AuditedResource;

/** An organization as a customer, by its id. */
export const auditedAccount = {
  type: 'billing_account',
  fields: {
    currency: 'track',
    notice_runway_seconds: 'track',
    warning_runway_seconds: 'track',
    warning_below: 'track',
    recipients: 'track',
  },
} as const satisfies AuditedResource;

/** What invoices say about an organization, by its id. */
export const auditedBillingDetails = {
  type: 'billing_details',
  fields: { legal_name: 'track', address: 'track', tax_id: 'track', email: 'track', purchase_order: 'track' },
} as const satisfies AuditedResource;

export const auditedBudget = {
  type: 'budget',
  fields: { scope: 'track', scope_id: 'track', amount: 'track', thresholds: 'track', removed: 'track' },
} as const satisfies AuditedResource;
