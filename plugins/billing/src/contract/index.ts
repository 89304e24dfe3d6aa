import { defineContract } from '@portico/plugin-kit/contract';
import { billingErrors } from './errors';
import { billingEvents } from './events';
import { listLedger } from './ledger-operations';
import { exportUsage, getBalance, listUsage } from './operations';
import { billingPermissions } from './permissions';

export {
  BURN_WORKLOADS_MAX,
  COST_GROUPS_MAX,
  getBurn,
  getCosts,
  getUsageTimeline,
  TIMELINE_BUCKETS_MAX,
  TIMELINE_GROUPS_MAX,
} from './cost-operations';
export { currencyExponent, currencySchema } from './currencies';
export { billingErrors } from './errors';
export { exportLedger, getLedgerKey, listAnyLedger, listLedger, reverseLedgerEntry } from './ledger-operations';
export { exportUsage, getBalance, listUsage } from './operations';
export {
  anyLedgerEntrySchema,
  balanceSchema,
  balanceStatusSchema,
  ledgerEntryKindSchema,
  ledgerEntrySchema,
  usageSchema,
} from './schemas';
export {
  approveRefund,
  decideRefund,
  getAnyRefund,
  getRefund,
  listAllRefunds,
  listDisputes,
  listRefunds,
  previewRefund,
  previewUserRefund,
  refundUser,
  requestRefund,
} from './refund-operations';
export {
  adminRefundSchema,
  disputeSchema,
  refundOutcomeSchema,
  refundPreviewSchema,
  refundSchema,
  refundStatusSchema,
} from './refund-schemas';
export { billingSettings } from './settings';

/** What billing promises to the outside. */
export const billingContract = defineContract({
  plugin: 'billing',
  operations: { getBalance, listUsage, exportUsage, listLedger },
  errors: billingErrors,
  permissions: billingPermissions,
  events: billingEvents,
});
