import type { ReplyOf } from '@portico/plugin-kit/contract';
import { renderingOf, useOperationPages } from '@portico/plugin-kit/ui';
import { DataTable, EmptyState, PageState, Panel, RelativeTime, ShowMore, StateChip } from '@portico/ui';
import type { listSlotMaps } from '../../contract/slot-map-operations';
import { plural } from '../node-words';
import type { NodeDetails } from '../node-words';
import { nodeSlotsPage } from '../pages';

type ListedMap = ReplyOf<typeof listSlotMaps>['items'][number];

const looks = {
  candidate: { tone: 'approval', label: 'Candidate' },
  approved: { tone: 'running', label: 'Approved' },
  superseded: { tone: 'muted', label: 'Superseded' },
  expired: { tone: 'muted', label: 'Expired' },
} as const satisfies Record<ListedMap['status'], { tone: string; label: string }>;

interface SlotMapHistoryProps {
  node: NodeDetails;
  shownId: string | null;
  onShow: (slotMapId: string) => void;
}

export function SlotMapHistory({ node, shownId, onShow }: SlotMapHistoryProps) {
  const maps = useOperationPages(nodeSlotsPage, 'listSlotMaps', { params: { node_id: node.node_id } });
  const items = maps.items as readonly ListedMap[];
  return (
    <Panel title="Maps" description="Newest first; what is looked at is shown above." isFlush>
      <PageState state={renderingOf(maps, { what: 'slot maps', layout: 'text' })}>
        {items.length === 0 ? (
          <div className="node-inset">
            <EmptyState title="No map yet" description="Discovering proposes the first one." headingLevel={3} />
          </div>
        ) : (
          <DataTable
            label="Maps"
            rows={items}
            rowKey={map => map.slot_map_id}
            onRowPress={map => onShow(map.slot_map_id)}
            currentKey={shownId}
            columns={[
              { key: 'read', header: 'Read', cell: map => <RelativeTime at={map.created_at} />, priority: 1 },
              {
                key: 'status',
                header: 'Status',
                cell: map => <StateChip {...looks[map.status]} />,
                priority: 1,
                isNarrow: true,
              },
              {
                key: 'slots',
                header: 'Slots',
                cell: map => plural(map.slot_count, 'slot'),
                priority: 1,
                isNarrow: true,
              },
              {
                key: 'version',
                header: 'Edits',
                cell: map => (map.version === 1 ? 'As proposed' : plural(map.version - 1, 'edit')),
                priority: 2,
                isNarrow: true,
              },
              {
                key: 'approved',
                header: 'Approved',
                cell: map => (map.approved_at === null ? '–' : <RelativeTime at={map.approved_at} />),
                priority: 2,
                isNarrow: true,
              },
            ]}
          />
        )}
        <ShowMore of={maps} />
      </PageState>
    </Panel>
  );
}
