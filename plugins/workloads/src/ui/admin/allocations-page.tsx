import type { ReplyOf } from '@portico/plugin-kit/contract';
import type { listNodes } from '@portico/plugin-fleet/contract';
import { useOperation, useSignedIn } from '@portico/plugin-kit/ui';
import {
  Button,
  CloseIcon,
  Id,
  ListPage,
  Rate,
  RelativeTime,
  SearchField,
  ServerIcon,
  statusOptions,
  StatusChip,
  useListUrlState,
} from '@portico/ui';
import type { DataColumn } from '@portico/ui';
import { useState } from 'react';
import type { listAdminAllocations } from '../../contract/admin-operations';
import { displayStatuses, statusGroups } from '../../contract/allocation';
import { adminAllocationsPage } from './admin-pages';
import { AllocationDrawer } from './allocation-drawer';
import { ForceReleaseDialog } from './force-release-dialog';

export type AdminAllocation = ReplyOf<typeof listAdminAllocations>['items'][number];
export type ListedNode = ReplyOf<typeof listNodes>['items'][number];

const REFERENCE = /^[A-Za-z0-9][A-Za-z0-9_-]*$/;
const REFERENCE_LENGTH_MAX = 64;
const reference = { pattern: REFERENCE, maxLength: REFERENCE_LENGTH_MAX };
const allocationsUrl = {
  search: 'q',
  filters: {
    status_group: { values: statusGroups },
    status: { values: displayStatuses },
    node: reference,
    owner: { maxLength: 100 },
    user: reference,
    organization: reference,
  },
};
/** As many nodes as one page of the list holds; what is beyond is found by its id in the address. */
const NODES_MAX = 200;
/** Nobody tells this page what happens in other organizations; read again this often it is never far behind. */
const REFETCH_MILLISECONDS = 10_000;

/** What runs, ran or is stuck, of everybody. */
export function AdminAllocationsPage() {
  const list = useListUrlState(allocationsUrl);
  const mayForce = useSignedIn().permissions.has('workloads.allocation.force_release');
  const mayReadNodes = useSignedIn().permissions.has('fleet.node.read');
  const [openId, setOpenId] = useState<string | null>(null);
  const [forcing, setForcing] = useState<AdminAllocation | null>(null);
  const [status, group, node] = [list.filter('status'), list.filter('status_group'), list.filter('node')];
  const [owner, user, organization] = [list.filter('owner'), list.filter('user'), list.filter('organization')];
  const allocations = useOperation(
    adminAllocationsPage,
    'listAdminAllocations',
    {
      query: {
        ...(status === undefined ? {} : { status: status as AdminAllocation['display_status'] }),
        ...(group === undefined ? {} : { status_group: group as AdminAllocation['status_group'] }),
        ...(node === undefined ? {} : { node_id: node }),
        ...(owner === undefined ? {} : { username: owner }),
        ...(user === undefined ? {} : { user_id: user }),
        ...(organization === undefined ? {} : { organization_id: organization }),
        ...(list.search === '' ? {} : { q: list.search }),
        ...(list.cursor === null ? {} : { cursor: list.cursor }),
      },
    },
    { keepPrevious: true, refetchMilliseconds: REFETCH_MILLISECONDS },
  );
  const nodes = useOperation(
    adminAllocationsPage,
    'listNodes',
    { query: { limit: NODES_MAX } },
    { enabled: mayReadNodes, refetchMilliseconds: REFETCH_MILLISECONDS },
  );
  const nodeOf = (id: string | null) => nodes.data?.items.find(candidate => candidate.node_id === id);
  const open = allocations.data?.items.find(one => one.allocation_id === openId);

  const columns: DataColumn<AdminAllocation>[] = [
    { key: 'name', header: 'Name', cell: row => row.name, priority: 1 },
    {
      key: 'status',
      header: 'Status',
      cell: row => <StatusChip family="allocation" status={row.display_status} />,
      priority: 1,
      isNarrow: true,
    },
    { key: 'owner', header: 'Owner', cell: row => (row.username === null ? '–' : `@${row.username}`), priority: 1 },
    {
      key: 'node',
      header: 'Node',
      cell: row => nodeOf(row.node_id)?.name ?? (row.node_id === null ? '–' : <Id value={row.node_id} />),
      priority: 2,
    },
    {
      key: 'gpus',
      header: 'GPUs',
      cell: row => (row.slots[0] === undefined ? row.gpu_count : `${row.gpu_count} × ${row.slots[0].gpu_model}`),
      priority: 2,
      isNarrow: true,
    },
    {
      key: 'price',
      header: 'Price',
      cell: row => <Rate value={row.price_per_hour} />,
      align: 'end',
      priority: 3,
      isNarrow: true,
    },
    {
      key: 'created',
      header: 'Launched',
      cell: row => <RelativeTime at={row.created_at} />,
      priority: 2,
      isNarrow: true,
    },
  ];
  return (
    <>
      <ListPage
        header={{
          title: 'Allocations',
          description: 'What runs, ran or needs somebody, of every organization, newest first.',
        }}
        label="Allocations"
        list={list}
        searchLabel="Search by name or id"
        filters={[
          { key: 'status_group', label: 'Group', options: statusOptions('status_group') },
          {
            key: 'status',
            label: 'Status',
            options: statusOptions('allocation').filter(option => option.value !== 'requested'),
          },
          {
            key: 'node',
            label: 'Node',
            options: (nodes.data?.items ?? []).map(one => ({ value: one.node_id, label: one.name })),
          },
        ]}
        extraFilters={
          <>
            <SearchField
              label="User name of the owner"
              value={owner ?? ''}
              onChange={name => list.setFilter('owner', name.trim())}
            />
            {(['user', 'organization'] as const).map(key => {
              const value = list.filter(key);
              if (value === undefined) return null;
              return (
                <Button key={key} size="small" iconEnd={CloseIcon} onPress={() => list.setFilter(key, null)}>
                  <span className="pt-visually-hidden">Remove the filter </span>
                  {`${key === 'user' ? 'Owner' : 'Organization'}: ${value}`}
                </Button>
              );
            })}
          </>
        }
        columns={columns}
        rows={allocations.data?.items}
        rowKey={row => row.allocation_id}
        onRowPress={row => setOpenId(row.allocation_id)}
        currentKey={open?.allocation_id ?? null}
        nextCursor={allocations.data?.next_cursor ?? null}
        isRefreshing={allocations.isPlaceholderData}
        failure={allocations.error}
        onRetry={() => void allocations.refetch()}
        empty={{
          icon: ServerIcon,
          title: 'No allocations yet',
          description: 'Whatever anybody launches appears here, with who pays for it and where it runs.',
        }}
      />
      {open !== undefined && forcing === null && (
        <AllocationDrawer
          allocation={open}
          node={nodeOf(open.node_id)}
          onClose={() => setOpenId(null)}
          onForceRelease={mayForce ? () => setForcing(open) : undefined}
          onNarrow={(key, value) => {
            setOpenId(null);
            list.setFilter(key, value);
          }}
        />
      )}
      {forcing !== null && (
        <ForceReleaseDialog
          allocation={forcing}
          node={nodeOf(forcing.node_id)}
          onClose={() => {
            setForcing(null);
            setOpenId(null);
          }}
        />
      )}
    </>
  );
}
