import type { ReplyOf } from '@portico/plugin-kit/contract';
import { useOperation } from '@portico/plugin-kit/ui';
import { Id, Instant, ListPage, Money, ReceiptIcon, useListUrlState } from '@portico/ui';
import type { DataColumn } from '@portico/ui';
import type { listLedger } from '../../contract/ledger-operations';
import { BillingFrame } from '../billing-frame';
import { ledgerPage } from '../pages';

type Entry = ReplyOf<typeof listLedger>['items'][number];

const kinds = {
  top_up: 'Top-up',
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
} as const satisfies Record<Entry['kind'], string>;

const columns: readonly DataColumn<Entry>[] = [
  {
    key: 'at',
    header: 'When',
    cell: entry => <Instant at={entry.created_at} withSeconds />,
    priority: 1,
    isNarrow: true,
  },
  { key: 'kind', header: 'Kind', cell: entry => kinds[entry.kind], priority: 1, isNarrow: true },
  { key: 'description', header: 'Description', cell: entry => entry.description, priority: 2 },
  {
    key: 'allocation',
    header: 'Workload',
    cell: entry => (entry.allocation_id === null ? '–' : <Id value={entry.allocation_id} />),
    priority: 3,
  },
  {
    key: 'amount',
    header: 'Amount',
    cell: entry => <Money value={entry.amount} fractionDigits={4} />,
    align: 'end',
    priority: 1,
    isNarrow: true,
  },
];

const ledgerUrl = {};

/** Every movement of money, as it is written in the books. */
export function LedgerPage() {
  const list = useListUrlState(ledgerUrl);
  const entries = useOperation(
    ledgerPage,
    'listLedger',
    { query: list.cursor === null ? {} : { cursor: list.cursor } },
    { keepPrevious: true, live: event => event.event_type.startsWith('billing.') },
  );
  return (
    <BillingFrame title="Ledger">
      <ListPage
        label="Ledger"
        list={list}
        columns={columns}
        rows={entries.data?.items}
        rowKey={entry => entry.entry_id}
        nextCursor={entries.data?.next_cursor ?? null}
        isRefreshing={entries.isPlaceholderData}
        failure={entries.error}
        onRetry={() => void entries.refetch()}
        empty={{
          icon: ReceiptIcon,
          title: 'No entries yet',
          description: 'Credits, holds and usage are written here as they happen.',
        }}
      />
    </BillingFrame>
  );
}
