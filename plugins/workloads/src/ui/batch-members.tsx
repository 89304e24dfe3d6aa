import { DataTable, Panel, Rate, StatusChip } from '@portico/ui';
import type { DataColumn } from '@portico/ui';
import type { Workload } from './workload-words';

const columns: DataColumn<Workload>[] = [
  { key: 'name', header: 'Name', cell: row => row.name, priority: 1 },
  {
    key: 'status',
    header: 'Status',
    cell: row => <StatusChip family="allocation" status={row.display_status} />,
    priority: 1,
    isNarrow: true,
  },
  {
    key: 'price',
    header: 'Price',
    cell: row => <Rate value={row.price_per_hour} />,
    align: 'end',
    priority: 2,
    isNarrow: true,
  },
];

/** The workloads one task launches, and how far each is. */
export function BatchMembers({ members }: { members: readonly Workload[] }) {
  return (
    <Panel
      title="Workloads"
      description="Launched together; they become active together, and live by themselves from then on."
    >
      <DataTable
        label="Workloads of the batch"
        columns={columns}
        rows={members}
        rowKey={row => row.allocation_id}
        rowTo={row => `/workloads/${row.allocation_id}`}
      />
    </Panel>
  );
}
