import { definePage } from '@portico/plugin-kit/ui';
import { getBalance } from '../contract/operations';

/** The banner above every page is no page, and declares what it calls all the same. */
export const balanceBanner = definePage({
  name: 'balance-banner',
  path: '*',
  title: 'Balance',
  operations: { getBalance },
  states: ['success'],
});
