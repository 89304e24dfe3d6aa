import { defineContract } from '@portico/plugin-kit/contract';
import { billingErrors } from './errors';
import { billingEvents } from './events';
import { exportUsage, getBalance, listLedger, listUsage } from './operations';
import { billingPermissions } from './permissions';

export { currencyExponent, currencySchema } from './currencies';
export { billingErrors } from './errors';
export { exportUsage, getBalance, listLedger, listUsage } from './operations';
export { balanceSchema, balanceStatusSchema, ledgerEntryKindSchema, ledgerEntrySchema, usageSchema } from './schemas';
export { billingSettings } from './settings';

/** What billing promises to the outside. */
export const billingContract = defineContract({
  plugin: 'billing',
  operations: { getBalance, listUsage, exportUsage, listLedger },
  errors: billingErrors,
  permissions: billingPermissions,
  events: billingEvents,
});
