import { portalPage } from '@portico/plugin-kit/ui';
import { createElement } from 'react';
import { billingPage, ledgerPage, usagePage } from './pages';

/** The pages of an organization's money. */
export const billingExtensions = [
  portalPage(billingPage, async () => createElement((await import('./overview/overview-page')).OverviewPage)),
  portalPage(usagePage, async () => createElement((await import('./usage/usage-page')).UsagePage)),
  portalPage(ledgerPage, async () => createElement((await import('./ledger/ledger-page')).LedgerPage)),
];
