import type { PageDefinition } from '@portico/plugin-kit/ui';
import type * as adminPages from './admin/admin-pages';
import type * as pages from './pages';

type Place<Page extends PageDefinition> = Pick<Page, 'name' | 'path' | 'title'>;
type Pages = typeof pages & typeof adminPages;

/**
 * Where the pages are, without what they call: all that has to be loaded before one of them is opened. The types hold each place against the definition of its page.
 */
export const places: { readonly [Name in keyof Pages]: Place<Pages[Name]> } = {
  billingPage: { name: 'billing', path: '/billing', title: 'Billing & Usage' },
  addFundsPage: { name: 'billing-add-funds', path: '/billing/add-funds', title: 'Add funds' },
  paymentReturnPage: { name: 'billing-return', path: '/billing/return', title: 'Your payment' },
  testCheckoutPage: {
    name: 'billing-test-checkout',
    path: '/billing/test-checkout/:paymentId',
    title: 'Test checkout',
  },
  usagePage: { name: 'billing-usage', path: '/billing/usage', title: 'Usage' },
  costsPage: { name: 'billing-costs', path: '/billing/usage/costs', title: 'Costs' },
  budgetsPage: { name: 'billing-budgets', path: '/billing/budgets', title: 'Budgets' },
  paymentsPage: { name: 'billing-payments', path: '/billing/payments', title: 'Payments' },
  invoicesPage: { name: 'billing-invoices', path: '/billing/invoices', title: 'Invoices' },
  invoicePage: { name: 'billing-invoice', path: '/billing/invoices/:invoiceId', title: 'Invoice' },
  ledgerPage: { name: 'billing-ledger', path: '/billing/ledger', title: 'Ledger' },
  paymentSessionsPage: { name: 'admin-payment-sessions', path: '/admin/payment-sessions', title: 'Payments' },
  paymentSessionPage: { name: 'admin-payment-session', path: '/admin/payment-sessions/:paymentId', title: 'Payment' },
  adminDisputesPage: { name: 'admin-disputes', path: '/admin/disputes', title: 'Disputes' },
  adminRefundsPage: { name: 'admin-refunds', path: '/admin/refunds', title: 'Refunds' },
  adminRefundPage: { name: 'admin-refund', path: '/admin/refunds/:refundId', title: 'Refund' },
  adminVouchersPage: { name: 'admin-vouchers', path: '/admin/vouchers', title: 'Vouchers' },
  adminInvoicesPage: { name: 'admin-invoices', path: '/admin/invoices', title: 'Invoices' },
  adminInvoicePage: { name: 'admin-invoice', path: '/admin/invoices/:invoiceId', title: 'Invoice' },
  adminLedgerPage: { name: 'admin-ledger', path: '/admin/ledger', title: 'Ledger' },
};
