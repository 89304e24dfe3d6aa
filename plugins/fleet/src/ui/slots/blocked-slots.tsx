import { Button, DataTable, Id, Panel, RelativeTime } from '@portico/ui';
import type { DataColumn } from '@portico/ui';
import { useState } from 'react';
import type { NodeDetails, NodeSlot } from '../node-words';
import { CleanUpDialog } from './clean-up-dialog';

const kinds = {
  unproven: 'Not proven empty',
  host_changed: 'The host has changed',
} as const;

interface BlockedSlotsProps {
  node: NodeDetails;
  slots: readonly NodeSlot[];
  mayManage: boolean;
}

/** Slots that wait for a person, each with the reason. Absent while there are none. */
export function BlockedSlots({ node, slots, mayManage }: BlockedSlotsProps) {
  const [cleaningId, setCleaningId] = useState<string | null>(null);
  const blocked = slots.filter(slot => slot.status === 'cleanup_blocked' || slot.blocked !== null);
  const cleaning = blocked.find(slot => slot.slot_id === cleaningId);
  if (blocked.length === 0) return null;
  const columns: DataColumn<NodeSlot>[] = [
    { key: 'slot', header: 'Slot', cell: slot => slot.label, priority: 1 },
    {
      key: 'why',
      header: 'Why',
      cell: ({ blocked: block }) => (
        <span className="node-two-lines">
          <span>{block === null ? kinds.unproven : kinds[block.kind]}</span>
          {block !== null && <span className="pt-description">{block.reason}</span>}
        </span>
      ),
      priority: 1,
    },
    {
      key: 'allocation',
      header: 'Allocation',
      cell: ({ allocation_id: id }) => (id === null ? '–' : <Id value={id} />),
      priority: 2,
    },
    {
      key: 'since',
      header: 'Since',
      cell: ({ blocked: block }) => (block?.since == null ? '–' : <RelativeTime at={block.since} />),
      priority: 1,
      isNarrow: true,
    },
    ...(mayManage
      ? [
          {
            key: 'clean',
            header: '',
            align: 'end' as const,
            priority: 1 as const,
            isNarrow: true,
            cell: (slot: NodeSlot) =>
              slot.status === 'cleanup_blocked' ? (
                <Button size="small" onPress={() => setCleaningId(slot.slot_id)}>
                  Clean up
                  <span className="pt-visually-hidden">{` ${slot.label}`}</span>
                </Button>
              ) : (
                <span className="pt-description">Once it is released</span>
              ),
          },
        ]
      : []),
  ];
  return (
    <Panel title="Blocked" description="Nobody is given these until somebody has made sure of them." isFlush>
      <DataTable label="Blocked slots" columns={columns} rows={blocked} rowKey={slot => slot.slot_id} />
      {cleaning !== undefined && <CleanUpDialog node={node} slot={cleaning} onClose={() => setCleaningId(null)} />}
    </Panel>
  );
}
