import type { ReplyOf } from '@portico/plugin-kit/contract';
import type { listWorkloads } from '@portico/plugin-workloads/contract';
import { renderingOf, useOperationPages } from '@portico/plugin-kit/ui';
import { ActivityIcon, DataTable, PageState, Panel, Rate, RelativeTime, ShowMore, StatusChip } from '@portico/ui';
import type { DataColumn } from '@portico/ui';
import { projectPage } from '../pages';

type Workload = ReplyOf<typeof listWorkloads>['items'][number];

const columns: readonly DataColumn<Workload>[] = [
  { key: 'name', header: 'Name', cell: workload => workload.name, priority: 1 },
  {
    key: 'status',
    header: 'Status',
    cell: workload => <StatusChip family="allocation" status={workload.display_status} />,
    priority: 1,
    isNarrow: true,
  },
  {
    key: 'price',
    header: 'Price',
    cell: workload => <Rate value={workload.price_per_hour} />,
    align: 'end',
    priority: 2,
    isNarrow: true,
  },
  {
    key: 'created',
    header: 'Launched',
    cell: workload => <RelativeTime at={workload.created_at} />,
    priority: 2,
    isNarrow: true,
  },
];

/** Rows at first; more are asked for. */
const ROWS = 10;

/** What runs and ran in it, newest first. */
export function ProjectWorkloads({ projectId }: { projectId: string }) {
  const workloads = useOperationPages(
    projectPage,
    'listWorkloads',
    { query: { project_id: projectId, limit: ROWS } },
    { live: event => event.event_type.startsWith('provisioning.') },
  );
  const state = renderingOf(workloads, {
    empty: workloads.items.length === 0 && {
      icon: ActivityIcon,
      title: 'Nothing was launched here yet',
      description: 'Choose the project at the top of the page, then launch: the workload belongs to it.',
    },
  });
  return (
    <Panel title="Workloads" isFlush={workloads.items.length > 0}>
      <PageState state={state}>
        <DataTable
          label="Workloads of the project"
          columns={columns}
          rows={workloads.items}
          rowKey={workload => workload.allocation_id}
          rowTo={workload => `/workloads/${workload.allocation_id}`}
        />
        <ShowMore of={workloads} />
      </PageState>
    </Panel>
  );
}
