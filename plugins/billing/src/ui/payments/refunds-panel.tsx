import type { ReplyOf } from '@portico/plugin-kit/contract';
import { renderingOf, useOperationPages } from '@portico/plugin-kit/ui';
import { DataTable, Instant, Money, PageState, Panel, ShowMore, StatusChip } from '@portico/ui';
import type { DataColumn } from '@portico/ui';
import type { listRefunds } from '../../contract/refund-operations';
import { paymentsPage } from '../pages';

type Refund = ReplyOf<typeof listRefunds>['items'][number];

const columns: readonly DataColumn<Refund>[] = [
  { key: 'at', header: 'When', cell: refund => <Instant at={refund.requested_at} />, priority: 1, isNarrow: true },
  {
    key: 'status',
    header: 'Outcome',
    cell: refund => <StatusChip family="refund" status={refund.status} />,
    priority: 1,
    isNarrow: true,
  },
  { key: 'text', header: 'What became of it', cell: refund => refund.outcome_text, priority: 1 },
  {
    key: 'amount',
    header: 'Amount',
    cell: refund => <Money value={refund.amount} />,
    align: 'end',
    priority: 1,
    isNarrow: true,
  },
];

/** Every refund with what became of it in words. Nothing is shown of it before there was one. */
export function RefundsPanel() {
  const refunds = useOperationPages(
    paymentsPage,
    'listRefunds',
    {},
    { live: event => /^(billing|payments)\./.test(event.event_type) },
  );
  if (refunds.data !== undefined && refunds.items.length === 0) return null;
  return (
    <Panel title="Refunds" isFlush={refunds.items.length > 0}>
      <PageState state={renderingOf(refunds, { layout: 'rows' })}>
        <DataTable label="Refunds" columns={columns} rows={refunds.items} rowKey={refund => refund.refund_id} />
        <ShowMore of={refunds} />
      </PageState>
    </Panel>
  );
}
