import { renderingOf, useSignedIn } from '@portico/plugin-kit/ui';
import { EmptyState, MissingPermission, PageState, Panel, SlotMap, Stack } from '@portico/ui';
import { useSearchParams } from 'react-router-dom';
import { fleetPermissions } from '../../contract/permissions';
import { NodeFrame } from '../node-frame';
import { MANAGE_NODES } from '../node-words';
import type { NodeDetails } from '../node-words';
import { slotNodes } from '../slot-nodes';
import { useNodeSlots } from '../use-node-slots';
import { BlockedSlots } from './blocked-slots';
import { CandidatePanel } from './candidate-panel';
import { DiscoverButton } from './discover-button';
import { SlotMapHistory } from './slot-map-history';

/** Which map is looked at is in the URL, so that it can be shown to somebody else before it is approved. */
const MAP = 'map';
const mapIdForm = /^[A-Za-z0-9_-]{1,64}$/;

export function SlotsPage() {
  return <NodeFrame tab="Slots">{node => <Slots node={node} />}</NodeFrame>;
}

function Slots({ node }: { node: NodeDetails }) {
  const [query, setQuery] = useSearchParams();
  const { permissions } = useSignedIn();
  const slots = useNodeSlots(node);
  const asked = query.get(MAP);
  const mapId = asked !== null && mapIdForm.test(asked) ? asked : null;
  const show = (slotMapId: string | null) => setQuery(slotMapId === null ? {} : { [MAP]: slotMapId });
  const mayManage = permissions.has(MANAGE_NODES);
  // What the configuration simulates, it also cuts into slots.
  const hasMaps = node.runtime === 'ssh';
  return (
    <Stack gap="loose">
      <Panel
        title="Slots"
        description={
          hasMaps
            ? 'What placement gives out: as the approved map has them.'
            : 'What placement gives out: as the configuration of the portal lists them.'
        }
        actions={
          hasMaps && mayManage && node.status !== 'registered' && <DiscoverButton node={node} onDiscovered={show} />
        }
      >
        <PageState state={renderingOf(slots, { what: 'slots', layout: 'text' })}>
          {slots.slots.length === 0 ? (
            <EmptyState
              title="No slots yet"
              description={
                node.status === 'registered'
                  ? 'Once the node is brought in, discover what it has.'
                  : 'Discover what the node has, look at the map that is proposed, and approve it.'
              }
              headingLevel={3}
            />
          ) : (
            <SlotMap label={`Slots of ${node.name}`} nodes={slotNodes(node.name, slots.slots, id => id)} />
          )}
        </PageState>
      </Panel>
      <BlockedSlots node={node} slots={slots.slots} mayManage={mayManage} />
      {mapId !== null && (
        <CandidatePanel key={mapId} node={node} slotMapId={mapId} mayManage={mayManage} onClose={() => show(null)} />
      )}
      {hasMaps && <SlotMapHistory node={node} shownId={mapId} onShow={show} />}
      {!mayManage && (
        <MissingPermission
          permission={MANAGE_NODES}
          sentence={fleetPermissions[MANAGE_NODES]}
          grantedBy="a platform administrator"
        />
      )}
    </Stack>
  );
}
