import { portalPage } from '@portico/plugin-kit/ui';
import { createElement } from 'react';
import {
  addFundsPage,
  billingPage,
  budgetsPage,
  costsPage,
  invoicePage,
  invoicesPage,
  ledgerPage,
  paymentReturnPage,
  paymentsPage,
  testCheckoutPage,
  usagePage,
} from './pages';

/** The pages of an organization's money. */
export const billingExtensions = [
  portalPage(billingPage, async () => createElement((await import('./overview/overview-page')).OverviewPage)),
  portalPage(addFundsPage, async () => createElement((await import('./funds/add-funds-page')).AddFundsPage)),
  portalPage(paymentReturnPage, async () =>
    createElement((await import('./funds/payment-return-page')).PaymentReturnPage),
  ),
  portalPage(testCheckoutPage, async () =>
    createElement((await import('./funds/test-checkout-page')).TestCheckoutPage),
  ),
  portalPage(usagePage, async () => createElement((await import('./usage/usage-page')).UsagePage)),
  portalPage(costsPage, async () => createElement((await import('./usage/costs-page')).CostsPage)),
  portalPage(budgetsPage, async () => createElement((await import('./statements/budgets-page')).BudgetsPage)),
  portalPage(paymentsPage, async () => createElement((await import('./payments/payments-page')).PaymentsPage)),
  portalPage(invoicesPage, async () => createElement((await import('./statements/invoices-page')).InvoicesPage)),
  portalPage(invoicePage, async () => createElement((await import('./statements/invoice-page')).InvoicePage)),
  portalPage(ledgerPage, async () => createElement((await import('./ledger/ledger-page')).LedgerPage)),
];
