import { createFrontendPlugin } from '@backstage/frontend-plugin-api';
import { BannerBlueprint } from '@portico/plugin-kit/ui';
import { createElement } from 'react';
import { billingAdminExtensions } from './admin-extensions';
import { BalanceBanner } from './balance-banner';
import { billingExtensions } from './extensions';

export default createFrontendPlugin({
  pluginId: 'billing',
  extensions: [
    ...billingExtensions,
    ...billingAdminExtensions,
    BannerBlueprint.make({ name: 'balance', params: { element: createElement(BalanceBanner) } }),
  ],
});
export {
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
export {
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
export { balanceBanner } from './balance-banner-definition';
export { balanceWords } from './balance-words';
export type { Balance } from './balance-words';
