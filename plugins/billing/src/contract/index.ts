import { defineContract } from '@portico/plugin-kit/contract';
import { createBudget, deleteBudget, getForecast, listBudgets, updateBudget } from './budget-operations';
import { getBurn, getCosts, getUsageTimeline } from './cost-operations';
import { getAlerts, setAlerts } from './alert-operations';
import { changeCurrency, listCurrencies } from './currency-operations';
import { billingErrors } from './errors';
import { billingEvents } from './events';
import {
  downloadAnyInvoice,
  downloadInvoice,
  getAnyInvoice,
  getBillingDetails,
  getInvoice,
  listAllInvoices,
  listAnyInvoiceLines,
  listInvoiceLines,
  listInvoices,
  setBillingDetails,
} from './invoice-operations';
import { exportLedger, getLedgerKey, listAnyLedger, listLedger, reverseLedgerEntry } from './ledger-operations';
import { exportUsage, getBalance, listUsage } from './operations';
import { getPaymentSession, listPaymentSessions, reconcilePaymentSession } from './payment-admin-operations';
import {
  cancelPayment,
  createCheckoutSession,
  createCustomerPortalSession,
  decideTestCheckout,
  getAutoTopUp,
  getPayment,
  getPaymentSettings,
  getTestCheckout,
  listPaymentMethods,
  listPayments,
  receivePaymentEvent,
  removePaymentMethod,
  setAutoTopUp,
} from './payment-operations';
import { billingPermissions } from './permissions';
import {
  approveRefund,
  decideRefund,
  getAnyRefund,
  getRefund,
  listAllRefunds,
  listDisputes,
  listRefunds,
  previewRefund,
  previewUserRefund,
  refundUser,
  requestRefund,
} from './refund-operations';
import { issueVouchers, listVouchers, redeemVoucher, revokeVoucher } from './voucher-operations';

export {
  BURN_WORKLOADS_MAX,
  COST_GROUPS_MAX,
  getBurn,
  getCosts,
  getUsageTimeline,
  TIMELINE_BUCKETS_MAX,
  TIMELINE_GROUPS_MAX,
} from './cost-operations';
export {
  BUDGET_THRESHOLDS_DEFAULT,
  budgetSchema,
  budgetScopeSchema,
  createBudget,
  deleteBudget,
  getForecast,
  listBudgets,
  updateBudget,
} from './budget-operations';
export { ALERT_RECIPIENTS_MAX, ALERT_RUNWAY_SECONDS_MAX, getAlerts, setAlerts } from './alert-operations';
export { currencyExponent, currencySchema } from './currencies';
export { changeCurrency, CURRENCIES_MAX, listCurrencies, SUGGESTED_AMOUNTS_MAX } from './currency-operations';
export {
  issueVouchers,
  listVouchers,
  redeemVoucher,
  revokeVoucher,
  VOUCHER_NOTE_LENGTH_MAX,
  voucherSchema,
  VOUCHERS_PER_BATCH_MAX,
  voucherStatusSchema,
} from './voucher-operations';
export { billingErrors } from './errors';
export {
  downloadAnyInvoice,
  downloadInvoice,
  getAnyInvoice,
  getBillingDetails,
  getInvoice,
  listAllInvoices,
  listAnyInvoiceLines,
  listInvoiceLines,
  listInvoices,
  setBillingDetails,
} from './invoice-operations';
export {
  billingDetailsSchema,
  invoiceKindSchema,
  invoiceLineSchema,
  invoiceSchema,
  invoiceSummarySchema,
} from './invoice-schemas';
export { exportLedger, getLedgerKey, listAnyLedger, listLedger, reverseLedgerEntry } from './ledger-operations';
export { exportUsage, getBalance, listUsage } from './operations';
export {
  anyLedgerEntrySchema,
  balanceSchema,
  balanceStatusSchema,
  ledgerEntryKindSchema,
  ledgerEntrySchema,
  usageSchema,
} from './schemas';
export {
  approveRefund,
  decideRefund,
  getAnyRefund,
  getRefund,
  listAllRefunds,
  listDisputes,
  listRefunds,
  previewRefund,
  previewUserRefund,
  refundUser,
  requestRefund,
} from './refund-operations';
export {
  adminRefundSchema,
  disputeSchema,
  refundOutcomeSchema,
  refundPreviewSchema,
  refundSchema,
  refundStatusSchema,
} from './refund-schemas';
export {
  getPaymentSession,
  listPaymentSessions,
  paymentSessionDetailSchema,
  paymentSessionSchema,
  reconcilePaymentSession,
} from './payment-admin-operations';
export {
  cancelPayment,
  createCheckoutSession,
  createCustomerPortalSession,
  decideTestCheckout,
  getAutoTopUp,
  getPayment,
  getPaymentSettings,
  getTestCheckout,
  listPaymentMethods,
  listPayments,
  receivePaymentEvent,
  removePaymentMethod,
  setAutoTopUp,
} from './payment-operations';
export {
  autoTopUpSchema,
  paymentDetailSchema,
  paymentKindSchema,
  paymentMethodSchema,
  paymentSchema,
  paymentStatusSchema,
} from './payments';
export { billingSettings } from './settings';

/** What billing promises to the outside. */
export const billingContract = defineContract({
  plugin: 'billing',
  operations: {
    getBalance,
    getAlerts,
    setAlerts,
    listCurrencies,
    changeCurrency,
    redeemVoucher,
    issueVouchers,
    listVouchers,
    revokeVoucher,
    listUsage,
    getUsageTimeline,
    getCosts,
    getBurn,
    exportUsage,
    listLedger,
    exportLedger,
    getLedgerKey,
    listAnyLedger,
    reverseLedgerEntry,
    listRefunds,
    getRefund,
    requestRefund,
    previewRefund,
    refundUser,
    previewUserRefund,
    listAllRefunds,
    getAnyRefund,
    approveRefund,
    decideRefund,
    listDisputes,
    cancelPayment,
    createCheckoutSession,
    createCustomerPortalSession,
    decideTestCheckout,
    getAutoTopUp,
    getPayment,
    getPaymentSettings,
    getTestCheckout,
    listPaymentMethods,
    listPayments,
    receivePaymentEvent,
    removePaymentMethod,
    setAutoTopUp,
    getPaymentSession,
    listPaymentSessions,
    reconcilePaymentSession,
    getBillingDetails,
    setBillingDetails,
    listInvoices,
    getInvoice,
    listInvoiceLines,
    downloadInvoice,
    listAllInvoices,
    getAnyInvoice,
    listAnyInvoiceLines,
    downloadAnyInvoice,
    listBudgets,
    createBudget,
    updateBudget,
    deleteBudget,
    getForecast,
  },
  errors: billingErrors,
  permissions: billingPermissions,
  events: billingEvents,
});
