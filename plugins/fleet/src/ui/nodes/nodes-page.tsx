import { useOperation, useSignedIn } from '@portico/plugin-kit/ui';
import {
  LinkButton,
  ListPage,
  MissingPermission,
  PlusIcon,
  RelativeTime,
  ServerIcon,
  statusOptions,
  StatusChip,
  useCalmRows,
  useListUrlState,
} from '@portico/ui';
import type { DataColumn } from '@portico/ui';
import { fleetPermissions } from '../../contract/permissions';
import {
  gpusText,
  isolationText,
  MANAGE_NODES,
  NODES_REFETCH_MILLISECONDS,
  runtimeText,
  slotsText,
} from '../node-words';
import type { ListedNode } from '../node-words';
import { nodesPage } from '../pages';
import '../nodes.css';

const statuses = ['registered', 'enrolled', 'ready', 'draining', 'unreachable'] as const;
const nodesUrl = {
  search: 'name',
  filters: { status: { values: statuses }, region: { pattern: /^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$/ } },
};
/** Characters of a name that the search takes. */
const NAME_LENGTH_MAX = 80;

const columns: DataColumn<ListedNode>[] = [
  { key: 'name', header: 'Name', cell: node => <span className="pt-mono">{node.name}</span>, priority: 1 },
  {
    key: 'status',
    header: 'Status',
    cell: node => <StatusChip family="node" status={node.status} />,
    priority: 1,
    isNarrow: true,
  },
  {
    key: 'gpus',
    header: 'GPUs',
    cell: node => (
      <span className="node-two-lines">
        <span>{gpusText(node)}</span>
        {node.simulated && <span className="pt-description">Simulated</span>}
      </span>
    ),
    priority: 1,
  },
  { key: 'slots', header: 'Slots', cell: node => slotsText(node), priority: 1, isNarrow: true },
  { key: 'region', header: 'Region', cell: node => node.region, priority: 2, isNarrow: true },
  { key: 'runtime', header: 'Runtime', cell: node => runtimeText[node.runtime], priority: 3, isNarrow: true },
  {
    key: 'isolation',
    header: 'Isolation',
    cell: node => (node.isolation === null ? '–' : isolationText[node.isolation]),
    priority: 3,
    isNarrow: true,
  },
  {
    key: 'seen',
    header: 'Last seen',
    cell: node => (node.last_seen_at === null ? 'Never' : <RelativeTime at={node.last_seen_at} />),
    priority: 2,
    isNarrow: true,
  },
];

/** The machines of the platform. */
export function NodesPage() {
  const list = useListUrlState(nodesUrl);
  const { permissions } = useSignedIn();
  const mayManage = permissions.has(MANAGE_NODES);
  const status = statuses.find(one => one === list.filter('status'));
  const region = list.filter('region');
  const name = list.search.trim().toLowerCase().slice(0, NAME_LENGTH_MAX);
  const query = {
    ...(name === '' ? {} : { name }),
    ...(status === undefined ? {} : { status }),
    ...(region === undefined ? {} : { region }),
    ...(list.cursor === null ? {} : { cursor: list.cursor }),
  };
  const nodes = useOperation(
    nodesPage,
    'listNodes',
    { query },
    { keepPrevious: true, refetchMilliseconds: NODES_REFETCH_MILLISECONDS },
  );
  const regions = useOperation(nodesPage, 'listRegions', {}, { enabled: permissions.has('catalog.sku.read') });
  const calm = useCalmRows({
    rows: nodes.data?.items,
    rowKey: node => node.node_id,
    identity: JSON.stringify(query),
    isStale: nodes.isPlaceholderData,
  });
  const addNode = (
    <LinkButton to="/admin/nodes/new" variant="primary" icon={PlusIcon}>
      Add node
    </LinkButton>
  );
  return (
    <ListPage
      header={{
        title: 'Nodes',
        description: 'The machines workloads run on, newest first.',
        primaryAction: mayManage && addNode,
        secondaryAction: <LinkButton to="/admin/placement">Would it fit?</LinkButton>,
      }}
      label="Nodes"
      list={list}
      searchLabel="Search by name"
      filters={[
        { key: 'status', label: 'Status', options: statusOptions('node') },
        {
          key: 'region',
          label: 'Region',
          options: (regions.data?.items ?? []).map(one => ({ value: one.region, label: one.region })),
        },
      ]}
      columns={columns}
      rows={calm.rows}
      rowKey={node => node.node_id}
      rowTo={node => `/admin/nodes/${node.node_id}`}
      newCount={calm.newCount}
      onShowNew={calm.showNew}
      nextCursor={nodes.data?.next_cursor ?? null}
      isRefreshing={nodes.isPlaceholderData}
      failure={nodes.error}
      onRetry={() => void nodes.refetch()}
      empty={{
        icon: ServerIcon,
        title: 'No nodes yet',
        description: 'A node is a machine with GPUs that Portico reaches over SSH. Bring the first one in.',
        actions: mayManage ? addNode : undefined,
      }}
    >
      {!mayManage && (
        <MissingPermission
          permission={MANAGE_NODES}
          sentence={fleetPermissions[MANAGE_NODES]}
          grantedBy="a platform administrator"
        />
      )}
    </ListPage>
  );
}
