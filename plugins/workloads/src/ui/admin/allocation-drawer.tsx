import {
  Banner,
  Button,
  CopyButton,
  Drawer,
  Id,
  Inline,
  Instant,
  KeyValueList,
  LinkButton,
  Panel,
  Rate,
  SlotMap,
  Stack,
  StatusChip,
} from '@portico/ui';
import { slotNodes } from '../slot-nodes';
import { failureText, releaseFailureText } from '../workload-words';
import type { AdminAllocation, ListedNode } from './allocations-page';
import { isSilent } from './silent-node';

interface AllocationDrawerProps {
  allocation: AdminAllocation;
  node: ListedNode | undefined;
  onClose: () => void;
  /** Absent where it may not be done. */
  onForceRelease: (() => void) | undefined;
  onNarrow: (key: 'user' | 'organization' | 'node', value: string) => void;
}

/** Something is held or owed: there is something to end. */
function canBeForced({ status }: AdminAllocation): boolean {
  return status !== 'released' && status !== 'failed';
}

/** Everything an administrator needs to know before doing anything about it. */
export function AllocationDrawer({ allocation, node, onClose, onForceRelease, onNarrow }: AllocationDrawerProps) {
  const mayEnd =
    onForceRelease !== undefined && (canBeForced(allocation) || (allocation.status === 'failed' && isSilent(node)));
  return (
    <Drawer
      isOpen
      onClose={onClose}
      title={allocation.name}
      footer={
        mayEnd ? (
          <Button variant="danger" onPress={onForceRelease}>
            Force release
          </Button>
        ) : undefined
      }
    >
      <Stack gap="loose">
        <StateWords allocation={allocation} node={node} />
        <KeyValueList
          items={[
            { label: 'Status', value: <StatusChip family="allocation" status={allocation.display_status} /> },
            { label: 'Id', value: <CopyableId value={allocation.allocation_id} what="allocation id" /> },
            {
              label: 'Owner',
              value: (
                <Inline>
                  {allocation.username === null ? <Id value={allocation.user_id} /> : `@${allocation.username}`}
                  <LinkButton size="small" variant="quiet" to={`/admin/users/${allocation.user_id}`}>
                    Show user
                  </LinkButton>
                  <Narrow onPress={() => onNarrow('user', allocation.user_id)}>Only theirs</Narrow>
                </Inline>
              ),
            },
            {
              label: 'Organization',
              value: (
                <Inline>
                  <Id value={allocation.organization_id} />
                  <Narrow onPress={() => onNarrow('organization', allocation.organization_id)}>Only theirs</Narrow>
                </Inline>
              ),
            },
            { label: 'Launched', value: <Instant at={allocation.created_at} /> },
            ...(allocation.batch_id === null
              ? []
              : [{ label: 'Batch', value: <CopyableId value={allocation.batch_id} what="batch id" /> }]),
            ...(allocation.task_id === null
              ? []
              : [{ label: 'Last task', value: <CopyableId value={allocation.task_id} what="task id" /> }]),
          ]}
        />
        <Panel title="Money">
          <KeyValueList
            items={[
              { label: 'Price', value: <Rate value={allocation.price_per_hour} /> },
              { label: 'Billed from', value: <InstantOrNever at={allocation.billing_started_at} /> },
              {
                label: 'Billed until',
                value:
                  allocation.billing_started_at !== null && allocation.billing_stopped_at === null ? (
                    'It is being billed'
                  ) : (
                    <InstantOrNever at={allocation.billing_stopped_at} />
                  ),
              },
            ]}
          />
        </Panel>
        <Panel title="Where it runs">
          <Stack>
            <KeyValueList
              items={[
                {
                  label: 'Node',
                  value:
                    allocation.node_id === null ? (
                      '–'
                    ) : (
                      <Inline>
                        {node?.name ?? <Id value={allocation.node_id} />}
                        {node !== undefined && <StatusChip family="node" status={node.status} />}
                        <Narrow onPress={() => onNarrow('node', allocation.node_id ?? '')}>Only there</Narrow>
                      </Inline>
                    ),
                },
              ]}
            />
            {allocation.slots.length > 0 && (
              <SlotMap label={`GPUs of ${allocation.name}`} nodes={slotNodes(allocation, 'held')} isLegendHidden />
            )}
          </Stack>
        </Panel>
      </Stack>
    </Drawer>
  );
}

function StateWords({ allocation, node }: Pick<AllocationDrawerProps, 'allocation' | 'node'>) {
  if (allocation.status === 'failed' && allocation.failure_reason !== null)
    return (
      <Banner tone="failed" title={failureText(allocation.failure_reason)}>
        Billing has stopped.
      </Banner>
    );
  if (allocation.status === 'release_failed')
    return (
      <Banner tone="failed" title="Releasing it failed">
        {`${releaseFailureText(allocation.release_failed_reason)} Billing stopped when the release was requested; its GPUs stay held.`}
      </Banner>
    );
  if (node?.status === 'unreachable' && canBeForced(allocation))
    return (
      <Banner tone="warning" title={`${node.name} does not answer`}>
        What runs there may well go on. It is found again when the node is back; nothing is ended for it.
      </Banner>
    );
  return null;
}

function Narrow({ onPress, children }: { onPress: () => void; children: string }) {
  return (
    <Button size="small" variant="quiet" onPress={onPress}>
      {children}
    </Button>
  );
}

function CopyableId({ value, what }: { value: string; what: string }) {
  return (
    <Inline>
      <Id value={value} />
      <CopyButton text={value} label={`Copy the ${what}`} />
    </Inline>
  );
}

function InstantOrNever({ at }: { at: string | null }) {
  return at === null ? <>Never</> : <Instant at={at} withSeconds />;
}
