import type { Handlers } from '@portico/plugin-kit/backend';
import type { billingContract } from '@portico/plugin-billing/contract';
import type { BillingServices } from '../services';
import { alertRoutes } from './alert-routes';
import { balanceRoutes } from './balance-routes';
import { budgetRoutes } from './budget-routes';
import { currencyRoutes } from './currency-routes';
import { voucherRoutes } from './voucher-routes';
import { costRoutes } from './cost-routes';
import { invoiceRoutes } from './invoice-routes';
import { ledgerRoutes } from './ledger-routes';
import { paymentMethodRoutes } from './payment-method-routes';
import { paymentRoutes } from './payment-routes';
import { paymentSessionRoutes } from './payment-session-routes';
import { refundRoutes } from './refund-routes';
import { usageRoutes } from './usage-routes';

export function billingRoutes(services: BillingServices): Handlers<typeof billingContract> {
  return {
    ...balanceRoutes(services),
    ...currencyRoutes(services),
    ...alertRoutes(services),
    ...voucherRoutes(services),
    ...usageRoutes(services),
    ...costRoutes(services),
    ...ledgerRoutes(services),
    ...paymentRoutes(services),
    ...paymentMethodRoutes(services),
    ...paymentSessionRoutes(services),
    ...refundRoutes(services),
    ...invoiceRoutes(services),
    ...budgetRoutes(services),
  };
}
