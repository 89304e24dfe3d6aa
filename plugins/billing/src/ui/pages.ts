import { getOrganization, listDepartments, listMembers } from '@portico/plugin-access/contract';
import { listSkus } from '@portico/plugin-catalog/contract';
import { definePage } from '@portico/plugin-kit/ui';
import { getAlerts, setAlerts } from '../contract/alert-operations';
import { createBudget, deleteBudget, getForecast, listBudgets, updateBudget } from '../contract/budget-operations';
import { getBurn, getCosts, getUsageTimeline } from '../contract/cost-operations';
import { changeCurrency, listCurrencies } from '../contract/currency-operations';
import {
  downloadInvoice,
  getBillingDetails,
  getInvoice,
  listInvoiceLines,
  listInvoices,
  setBillingDetails,
} from '../contract/invoice-operations';
import { exportLedger, getLedgerKey, listLedger } from '../contract/ledger-operations';
import { exportUsage, getBalance, listUsage } from '../contract/operations';
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
  removePaymentMethod,
  setAutoTopUp,
} from '../contract/payment-operations';
import { listRefunds, previewRefund, requestRefund } from '../contract/refund-operations';
import { redeemVoucher } from '../contract/voucher-operations';

export const billingPage = definePage({
  name: 'billing',
  path: '/billing',
  title: 'Billing & Usage',
  operations: { getBalance, getBurn, getForecast, getUsageTimeline, getAutoTopUp, listSkus },
  states: ['loading', 'error', 'success', 'restricted', 'rate_limited'],
});

export const addFundsPage = definePage({
  name: 'billing-add-funds',
  path: '/billing/add-funds',
  title: 'Add funds',
  operations: {
    getBalance,
    getPaymentSettings,
    createCheckoutSession,
    redeemVoucher,
    listCurrencies,
    changeCurrency,
    listLedger,
  },
  states: ['loading', 'error', 'success', 'restricted', 'rate_limited'],
});

/** Where a payment provider sends people back to. */
export const paymentReturnPage = definePage({
  name: 'billing-return',
  path: '/billing/return',
  title: 'Your payment',
  operations: { getPayment, getBalance, cancelPayment },
  states: ['loading', 'error', 'success', 'restricted', 'rate_limited'],
});

/** The checkout of the test provider, which has no pages of its own. */
export const testCheckoutPage = definePage({
  name: 'billing-test-checkout',
  path: '/billing/test-checkout/:paymentId',
  title: 'Test checkout',
  operations: { getTestCheckout, decideTestCheckout },
  states: ['loading', 'error', 'success', 'restricted', 'rate_limited'],
});

export const usagePage = definePage({
  name: 'billing-usage',
  path: '/billing/usage',
  title: 'Usage',
  operations: { listUsage, exportUsage, listSkus, listMembers },
  states: ['loading', 'empty', 'error', 'success', 'restricted', 'rate_limited'],
});

export const costsPage = definePage({
  name: 'billing-costs',
  path: '/billing/usage/costs',
  title: 'Costs',
  operations: { getCosts, listSkus, getOrganization },
  states: ['loading', 'error', 'success', 'restricted', 'rate_limited'],
});

export const budgetsPage = definePage({
  name: 'billing-budgets',
  path: '/billing/budgets',
  title: 'Budgets',
  operations: {
    listBudgets,
    createBudget,
    updateBudget,
    deleteBudget,
    getAlerts,
    setAlerts,
    getBalance,
    getOrganization,
    listDepartments,
    listMembers,
  },
  states: ['loading', 'empty', 'error', 'success', 'restricted', 'rate_limited'],
});

export const paymentsPage = definePage({
  name: 'billing-payments',
  path: '/billing/payments',
  title: 'Payments',
  operations: {
    listPayments,
    getPaymentSettings,
    listPaymentMethods,
    removePaymentMethod,
    createCustomerPortalSession,
    getAutoTopUp,
    setAutoTopUp,
    listRefunds,
    previewRefund,
    requestRefund,
  },
  states: ['loading', 'empty', 'error', 'success', 'restricted', 'rate_limited'],
});

export const invoicesPage = definePage({
  name: 'billing-invoices',
  path: '/billing/invoices',
  title: 'Invoices',
  operations: { listInvoices, downloadInvoice, getBillingDetails, setBillingDetails },
  states: ['loading', 'empty', 'error', 'success', 'restricted', 'rate_limited'],
});

export const invoicePage = definePage({
  name: 'billing-invoice',
  path: '/billing/invoices/:invoiceId',
  title: 'Invoice',
  operations: { getInvoice, listInvoiceLines, downloadInvoice },
  states: ['loading', 'error', 'success', 'restricted', 'rate_limited'],
});

export const ledgerPage = definePage({
  name: 'billing-ledger',
  path: '/billing/ledger',
  title: 'Ledger',
  operations: { listLedger, exportLedger, getLedgerKey },
  states: ['loading', 'empty', 'error', 'success', 'restricted', 'rate_limited'],
});
