import { apiClientRef, renderingOf, useOperation } from '@portico/plugin-kit/ui';
import { useApi } from '@backstage/frontend-plugin-api';
import {
  Banner,
  DownloadIcon,
  Duration,
  LinkButton,
  ListPage,
  Money,
  PageHeader,
  PageState,
  ReceiptIcon,
  Stack,
  Stat,
  StatRow,
  StatusChip,
  Tabs,
  useListUrlState,
} from '@portico/ui';
import { Navigate, Route, Routes } from 'react-router-dom';
import { LedgerList } from './ledger-list';
import { billingPage } from './pages';
import { usageColumns } from './usage-columns';

/** What runs costs by the second; this often the figures are read again. */
const REFETCH_MILLISECONDS = 10_000;

/** How much there is, how fast it goes, and what it went to. */
export function BillingPage() {
  return (
    <Stack gap="loose">
      <PageHeader title="Billing & Usage">
        <Tabs
          label="Billing"
          items={[
            { to: '/billing', label: 'Usage', isExact: true },
            { to: '/billing/ledger', label: 'Ledger' },
          ]}
        />
      </PageHeader>
      <BalancePanel />
      <Routes>
        <Route index element={<UsageList />} />
        <Route path="ledger" element={<LedgerList />} />
        <Route path="*" element={<Navigate to="/billing" replace />} />
      </Routes>
    </Stack>
  );
}

function BalancePanel() {
  const balance = useOperation(
    billingPage,
    'getBalance',
    {},
    { refetchMilliseconds: REFETCH_MILLISECONDS, live: event => event.event_type.startsWith('billing.') },
  );
  const { data } = balance;
  return (
    <PageState state={renderingOf(balance, { layout: 'text' })}>
      {data !== undefined && (
        <Stack>
          <StatRow label="Balance">
            <Stat
              label="Available"
              value={<Money value={data.available} />}
              hint={<StatusChip family="balance" status={data.status} />}
            />
            <Stat
              label="Held"
              value={<Money value={data.held} />}
              hint="For what runs; the rest comes back at release"
            />
            <Stat
              label="Burn rate"
              value={<Money value={data.burn_rate_per_hour} per="hour" />}
              hint="All that runs now"
            />
            <Stat
              label="Runway"
              value={data.runway_seconds === null ? '–' : <Duration seconds={data.runway_seconds} />}
              hint={data.runway_seconds === null ? 'Nothing runs' : 'At this burn rate'}
            />
          </StatRow>
          {data.status === 'depleted' && (
            <Banner tone="info" title="An administrator of the platform can credit your account">
              Once there is money again, launch anew: what was released stays released.
            </Banner>
          )}
        </Stack>
      )}
    </PageState>
  );
}

const usageUrl = { sorts: ['-started_at', 'started_at', '-cost', 'cost'] } as const;
type UsageSort = (typeof usageUrl.sorts)[number];

function UsageList() {
  const client = useApi(apiClientRef);
  const list = useListUrlState(usageUrl);
  const sort = (list.sort ?? '-started_at') as UsageSort;
  const usage = useOperation(
    billingPage,
    'listUsage',
    { query: { sort, ...(list.cursor === null ? {} : { cursor: list.cursor }) } },
    { refetchMilliseconds: REFETCH_MILLISECONDS, keepPrevious: true },
  );
  return (
    <ListPage
      label="Usage"
      list={list}
      columns={usageColumns}
      rows={usage.data?.items}
      rowKey={row => row.allocation_id}
      rowTo={row => `/workloads/${row.allocation_id}`}
      nextCursor={usage.data?.next_cursor ?? null}
      isRefreshing={usage.isPlaceholderData}
      failure={usage.error}
      onRetry={() => void usage.refetch()}
      empty={{
        icon: ReceiptIcon,
        title: 'No usage yet',
        description: 'What your workloads cost shows here, by the second, from the moment they are active.',
        actions: (
          <LinkButton to="/launch" variant="primary">
            Launch a workload
          </LinkButton>
        ),
      }}
      toolbar={
        <LinkButton
          to={client.href(billingPage.operations.exportUsage, { query: { sort } })}
          icon={DownloadIcon}
          size="small"
          download="usage.csv"
        >
          CSV
        </LinkButton>
      }
    />
  );
}
