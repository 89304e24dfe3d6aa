import type { ReplyOf } from '@portico/plugin-kit/contract';
import { useOperation } from '@portico/plugin-kit/ui';
import { Instant, ListPage, Money, ReceiptIcon, statusOptions, StatusChip, useListUrlState } from '@portico/ui';
import type { DataColumn } from '@portico/ui';
import type { listAllRefunds } from '../../contract/refund-operations';
import { adminRefundsPage } from './admin-pages';
import { OrganizationFilter } from './organization-filter';

type Refund = ReplyOf<typeof listAllRefunds>['items'][number];

const ID_LENGTH_MAX = 64;
const statuses = ['requested', 'provider_refund', 'internal_credit', 'rejected'] as const;
const refundsUrl = { filters: { status: { values: statuses }, organization_id: { maxLength: ID_LENGTH_MAX } } };

const waits = { decision: 'a decision', approval: 'a second person' } as const;

const columns: readonly DataColumn<Refund>[] = [
  { key: 'at', header: 'Asked for', cell: refund => <Instant at={refund.requested_at} />, priority: 1, isNarrow: true },
  {
    key: 'organization',
    header: 'Organization',
    cell: refund => refund.organization_name ?? refund.organization_id,
    priority: 1,
  },
  { key: 'by', header: 'By', cell: refund => refund.requested_by?.username ?? '–', priority: 2 },
  {
    key: 'status',
    header: 'Outcome',
    cell: refund => <StatusChip family="refund" status={refund.status} />,
    priority: 1,
    isNarrow: true,
  },
  {
    key: 'waits',
    header: 'Waits for',
    cell: refund => (refund.waits_for === null ? '–' : waits[refund.waits_for]),
    priority: 2,
    isNarrow: true,
  },
  { key: 'reason', header: 'Reason', cell: refund => refund.reason, priority: 3 },
  {
    key: 'amount',
    header: 'Amount',
    cell: refund => <Money value={refund.amount} />,
    align: 'end',
    priority: 1,
    isNarrow: true,
  },
];

/** Refunds of every organization; those that wait for a person are one filter away. */
export function AdminRefundsPage() {
  const list = useListUrlState(refundsUrl);
  const status = statuses.find(one => one === list.filter('status'));
  const organizationId = list.filter('organization_id');
  const refunds = useOperation(
    adminRefundsPage,
    'listAllRefunds',
    {
      query: {
        ...(status === undefined ? {} : { status }),
        ...(organizationId === undefined ? {} : { organization_id: organizationId }),
        ...(list.cursor === null ? {} : { cursor: list.cursor }),
      },
    },
    { keepPrevious: true },
  );
  return (
    <ListPage
      header={{
        title: 'Refunds',
        description: 'Of every organization, newest first. What waits for a person moves no money until then.',
      }}
      label="Refunds"
      list={list}
      filters={[{ key: 'status', label: 'Outcome', options: statusOptions('refund') }]}
      extraFilters={
        <OrganizationFilter value={organizationId} onChange={value => list.setFilter('organization_id', value)} />
      }
      columns={columns}
      rows={refunds.data?.items}
      rowKey={refund => refund.refund_id}
      rowTo={refund => `/admin/refunds/${refund.refund_id}`}
      nextCursor={refunds.data?.next_cursor ?? null}
      isRefreshing={refunds.isPlaceholderData}
      failure={refunds.error}
      onRetry={() => void refunds.refetch()}
      empty={{ icon: ReceiptIcon, title: 'No refunds yet', description: 'Whoever asks for money back shows here.' }}
    />
  );
}
