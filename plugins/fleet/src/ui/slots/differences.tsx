import { DataTable, Id, StateChip } from '@portico/ui';
import type { SlotMapDetails } from '../node-words';

const looks = {
  added: { tone: 'approval', label: 'Added' },
  removed: { tone: 'muted', label: 'Removed' },
  changed: { tone: 'progress', label: 'Changed' },
} as const;

/** What approving would change of the slots the node has. */
export function Differences({ differences }: { differences: SlotMapDetails['differences'] }) {
  if (differences.length === 0)
    return <p className="pt-description">It is the same as what the node has: approving it changes nothing.</p>;
  return (
    <DataTable
      label="What it would change"
      rows={differences}
      rowKey={({ change, label }) => `${change} ${label}`}
      columns={[
        { key: 'slot', header: 'Slot', cell: ({ label }) => label, priority: 1 },
        {
          key: 'change',
          header: 'Change',
          cell: ({ change, refused }) =>
            refused ? <StateChip tone="failed" label="Not possible" /> : <StateChip {...looks[change]} />,
          priority: 1,
          isNarrow: true,
        },
        { key: 'what', header: 'What', cell: ({ sentence }) => sentence, priority: 1 },
        {
          key: 'holder',
          header: 'Held by',
          cell: ({ allocation_id: id }) => (id === null ? '–' : <Id value={id} />),
          priority: 2,
        },
      ]}
    />
  );
}
