import { definePage } from '@portico/plugin-kit/ui';
import { exportUsage, getBalance, listLedger, listUsage } from '../contract/operations';

export const billingPage = definePage({
  name: 'billing',
  path: '/billing',
  title: 'Billing & Usage',
  operations: { getBalance, listUsage, exportUsage, listLedger },
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
