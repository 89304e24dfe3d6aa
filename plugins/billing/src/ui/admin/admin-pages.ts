import { definePage } from '@portico/plugin-kit/ui';
import {
  downloadAnyInvoice,
  getAnyInvoice,
  listAllInvoices,
  listAnyInvoiceLines,
} from '../../contract/invoice-operations';
import { listAnyLedger, reverseLedgerEntry } from '../../contract/ledger-operations';
import {
  getPaymentSession,
  listPaymentSessions,
  reconcilePaymentSession,
} from '../../contract/payment-admin-operations';
import {
  approveRefund,
  decideRefund,
  getAnyRefund,
  listAllRefunds,
  listDisputes,
} from '../../contract/refund-operations';
import { issueVouchers, listVouchers, revokeVoucher } from '../../contract/voucher-operations';
import { listCurrencies } from '../../contract/currency-operations';

export const paymentSessionsPage = definePage({
  name: 'admin-payment-sessions',
  path: '/admin/payment-sessions',
  title: 'Payments',
  operations: { listPaymentSessions },
  states: ['loading', 'empty', 'error', 'success', 'restricted', 'rate_limited'],
});

export const paymentSessionPage = definePage({
  name: 'admin-payment-session',
  path: '/admin/payment-sessions/:paymentId',
  title: 'Payment',
  operations: { getPaymentSession, reconcilePaymentSession },
  states: ['loading', 'error', 'success', 'restricted', 'rate_limited'],
});

export const adminDisputesPage = definePage({
  name: 'admin-disputes',
  path: '/admin/disputes',
  title: 'Disputes',
  operations: { listDisputes },
  states: ['loading', 'empty', 'error', 'success', 'restricted', 'rate_limited'],
});

export const adminRefundsPage = definePage({
  name: 'admin-refunds',
  path: '/admin/refunds',
  title: 'Refunds',
  operations: { listAllRefunds },
  states: ['loading', 'empty', 'error', 'success', 'restricted', 'rate_limited'],
});

export const adminRefundPage = definePage({
  name: 'admin-refund',
  path: '/admin/refunds/:refundId',
  title: 'Refund',
  operations: { getAnyRefund, approveRefund, decideRefund },
  states: ['loading', 'error', 'success', 'restricted', 'rate_limited'],
});

export const adminVouchersPage = definePage({
  name: 'admin-vouchers',
  path: '/admin/vouchers',
  title: 'Vouchers',
  operations: { listVouchers, issueVouchers, revokeVoucher, listCurrencies },
  states: ['loading', 'empty', 'error', 'success', 'restricted', 'rate_limited'],
});

export const adminInvoicesPage = definePage({
  name: 'admin-invoices',
  path: '/admin/invoices',
  title: 'Invoices',
  operations: { listAllInvoices, downloadAnyInvoice },
  states: ['loading', 'empty', 'error', 'success', 'restricted', 'rate_limited'],
});

export const adminInvoicePage = definePage({
  name: 'admin-invoice',
  path: '/admin/invoices/:invoiceId',
  title: 'Invoice',
  operations: { getAnyInvoice, listAnyInvoiceLines, downloadAnyInvoice },
  states: ['loading', 'error', 'success', 'restricted', 'rate_limited'],
});

export const adminLedgerPage = definePage({
  name: 'admin-ledger',
  path: '/admin/ledger',
  title: 'Ledger',
  operations: { listAnyLedger, reverseLedgerEntry },
  states: ['loading', 'empty', 'error', 'success', 'restricted', 'rate_limited'],
});
