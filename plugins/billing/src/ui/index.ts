import { createFrontendPlugin } from '@backstage/frontend-plugin-api';
import { BannerBlueprint, portalPage } from '@portico/plugin-kit/ui';
import { createElement } from 'react';
import { BalanceBanner } from './balance-banner';
import { billingPage } from './pages';

export default createFrontendPlugin({
  pluginId: 'billing',
  extensions: [
    portalPage(billingPage, async () => createElement((await import('./billing-page')).BillingPage)),
    BannerBlueprint.make({ name: 'balance', params: { element: createElement(BalanceBanner) } }),
  ],
});
export { balanceBanner, billingPage } from './pages';
export { balanceWords } from './balance-words';
export type { Balance } from './balance-words';
