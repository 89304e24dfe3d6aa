import { portalPage } from '@portico/plugin-kit/ui';
import { createElement } from 'react';
import {
  adminDisputesPage,
  adminInvoicePage,
  adminInvoicesPage,
  adminLedgerPage,
  adminRefundPage,
  adminRefundsPage,
  adminVouchersPage,
  paymentSessionPage,
  paymentSessionsPage,
} from './admin/admin-pages';

/** The money of everybody, for those who look after it. */
export const billingAdminExtensions = [
  portalPage(paymentSessionsPage, async () =>
    createElement((await import('./admin/payment-sessions-page')).PaymentSessionsPage),
  ),
  portalPage(paymentSessionPage, async () =>
    createElement((await import('./admin/payment-session-page')).PaymentSessionPage),
  ),
  portalPage(adminDisputesPage, async () => createElement((await import('./admin/disputes-page')).DisputesPage)),
  portalPage(adminRefundsPage, async () => createElement((await import('./admin/refunds-page')).AdminRefundsPage)),
  portalPage(adminRefundPage, async () => createElement((await import('./admin/refund-page')).AdminRefundPage)),
  portalPage(adminVouchersPage, async () => createElement((await import('./admin/vouchers-page')).VouchersPage)),
  portalPage(adminInvoicesPage, async () =>
    createElement((await import('./admin/admin-invoices-page')).AdminInvoicesPage),
  ),
  portalPage(adminInvoicePage, async () =>
    createElement((await import('./admin/admin-invoice-page')).AdminInvoicePage),
  ),
  portalPage(adminLedgerPage, async () => createElement((await import('./admin/admin-ledger-page')).AdminLedgerPage)),
];
