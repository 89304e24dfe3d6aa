import { portalPage } from '@portico/plugin-kit/ui';
import { createElement } from 'react';
import { places } from './places';

/** The pages of an organization's money. */
export const billingExtensions = [
  portalPage(places.billingPage, async () => createElement((await import('./overview/overview-page')).OverviewPage)),
  portalPage(places.addFundsPage, async () => createElement((await import('./funds/add-funds-page')).AddFundsPage)),
  portalPage(places.paymentReturnPage, async () =>
    createElement((await import('./funds/payment-return-page')).PaymentReturnPage),
  ),
  portalPage(places.testCheckoutPage, async () =>
    createElement((await import('./funds/test-checkout-page')).TestCheckoutPage),
  ),
  portalPage(places.usagePage, async () => createElement((await import('./usage/usage-page')).UsagePage)),
  portalPage(places.costsPage, async () => createElement((await import('./usage/costs-page')).CostsPage)),
  portalPage(places.budgetsPage, async () => createElement((await import('./statements/budgets-page')).BudgetsPage)),
  portalPage(places.paymentsPage, async () => createElement((await import('./payments/payments-page')).PaymentsPage)),
  portalPage(places.invoicesPage, async () => createElement((await import('./statements/invoices-page')).InvoicesPage)),
  portalPage(places.invoicePage, async () => createElement((await import('./statements/invoice-page')).InvoicePage)),
  portalPage(places.ledgerPage, async () => createElement((await import('./ledger/ledger-page')).LedgerPage)),
];
