import { EquivalentCall, useAction } from '@portico/plugin-kit/ui';
import { Button, Panel, showToast, Stack } from '@portico/ui';
import { useState } from 'react';
import { plural } from '../node-words';
import type { NodeDetails } from '../node-words';
import type { NamedOccupant } from '../occupants';
import { nodeSettingsPage } from '../pages';
import { DrainDialog } from './drain-dialog';

interface DrainPanelProps {
  node: NodeDetails;
  occupants: readonly NamedOccupant[];
}

/** Taking a node out of placement, and putting it back. */
export function DrainPanel({ node, occupants }: DrainPanelProps) {
  const [isAsking, setAsking] = useState(false);
  const undrain = useAction(nodeSettingsPage, 'undrainNode', { invalidates: ['getNode', 'listNodes'] });
  const params = { node_id: node.node_id };
  const isDraining = node.status === 'draining';
  const running = plural(occupants.length, 'allocation runs', 'allocations run');
  return (
    <Panel
      title={isDraining ? 'Draining' : 'Drain'}
      description={
        isDraining
          ? `It takes no new work. ${occupants.length === 0 ? 'Nobody runs there any more.' : `${running} there still.`}`
          : 'Before maintenance, or before it is taken out: it gets no new work, and what runs there goes on.'
      }
    >
      <Stack>
        {isDraining ? (
          <>
            <div>
              <Button
                isPending={undrain.isPending}
                onPress={() =>
                  undrain.mutate(
                    { params },
                    {
                      onSuccess: reply =>
                        showToast({
                          tone: 'success',
                          title:
                            reply.status === 'ready'
                              ? `${node.name} takes work again.`
                              : `${node.name} is not drained any more.`,
                        }),
                      onError: error => showToast({ tone: 'failed', title: error.message }),
                    },
                  )
                }
              >
                Let it take work again
              </Button>
            </div>
            <EquivalentCall page={nodeSettingsPage} name="undrainNode" args={{ params }} />
          </>
        ) : (
          <div>
            <Button onPress={() => setAsking(true)}>Drain node</Button>
          </div>
        )}
      </Stack>
      {isAsking && <DrainDialog node={node} occupants={occupants} onClose={() => setAsking(false)} />}
    </Panel>
  );
}
