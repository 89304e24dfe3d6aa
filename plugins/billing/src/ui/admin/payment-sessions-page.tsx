import type { ReplyOf } from '@portico/plugin-kit/contract';
import { useOperation } from '@portico/plugin-kit/ui';
import { CardIcon, Instant, ListPage, Money, statusOptions, StatusChip, useListUrlState } from '@portico/ui';
import type { DataColumn } from '@portico/ui';
import type { listPaymentSessions } from '../../contract/payment-admin-operations';
import { methodWords } from '../payments/method-words';
import { instantsOf, isPeriod, periodNames, periodOptions } from '../periods';
import { paymentSessionsPage } from './admin-pages';
import { OrganizationFilter } from './organization-filter';
import { PaymentTabs } from './payment-tabs';

type Session = ReplyOf<typeof listPaymentSessions>['items'][number];

const ID_LENGTH_MAX = 64;
const statuses = ['created', 'open', 'completed', 'expired', 'cancelled', 'failed'] as const;
const kinds = ['checkout', 'auto_top_up'] as const;
const providers = ['stripe', 'test'] as const;
const sessionsUrl = {
  filters: {
    status: { values: statuses },
    kind: { values: kinds },
    provider: { values: providers },
    period: { values: periodNames },
    organization_id: { maxLength: ID_LENGTH_MAX },
    user_id: { maxLength: ID_LENGTH_MAX },
  },
};

const columns: readonly DataColumn<Session>[] = [
  { key: 'at', header: 'When', cell: session => <Instant at={session.created_at} />, priority: 1, isNarrow: true },
  {
    key: 'organization',
    header: 'Organization',
    cell: session => session.organization_name ?? session.organization_id,
    priority: 1,
  },
  { key: 'user', header: 'By', cell: session => session.username ?? '–', priority: 2 },
  {
    key: 'kind',
    header: 'Kind',
    cell: session => (session.kind === 'auto_top_up' ? 'Automatic' : 'By hand'),
    priority: 3,
    isNarrow: true,
  },
  {
    key: 'provider',
    header: 'Provider',
    cell: session => (session.is_test_money ? 'Test money' : 'Stripe'),
    priority: 3,
    isNarrow: true,
  },
  {
    key: 'method',
    header: 'Paid with',
    cell: session => (session.method === null ? '–' : methodWords(session.method)),
    priority: 3,
  },
  {
    key: 'status',
    header: 'State',
    cell: session => <StatusChip family="payment" status={session.status} />,
    priority: 1,
    isNarrow: true,
  },
  {
    key: 'amount',
    header: 'Amount',
    cell: session => <Money value={session.amount} />,
    align: 'end',
    priority: 1,
    isNarrow: true,
  },
];

/** Every payment of every organization. */
export function PaymentSessionsPage() {
  const list = useListUrlState(sessionsUrl);
  const [status, kind, provider] = [
    statuses.find(one => one === list.filter('status')),
    kinds.find(one => one === list.filter('kind')),
    providers.find(one => one === list.filter('provider')),
  ];
  const [period, organizationId, userId] = [
    list.filter('period'),
    list.filter('organization_id'),
    list.filter('user_id'),
  ];
  const sessions = useOperation(
    paymentSessionsPage,
    'listPaymentSessions',
    {
      query: {
        ...(status === undefined ? {} : { status }),
        ...(kind === undefined ? {} : { kind }),
        ...(provider === undefined ? {} : { provider }),
        ...(organizationId === undefined ? {} : { organization_id: organizationId }),
        ...(userId === undefined ? {} : { user_id: userId }),
        ...(isPeriod(period) ? instantsOf(period, new Date()) : {}),
        ...(list.cursor === null ? {} : { cursor: list.cursor }),
      },
    },
    { keepPrevious: true },
  );
  return (
    <ListPage
      header={{
        title: 'Payments',
        description: 'Payments of every organization, newest first. Each opens with all that is known of it.',
        children: <PaymentTabs />,
      }}
      label="Payments"
      list={list}
      filters={[
        { key: 'status', label: 'State', options: statusOptions('payment') },
        {
          key: 'kind',
          label: 'Kind',
          options: [
            { value: 'checkout', label: 'By hand' },
            { value: 'auto_top_up', label: 'Automatic' },
          ],
        },
        {
          key: 'provider',
          label: 'Provider',
          options: [
            { value: 'stripe', label: 'Stripe' },
            { value: 'test', label: 'Test money' },
          ],
        },
        { key: 'period', label: 'Period', anyLabel: 'All time', options: periodOptions },
      ]}
      extraFilters={
        <OrganizationFilter value={organizationId} onChange={value => list.setFilter('organization_id', value)} />
      }
      columns={columns}
      rows={sessions.data?.items}
      rowKey={session => session.payment_id}
      rowTo={session => `/admin/payment-sessions/${session.payment_id}`}
      nextCursor={sessions.data?.next_cursor ?? null}
      isRefreshing={sessions.isPlaceholderData}
      failure={sessions.error}
      onRetry={() => void sessions.refetch()}
      empty={{ icon: CardIcon, title: 'No payments yet', description: 'Whatever anybody pays in shows here.' }}
    />
  );
}
