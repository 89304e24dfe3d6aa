import { useOperation, useSignedIn } from '@portico/plugin-kit/ui';
import {
  ActivityIcon,
  Button,
  CloseIcon,
  LaunchIcon,
  LinkButton,
  ListPage,
  MissingPermission,
  Rate,
  RelativeTime,
  statusOptions,
  StatusChip,
  useCalmRows,
  useListUrlState,
} from '@portico/ui';
import type { DataColumn } from '@portico/ui';
import { displayStatuses, statusGroups } from '../contract/allocation';
import { workloadPermissions } from '../contract/permissions';
import { movesWorkloads } from './concerns';
import { workloadsPage } from './pages';
import type { Workload } from './workload-words';

const LAUNCH = 'workloads.allocation.launch';
const sorts = ['-created_at', 'created_at', 'name', '-name'] as const;
const workloadsUrl = {
  filters: {
    status_group: { values: statusGroups },
    status: { values: displayStatuses },
    sku: { maxLength: 64 },
    batch: { pattern: /^[A-Za-z0-9][A-Za-z0-9_-]*$/, maxLength: 64 },
  },
  search: 'q',
  sorts,
};
/** As many SKUs as one page of the list holds. */
const SKUS_MAX = 200;

/** What the organization runs and ran; an action moves a row to another group, never out of sight. */
export function WorkloadsPage() {
  const list = useListUrlState(workloadsUrl);
  const mayLaunch = useSignedIn().permissions.has(LAUNCH);
  const skus = useOperation(workloadsPage, 'listSkus', { query: { limit: SKUS_MAX } });
  const skuName = new Map(skus.data?.items.map(sku => [sku.sku_id, sku.name]));
  const status = list.filter('status');
  const group = list.filter('status_group');
  const sku = list.filter('sku');
  const batch = list.filter('batch');
  const workloads = useOperation(
    workloadsPage,
    'listWorkloads',
    {
      query: {
        sort: (list.sort ?? '-created_at') as (typeof sorts)[number],
        ...(status === undefined ? {} : { status: status as Workload['display_status'] }),
        ...(group === undefined ? {} : { status_group: group as Workload['status_group'] }),
        ...(sku === undefined ? {} : { sku_id: sku }),
        ...(batch === undefined ? {} : { batch_id: batch }),
        ...(list.search === '' ? {} : { q: list.search }),
        ...(list.cursor === null ? {} : { cursor: list.cursor }),
      },
    },
    { live: movesWorkloads, keepPrevious: true },
  );

  const calm = useCalmRows({
    rows: workloads.data?.items,
    rowKey: row => row.allocation_id,
    identity: JSON.stringify([list.filters, list.search, list.sort, list.cursor]),
    isStale: workloads.isPlaceholderData,
  });

  const columns: DataColumn<Workload>[] = [
    { key: 'name', header: 'Name', cell: row => row.name, sortKey: 'name', priority: 1 },
    {
      key: 'status',
      header: 'Status',
      cell: row => <StatusChip family="allocation" status={row.display_status} />,
      priority: 1,
      isNarrow: true,
    },
    {
      key: 'hardware',
      header: 'Hardware',
      cell: row => `${row.gpu_count} × ${skuName.get(row.sku_id) ?? row.sku_id}`,
      priority: 2,
    },
    {
      key: 'price',
      header: 'Price',
      cell: row => <Rate value={row.price_per_hour} />,
      align: 'end',
      priority: 2,
      isNarrow: true,
    },
    {
      key: 'created',
      header: 'Launched',
      cell: row => <RelativeTime at={row.created_at} />,
      sortKey: 'created_at',
      priority: 2,
      isNarrow: true,
    },
  ];
  const launch = mayLaunch && (
    <LinkButton to="/launch" variant="primary" icon={LaunchIcon}>
      Launch a workload
    </LinkButton>
  );
  return (
    <ListPage
      header={{ title: 'Workloads', primaryAction: launch }}
      label="Workloads"
      list={list}
      filters={[
        { key: 'status_group', label: 'Group', options: statusOptions('status_group') },
        {
          key: 'status',
          label: 'Status',
          options: statusOptions('allocation').filter(option => option.value !== 'requested'),
        },
      ]}
      extraFilters={
        batch !== undefined && (
          <Button size="small" iconEnd={CloseIcon} onPress={() => list.setFilter('batch', null)}>
            <span className="pt-visually-hidden">Remove the filter: </span>
            Launched together
          </Button>
        )
      }
      searchLabel="Search by name or id"
      columns={columns}
      rows={calm.rows}
      newCount={calm.newCount}
      onShowNew={calm.showNew}
      rowKey={row => row.allocation_id}
      rowTo={row => `/workloads/${row.allocation_id}`}
      nextCursor={workloads.data?.next_cursor ?? null}
      isRefreshing={workloads.isPlaceholderData}
      failure={workloads.error}
      onRetry={() => void workloads.refetch()}
      empty={{
        icon: ActivityIcon,
        title: 'Nothing runs yet',
        description: 'A workload is GPUs on a node with a shell, SSH and a price. It is ready in seconds.',
        actions: launch,
      }}
    >
      {!mayLaunch && <MissingPermission permission={LAUNCH} sentence={workloadPermissions[LAUNCH]} />}
    </ListPage>
  );
}
