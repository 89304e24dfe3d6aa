import { renderingOf, useOperation } from '@portico/plugin-kit/ui';
import { Banner, PageHeader, PageState, Stack, StatusChip, Tabs } from '@portico/ui';
import type { ReactNode } from 'react';
import { useParams } from 'react-router-dom';
import { NODES_REFETCH_MILLISECONDS } from './node-words';
import type { NodeDetails } from './node-words';
import { nodePage } from './pages';
import './nodes.css';

interface NodeFrameProps {
  /** The tab this is: `Probe`. */
  tab: string;
  children: (node: NodeDetails) => ReactNode;
  /** Of this tab alone. */
  primaryAction?: (node: NodeDetails) => ReactNode;
}

/** One node, in four parts; each of them is a page that declares `getNode` too. */
export function NodeFrame({ tab, children, primaryAction }: NodeFrameProps) {
  const { nodeId = '' } = useParams();
  const detail = useOperation(
    nodePage,
    'getNode',
    { params: { node_id: nodeId } },
    { refetchMilliseconds: NODES_REFETCH_MILLISECONDS },
  );
  const node = detail.data;
  const base = `/admin/nodes/${nodeId}`;
  return (
    <Stack gap="loose">
      <PageHeader
        title={node?.name ?? 'Node'}
        documentTitle={node === undefined ? 'Node' : `${tab} · ${node.name}`}
        breadcrumbs={[{ label: 'Nodes', to: '/admin/nodes' }, { label: node?.name ?? 'Node' }]}
        chip={node !== undefined && <StatusChip family="node" status={node.status} />}
        primaryAction={node !== undefined && primaryAction?.(node)}
      >
        <Tabs
          label="Parts of the node"
          items={[
            { to: base, label: 'Overview', isExact: true },
            { to: `${base}/probe`, label: 'Probe' },
            { to: `${base}/slots`, label: 'Slots' },
            { to: `${base}/settings`, label: 'Settings' },
          ]}
        />
      </PageHeader>
      <PageState state={renderingOf(detail, { what: 'node', layout: 'text' })}>
        {node !== undefined && (
          <Stack gap="loose">
            {/* On the overview the panel of how it comes in says the same, with what to do. */}
            {!(tab === 'Overview' && node.status === 'registered') && <StateBanner node={node} />}
            {children(node)}
          </Stack>
        )}
      </PageState>
    </Stack>
  );
}

function StateBanner({ node }: { node: NodeDetails }) {
  if (node.changed_host_key !== null)
    return (
      <Banner tone="failed" title="It shows another host key" isAlert={false}>
        Nothing is sent to it until an administrator has accepted that key under Settings, or the node shows the pinned
        one again.
      </Banner>
    );
  if (node.status === 'unreachable')
    return (
      <Banner tone="failed" title="It does not answer" isAlert={false}>
        {`${node.status_reason ?? 'It has not answered for a while.'} What runs there goes on; it takes work again by itself once it answers.`}
      </Banner>
    );
  if (node.status === 'draining')
    return (
      <Banner tone="warning" title="It takes no new work">
        {node.status_reason ?? 'It is being drained. What runs there goes on until its owner releases it.'}
      </Banner>
    );
  if (node.status !== 'ready' && node.status_reason !== null)
    return (
      <Banner tone="warning" title="It takes no work yet">
        {node.status_reason}
      </Banner>
    );
  return null;
}
