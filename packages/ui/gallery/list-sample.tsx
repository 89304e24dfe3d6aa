import { useState } from 'react';
import {
  BoxIcon,
  Button,
  DownloadIcon,
  Id,
  LinkButton,
  ListPage,
  Money,
  RelativeTime,
  StatusChip,
  statusOptions,
  useListUrlState,
  type DataColumn,
  type ListUrlSchema,
} from '../src/index';
import { WORKLOADS, type Workload } from './samples';

const SCHEMA = {
  filters: { status: { values: statusOptions('allocation').map(option => option.value) } },
  search: 'q',
  sorts: ['-created_at', 'created_at', 'name', '-name'],
} satisfies ListUrlSchema<'status'>;

const COLUMNS: DataColumn<Workload>[] = [
  { key: 'name', header: 'Name', cell: row => row.name, sortKey: 'name' },
  { key: 'status', header: 'Status', cell: row => <StatusChip family="allocation" status={row.status} /> },
  { key: 'sku', header: 'Hardware', cell: row => row.sku, priority: 2 },
  { key: 'id', header: 'Id', cell: row => <Id value={row.id} />, priority: 3 },
  {
    key: 'created',
    header: 'Created',
    cell: row => <RelativeTime at={row.createdAt} />,
    sortKey: 'created_at',
    isNarrow: true,
  },
  { key: 'price', header: 'Price', cell: row => <Money value={row.price} per="hour" />, align: 'end', isNarrow: true },
];

export function ListPageSample() {
  const list = useListUrlState<'status'>(SCHEMA);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set([WORKLOADS[1]!.id]));
  const status = list.filter('status');
  const rows = WORKLOADS.filter(row => (!status || row.status === status) && row.name.includes(list.search));
  return (
    <ListPage
      header={{
        title: 'Workloads',
        primaryAction: (
          <LinkButton variant="primary" to="/forms">
            Launch
          </LinkButton>
        ),
      }}
      label="Workloads"
      list={list}
      filters={[{ key: 'status', label: 'Status', options: statusOptions('allocation') }]}
      searchLabel="Search by name"
      columns={COLUMNS}
      rows={rows}
      rowKey={row => row.id}
      rowTo={() => '/'}
      rowName={row => row.name}
      selection={{ selected, onChange: setSelected }}
      bulkActions={
        <Button size="small" variant="danger">
          Release
        </Button>
      }
      nextCursor="next"
      newCount={3}
      toolbar={<Button icon={DownloadIcon}>CSV</Button>}
      empty={{
        title: 'No workloads yet',
        description: 'Launch one and it appears here.',
        icon: BoxIcon,
        actions: <LinkButton to="/forms">Launch</LinkButton>,
      }}
    />
  );
}
