import { EquivalentCall, useAction } from '@portico/plugin-kit/ui';
import { Banner, Button, Inline, Select, showToast, Stack } from '@portico/ui';
import { useState } from 'react';
import type { FormEvent } from 'react';
import type { NodeDetails, SlotMapDetails } from '../node-words';
import { nodeSlotsPage } from '../pages';
import { cutOf, devicesOf, slotsFor } from './slot-map-choices';
import type { Cut } from './slot-map-choices';

const cuts = [
  { value: 'none', label: 'Left out' },
  { value: '1', label: 'One slot' },
  { value: '2', label: 'Two halves' },
  { value: '4', label: 'Four quarters' },
] as const satisfies readonly { value: Cut; label: string }[];

interface SlotMapEditorProps {
  node: NodeDetails;
  map: SlotMapDetails;
  onDone: () => void;
}

/** What becomes of each GPU. The rules are checked by the server, which keeps a map that breaks one and shows which. */
export function SlotMapEditor({ node, map, onDone }: SlotMapEditorProps) {
  const edit = useAction(nodeSlotsPage, 'editSlotMap', { invalidates: ['getSlotMap', 'listSlotMaps'] });
  const [chosen, setChosen] = useState<Readonly<Record<string, Cut>>>({});
  const args = {
    params: { node_id: node.node_id, slot_map_id: map.slot_map_id },
    body: { expected_version: map.version, slots: slotsFor(map, chosen) },
  };
  const isShared = Object.values(chosen).some(cut => cut === '2' || cut === '4');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (edit.isPending) return;
    edit.mutate(args, {
      onSuccess: () => {
        showToast({ tone: 'success', title: 'The map was changed; look at its rules before you approve it.' });
        onDone();
      },
    });
  };
  return (
    <form onSubmit={submit} aria-label="What becomes of each GPU">
      <Stack>
        <ul className="slot-cuts">
          {devicesOf(map).map(device => (
            <li key={device.uuid}>
              <span className="node-two-lines">
                <span>{device.label}</span>
                <span className="pt-description">{device.detail}</span>
              </span>
              <Select<Cut>
                label={`What becomes of ${device.label}`}
                isLabelHidden
                value={chosen[device.uuid] ?? cutOf(map, device.uuid)}
                onChange={cut => setChosen({ ...chosen, [device.uuid]: cut })}
                options={device.isPart ? cuts.slice(0, 2) : cuts}
              />
            </li>
          ))}
        </ul>
        {isShared && (
          <Banner tone="warning" title="Parts take turns">
            They see all of the GPU’s memory, and nothing but trust keeps those who hold them apart.
          </Banner>
        )}
        <EquivalentCall page={nodeSlotsPage} name="editSlotMap" args={args} />
        {edit.error !== null && <Banner tone="failed">{edit.error.message}</Banner>}
        <Inline>
          <Button type="submit" variant="primary" isPending={edit.isPending}>
            Save
          </Button>
          <Button onPress={onDone}>Cancel</Button>
        </Inline>
      </Stack>
    </form>
  );
}
