import {
  Bytes,
  Id,
  Instant,
  KeyValueList,
  LinkButton,
  Panel,
  RelativeTime,
  Skeleton,
  SlotMap,
  Stack,
  Stat,
  StatRow,
  StateChip,
} from '@portico/ui';
import { NodeFrame } from '../node-frame';
import { addressText, gpusText, isolationText, runtimeText } from '../node-words';
import type { NodeDetails } from '../node-words';
import { OccupantsTable, useNamedOccupants } from '../occupants';
import { slotNodes } from '../slot-nodes';
import { occupantsOf, useNodeSlots } from '../use-node-slots';
import { EnrolmentPanel } from './enrolment-panel';

/** What a node is, how it is, and who runs there. */
export function OverviewPage() {
  return <NodeFrame tab="Overview">{node => <Overview node={node} />}</NodeFrame>;
}

function Overview({ node }: { node: NodeDetails }) {
  const { slots, isPending } = useNodeSlots(node);
  const occupants = useNamedOccupants(node.node_id, occupantsOf(slots));
  const nameOf = (id: string) => occupants.find(({ allocationId }) => allocationId === id)?.name ?? id;
  return (
    <Stack gap="loose">
      {node.status === 'registered' && <EnrolmentPanel node={node} />}
      <StatRow label="Slots">
        <Stat label="Slots" value={node.slots.total} hint={gpusText(node)} />
        <Stat label="Free" value={node.slots.free} />
        <Stat label="Held" value={node.slots.held} />
        <Stat
          label="Blocked"
          value={node.slots.blocked}
          hint={node.slots.blocked > 0 ? 'Waiting for somebody to clean them up' : undefined}
        />
      </StatRow>
      {isPending ? (
        <Skeleton shape="text" />
      ) : (
        slots.length > 0 && (
          <Panel
            title="Where they sit"
            actions={
              <LinkButton size="small" to={`/admin/nodes/${node.node_id}/slots`}>
                Show slots
              </LinkButton>
            }
          >
            <SlotMap label={`Slots of ${node.name}`} nodes={slotNodes(node.name, slots, nameOf)} />
          </Panel>
        )
      )}
      <Panel title="Who runs here" isFlush>
        <OccupantsTable
          occupants={occupants}
          nothing={
            node.slots.total === 0
              ? 'The node has no slots that could be given out.'
              : 'Its slots are free for the next launch.'
          }
        />
      </Panel>
      <Panel title="Machine">
        <KeyValueList columns={2} items={factsOf(node)} />
      </Panel>
    </Stack>
  );
}

function factsOf(node: NodeDetails) {
  const { verdict } = node;
  return [
    { label: 'Region', value: node.region },
    { label: 'Address', value: node.address === null ? 'This machine' : <Id value={addressText(node.address)} /> },
    { label: 'Runtime', value: runtimeText[node.runtime] },
    {
      label: 'Isolation',
      value:
        node.isolation === null
          ? 'Not known yet'
          : `${isolationText[node.isolation]}${node.isolation_detail === null ? '' : ` (${node.isolation_detail})`}`,
    },
    { label: 'CPUs', value: node.cpu_count },
    { label: 'Memory', value: <Bytes value={node.memory_bytes} /> },
    { label: 'Disk left', value: <Bytes value={node.disk_bytes_free} /> },
    { label: 'NUMA domains', value: node.numa_domains === 0 ? '–' : node.numa_domains },
    {
      label: 'Latest probe',
      value: verdict === null ? 'None yet' : <VerdictChip verdict={verdict.verdict} at={verdict.probed_at} />,
    },
    { label: 'Last seen', value: node.last_seen_at === null ? 'Never' : <RelativeTime at={node.last_seen_at} /> },
    { label: 'Status since', value: <Instant at={node.status_changed_at} /> },
    { label: 'Here since', value: <Instant at={node.created_at} /> },
    { label: 'Brought in by', value: node.origin === 'configuration' ? 'The configuration' : 'An administrator' },
    { label: 'Node id', value: <Id value={node.node_id} /> },
    ...(node.notes === '' ? [] : [{ label: 'Notes', value: node.notes }]),
  ];
}

const verdictLooks = {
  passed: { tone: 'running', label: 'Passed' },
  warned: { tone: 'degraded', label: 'Passed with warnings' },
  failed: { tone: 'failed', label: 'Failed' },
} as const;

function VerdictChip({ verdict, at }: { verdict: keyof typeof verdictLooks; at: string }) {
  return (
    <span className="node-verdict">
      <StateChip {...verdictLooks[verdict]} />
      <RelativeTime at={at} />
    </span>
  );
}
