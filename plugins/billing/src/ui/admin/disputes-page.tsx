import type { ReplyOf } from '@portico/plugin-kit/contract';
import { useOperation } from '@portico/plugin-kit/ui';
import { Instant, ListPage, Money, ShieldIcon, statusOptions, StatusChip, useListUrlState } from '@portico/ui';
import type { DataColumn } from '@portico/ui';
import type { listDisputes } from '../../contract/refund-operations';
import { adminDisputesPage } from './admin-pages';
import { OrganizationFilter } from './organization-filter';
import { PaymentTabs } from './payment-tabs';

type Dispute = ReplyOf<typeof listDisputes>['items'][number];

const ID_LENGTH_MAX = 64;
const statuses = ['inquiry', 'open', 'won', 'lost'] as const;
const disputesUrl = { filters: { status: { values: statuses }, organization_id: { maxLength: ID_LENGTH_MAX } } };

const columns: readonly DataColumn<Dispute>[] = [
  { key: 'at', header: 'Heard of', cell: dispute => <Instant at={dispute.opened_at} />, priority: 1, isNarrow: true },
  {
    key: 'organization',
    header: 'Organization',
    cell: dispute => dispute.organization_name ?? dispute.organization_id,
    priority: 1,
  },
  { key: 'reason', header: 'Reason', cell: dispute => dispute.reason, priority: 2 },
  {
    key: 'status',
    header: 'State',
    cell: dispute => <StatusChip family="dispute" status={dispute.status} />,
    priority: 1,
    isNarrow: true,
  },
  {
    key: 'respond',
    header: 'Answer by',
    cell: dispute => (dispute.closed_at === null ? <Instant at={dispute.respond_by} /> : '–'),
    priority: 2,
    isNarrow: true,
  },
  {
    key: 'amount',
    header: 'Amount',
    cell: dispute => <Money value={dispute.amount} />,
    align: 'end',
    priority: 1,
    isNarrow: true,
  },
];

/** Payments somebody took back at their bank. They are answered at the provider; here one sees what they do to the books. */
export function DisputesPage() {
  const list = useListUrlState(disputesUrl);
  const status = statuses.find(one => one === list.filter('status'));
  const organizationId = list.filter('organization_id');
  const disputes = useOperation(
    adminDisputesPage,
    'listDisputes',
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
        title: 'Disputes',
        description: 'Payments that somebody disputes at their bank. Answer them on the provider’s pages in time.',
        children: <PaymentTabs />,
      }}
      label="Disputes"
      list={list}
      filters={[{ key: 'status', label: 'State', options: statusOptions('dispute') }]}
      extraFilters={
        <OrganizationFilter value={organizationId} onChange={value => list.setFilter('organization_id', value)} />
      }
      columns={columns}
      rows={disputes.data?.items}
      rowKey={dispute => dispute.dispute_id}
      rowTo={dispute => `/admin/payment-sessions/${dispute.payment_id}`}
      nextCursor={disputes.data?.next_cursor ?? null}
      isRefreshing={disputes.isPlaceholderData}
      failure={disputes.error}
      onRetry={() => void disputes.refetch()}
      empty={{
        icon: ShieldIcon,
        title: 'No disputes yet',
        description: 'When a bank asks about a payment or takes it back, it shows here.',
      }}
    />
  );
}
