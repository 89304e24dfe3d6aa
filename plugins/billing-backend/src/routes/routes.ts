import type { Handlers } from '@portico/plugin-kit/backend';
import type { billingContract } from '@portico/plugin-billing/contract';
import type { BillingServices } from '../services';
import { balanceRoutes } from './balance-routes';
import { currencyRoutes } from './currency-routes';
import { voucherRoutes } from './voucher-routes';
import { costRoutes } from './cost-routes';
import { ledgerRoutes } from './ledger-routes';
import { refundRoutes } from './refund-routes';
import { usageRoutes } from './usage-routes';

export function billingRoutes(services: BillingServices): Handlers<typeof billingContract> {
  return {
    ...balanceRoutes(services),
    ...currencyRoutes(services),
    ...voucherRoutes(services),
    ...usageRoutes(services),
    ...costRoutes(services),
    ...ledgerRoutes(services),
    ...refundRoutes(services),
  };
}
