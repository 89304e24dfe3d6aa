import type { ReplyOf } from '@portico/plugin-kit/contract';
import type { listLedger } from '../../contract/ledger-operations';

export type LedgerEntry = ReplyOf<typeof listLedger>['items'][number];

/** What the kinds of entries are called. */
export const entryKinds = {
  top_up: 'Payment',
  trial: 'Trial credit',
  voucher: 'Voucher',
  internal_credit: 'Credit',
  adjustment: 'Adjustment',
  hold: 'Hold',
  hold_release: 'Hold released',
  usage: 'Usage',
  usage_reversal: 'Usage reversed',
  refund: 'Refund',
  refund_settlement: 'Refund paid out',
  refund_reversal: 'Refund returned',
  dispute: 'Payment disputed',
  dispute_reversal: 'Dispute won',
  expiry: 'Credit expired',
  reversal: 'Reversed',
} as const satisfies Record<LedgerEntry['kind'], string>;

export const entryKindNames = Object.keys(entryKinds) as LedgerEntry['kind'][];
export const entryKindOptions = entryKindNames.map(value => ({ value: value as string, label: entryKinds[value] }));
