import { useAction } from '@portico/plugin-kit/ui';
import { Button, SearchIcon, showToast } from '@portico/ui';
import { useState } from 'react';
import type { NodeDetails } from '../node-words';
import { nodeSlotsPage } from '../pages';

interface DiscoverButtonProps {
  node: NodeDetails;
  onDiscovered: (slotMapId: string) => void;
}

/** Reads the node, which changes nothing there; what it proposes is shown below. */
export function DiscoverButton({ node, onDiscovered }: DiscoverButtonProps) {
  const discover = useAction(nodeSlotsPage, 'discoverSliceTopology', { invalidates: ['listSlotMaps', 'getNode'] });
  const [idempotencyKey, setKey] = useState(() => crypto.randomUUID() as string);
  const ask = () =>
    discover.mutate(
      { params: { node_id: node.node_id }, idempotencyKey },
      {
        onSuccess: map => onDiscovered(map.slot_map_id),
        onError: error =>
          showToast({
            tone: 'failed',
            title: error.message,
            ...(typeof error.details.reason === 'string' ? { description: error.details.reason } : {}),
          }),
        // Every press reads anew.
        onSettled: () => setKey(crypto.randomUUID()),
      },
    );
  return (
    <Button size="small" icon={SearchIcon} isPending={discover.isPending} pendingLabel="Reading…" onPress={ask}>
      Discover
    </Button>
  );
}
