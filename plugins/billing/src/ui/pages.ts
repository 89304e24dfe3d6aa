import { definePage } from '@portico/plugin-kit/ui';
import { listLedger } from '../contract/ledger-operations';
import { exportUsage, getBalance, listUsage } from '../contract/operations';

export const billingPage = definePage({
  name: 'billing',
  path: '/billing',
  title: 'Billing & Usage',
  operations: { getBalance },
  states: ['loading', 'error', 'success', 'restricted', 'rate_limited'],
});

export const usagePage = definePage({
  name: 'billing-usage',
  path: '/billing/usage',
  title: 'Usage',
  operations: { listUsage, exportUsage },
  states: ['loading', 'empty', 'error', 'success', 'restricted', 'rate_limited'],
});

export const ledgerPage = definePage({
  name: 'billing-ledger',
  path: '/billing/ledger',
  title: 'Ledger',
  operations: { listLedger },
  states: ['loading', 'empty', 'error', 'success', 'restricted', 'rate_limited'],
});

/** The banner above every page is no page, and declares what it calls all the same. */
export const balanceBanner = definePage({
  name: 'balance-banner',
  path: '*',
  title: 'Balance',
  operations: { getBalance },
  states: ['success'],
});
