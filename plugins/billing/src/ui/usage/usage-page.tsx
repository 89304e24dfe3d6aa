import { apiClientRef, useOperation } from '@portico/plugin-kit/ui';
import { useApi } from '@backstage/frontend-plugin-api';
import { DownloadIcon, LinkButton, ListPage, ReceiptIcon, useListUrlState } from '@portico/ui';
import { BillingFrame } from '../billing-frame';
import { usagePage } from '../pages';
import { usageColumns } from './usage-columns';

/** What runs costs by the second; this often the figures are read again. */
const REFETCH_MILLISECONDS = 10_000;

const usageUrl = { sorts: ['-started_at', 'started_at', '-cost', 'cost'] } as const;
type UsageSort = (typeof usageUrl.sorts)[number];

/** What each workload cost. */
export function UsagePage() {
  const client = useApi(apiClientRef);
  const list = useListUrlState(usageUrl);
  const sort = (list.sort ?? '-started_at') as UsageSort;
  const usage = useOperation(
    usagePage,
    'listUsage',
    { query: { sort, ...(list.cursor === null ? {} : { cursor: list.cursor }) } },
    { refetchMilliseconds: REFETCH_MILLISECONDS, keepPrevious: true },
  );
  return (
    <BillingFrame title="Usage">
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
            to={client.href(usagePage.operations.exportUsage, { query: { sort } })}
            icon={DownloadIcon}
            size="small"
            download="usage.csv"
          >
            CSV
          </LinkButton>
        }
      />
    </BillingFrame>
  );
}
