import { EquivalentCall, renderingOf, useAction, useOperation } from '@portico/plugin-kit/ui';
import {
  Banner,
  Button,
  ConfirmDialog,
  Inline,
  PageState,
  Panel,
  RelativeTime,
  showToast,
  SlotMap,
  Stack,
} from '@portico/ui';
import { useState } from 'react';
import { plural } from '../node-words';
import type { NodeDetails, SlotMapDetails } from '../node-words';
import { nodeSlotsPage } from '../pages';
import { candidateNodes } from '../slot-nodes';
import { Differences } from './differences';
import { Invariants } from './invariants';
import { SlotMapEditor } from './slot-map-editor';

interface CandidatePanelProps {
  node: NodeDetails;
  slotMapId: string;
  mayManage: boolean;
  onClose: () => void;
}

/** One map: its slots beside the rules it keeps, and what it would change. */
export function CandidatePanel({ node, slotMapId, mayManage, onClose }: CandidatePanelProps) {
  const map = useOperation(nodeSlotsPage, 'getSlotMap', {
    params: { node_id: node.node_id, slot_map_id: slotMapId },
  });
  const title = map.data === undefined || map.data.status === 'candidate' ? 'Proposed map' : 'Slot map';
  return (
    <Panel
      title={title}
      description={map.data !== undefined && <MapWords map={map.data} />}
      actions={
        <Button size="small" variant="quiet" onPress={onClose}>
          Close
        </Button>
      }
    >
      <PageState state={renderingOf(map, { what: 'slot map', layout: 'text' })}>
        {map.data !== undefined && <Map node={node} map={map.data} mayManage={mayManage} />}
      </PageState>
    </Panel>
  );
}

function MapWords({ map }: { map: SlotMapDetails }) {
  const words = {
    candidate: 'Nothing changes until it is approved',
    approved: 'This is what the node has',
    superseded: 'Another map took its place',
    expired: 'It waited too long to be approved; discover again',
  } as const satisfies Record<SlotMapDetails['status'], string>;
  return (
    <>
      {`${plural(map.slot_count, 'slot')}, read from the node `}
      <RelativeTime at={map.created_at} />
      {`. ${words[map.status]}.`}
    </>
  );
}

function Map({ node, map, mayManage }: { node: NodeDetails; map: SlotMapDetails; mayManage: boolean }) {
  const [isEditing, setEditing] = useState(false);
  const [isApproving, setApproving] = useState(false);
  const isCandidate = map.status === 'candidate';
  return (
    <Stack gap="loose">
      <div className="slot-candidate">
        <SlotMap label="Proposed slots" nodes={candidateNodes(node.name, map)} />
        <Invariants map={map} />
      </div>
      {map.topology.warnings.length > 0 && (
        <Banner tone="warning" title="What was not readable or looks wrong">
          <ul className="node-errors">
            {map.topology.warnings.map(warning => (
              <li key={warning}>{warning}</li>
            ))}
          </ul>
        </Banner>
      )}
      {isCandidate && <Differences differences={map.differences} />}
      {isCandidate && mayManage && !isEditing && (
        <Inline>
          <Button variant="primary" onPress={() => setApproving(true)}>
            Approve
          </Button>
          <Button onPress={() => setEditing(true)}>Change</Button>
        </Inline>
      )}
      {isEditing && <SlotMapEditor node={node} map={map} onDone={() => setEditing(false)} />}
      {isApproving && <ApproveDialog node={node} map={map} onClose={() => setApproving(false)} />}
    </Stack>
  );
}

function ApproveDialog({ node, map, onClose }: { node: NodeDetails; map: SlotMapDetails; onClose: () => void }) {
  const approve = useAction(nodeSlotsPage, 'approveSlotMap', {
    invalidates: ['getSlotMap', 'listSlotMaps', 'listResourceSlots', 'getNode', 'listNodes'],
  });
  const failed = map.invariants.filter(({ status }) => status === 'failed');
  const warned = map.invariants.filter(({ status }) => status === 'warned');
  const refused = map.differences.filter(difference => difference.refused);
  const gone = map.differences.filter(({ change }) => change === 'removed');
  const args = {
    params: { node_id: node.node_id, slot_map_id: map.slot_map_id },
    body: { expected_version: map.version },
  };
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      level="simple"
      tone="neutral"
      title={`Approve ${plural(map.slot_count, 'slot')} of ${node.name}?`}
      impact={[
        'Placement gives these slots out from now on, while the node is ready.',
        'Slots that allocations hold stay theirs.',
        ...(gone.length === 0 ? [] : [`${plural(gone.length, 'slot is', 'slots are')} given out no more.`]),
        ...(warned.length === 0 ? [] : [`${plural(warned.length, 'rule warns', 'rules warn')}; you let that pass.`]),
        ...(failed.length === 0
          ? []
          : [`${plural(failed.length, 'rule is', 'rules are')} broken: it will be refused.`]),
        ...(refused.length === 0
          ? []
          : [`It changes ${plural(refused.length, 'slot')} somebody holds: it will be refused.`]),
      ]}
      confirmLabel="Approve map"
      cancelLabel="Cancel"
      error={approve.error?.message ?? null}
      isPending={approve.isPending}
      onConfirm={async () => {
        // One approval of what was looked at, however often it is pressed.
        await approve.mutateAsync({ ...args, idempotencyKey: `approve-${map.slot_map_id}-${map.version}` });
        showToast({ tone: 'success', title: `${node.name} has ${plural(map.slot_count, 'slot')} now.` });
        onClose();
      }}
    >
      <EquivalentCall page={nodeSlotsPage} name="approveSlotMap" args={args} />
    </ConfirmDialog>
  );
}
