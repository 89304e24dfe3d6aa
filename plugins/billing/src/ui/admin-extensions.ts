import { portalPage } from '@portico/plugin-kit/ui';
import { createElement } from 'react';
import { places } from './places';

/** The money of everybody, for those who look after it. */
export const billingAdminExtensions = [
  portalPage(places.paymentSessionsPage, async () =>
    createElement((await import('./admin/payment-sessions-page')).PaymentSessionsPage),
  ),
  portalPage(places.paymentSessionPage, async () =>
    createElement((await import('./admin/payment-session-page')).PaymentSessionPage),
  ),
  portalPage(places.adminDisputesPage, async () => createElement((await import('./admin/disputes-page')).DisputesPage)),
  portalPage(places.adminRefundsPage, async () =>
    createElement((await import('./admin/refunds-page')).AdminRefundsPage),
  ),
  portalPage(places.adminRefundPage, async () => createElement((await import('./admin/refund-page')).AdminRefundPage)),
  portalPage(places.adminVouchersPage, async () => createElement((await import('./admin/vouchers-page')).VouchersPage)),
  portalPage(places.adminInvoicesPage, async () =>
    createElement((await import('./admin/admin-invoices-page')).AdminInvoicesPage),
  ),
  portalPage(places.adminInvoicePage, async () =>
    createElement((await import('./admin/admin-invoice-page')).AdminInvoicePage),
  ),
  portalPage(places.adminLedgerPage, async () =>
    createElement((await import('./admin/admin-ledger-page')).AdminLedgerPage),
  ),
];
