import type { Handlers } from '@portico/plugin-kit/backend';
import type { billingContract } from '@portico/plugin-billing/contract';
import type { BillingServices } from '../services';
import { balanceRoutes } from './balance-routes';
import { ledgerRoutes } from './ledger-routes';
import { usageRoutes } from './usage-routes';

export function billingRoutes(services: BillingServices): Handlers<typeof billingContract> {
  return {
    ...balanceRoutes(services),
    ...usageRoutes(services),
    ...ledgerRoutes(services),
  };
}
