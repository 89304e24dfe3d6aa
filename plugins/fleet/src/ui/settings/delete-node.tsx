import { EquivalentCall, useAction } from '@portico/plugin-kit/ui';
import type { ApiError } from '@portico/plugin-kit/ui';
import { Banner, Button, ConfirmDialog, Panel, showToast, Stack, TrashIcon } from '@portico/ui';
import { useState } from 'react';
import { plural } from '../node-words';
import type { NodeDetails } from '../node-words';
import type { NamedOccupant } from '../occupants';
import { nodeSettingsPage } from '../pages';
import { DrainDialog } from './drain-dialog';

interface DeleteNodeProps {
  node: NodeDetails;
  occupants: readonly NamedOccupant[];
  onDeleted: () => void;
}

/** The end of a node. What stands in the way is said before anybody tries, with the way round it. */
export function DeleteNode({ node, occupants, onDeleted }: DeleteNodeProps) {
  const [asking, setAsking] = useState<'delete' | 'drain' | null>(null);
  const remove = useAction(nodeSettingsPage, 'deleteNode', {
    invalidates: ['listNodes', 'listResourceSlots', 'listAdminAllocations'],
  });
  const args = { params: { node_id: node.node_id } };
  const mayDrain = node.status === 'ready' || node.status === 'unreachable';
  const close = () => {
    remove.reset();
    setAsking(null);
  };
  return (
    <Panel
      title="Delete node"
      description="For a machine that is not part of the platform any more. What ran there stays in the bills and in the audit log."
    >
      <Stack>
        {occupants.length > 0 && (
          <Banner
            tone="notice"
            title={`${plural(occupants.length, 'allocation runs', 'allocations run')} on it`}
            actions={
              mayDrain && (
                <Button size="small" onPress={() => setAsking('drain')}>
                  Drain it instead
                </Button>
              )
            }
          >
            {`${namesText(occupants.map(({ name, user }) => ({ name, username: user?.username ?? null })))}. Delete the node once they are released.`}
          </Banner>
        )}
        {node.slots.blocked > 0 && (
          <Banner tone="notice" title={`${plural(node.slots.blocked, 'slot is', 'slots are')} blocked`}>
            Clean them up first, under Slots.
          </Banner>
        )}
        <div>
          <Button variant="danger" icon={TrashIcon} onPress={() => setAsking('delete')}>
            Delete node
          </Button>
        </div>
      </Stack>
      <ConfirmDialog
        isOpen={asking === 'delete'}
        onClose={close}
        level="typed"
        typedName={node.name}
        title={`Delete ${node.name}?`}
        impact={[
          'Placement does not know it any more, and its slots are gone.',
          'Portico’s key is removed from the machine if it can be reached. What else is there is left alone.',
          'It is refused while anybody runs there.',
        ]}
        confirmLabel="Delete node"
        error={remove.error === null ? null : refusalText(remove.error)}
        isPending={remove.isPending}
        onConfirm={async () => {
          await remove.mutateAsync(args);
          showToast({ tone: 'success', title: `${node.name} is not part of the platform any more.` });
          onDeleted();
        }}
      >
        <EquivalentCall page={nodeSettingsPage} name="deleteNode" args={args} />
      </ConfirmDialog>
      {asking === 'drain' && <DrainDialog node={node} occupants={occupants} onClose={close} />}
    </Panel>
  );
}

/** More names than this are a wall; the overview has them all. */
const NAMES_MAX = 5;

interface NamedAllocation {
  readonly name: string;
  readonly username: string | null;
}

function namesText(allocations: readonly NamedAllocation[]): string {
  const named = allocations
    .slice(0, NAMES_MAX)
    .map(({ name, username }) => (username === null ? name : `${name} of @${username}`));
  const rest = allocations.length - named.length;
  return rest > 0 ? `${named.join(', ')} and ${rest} more` : named.join(', ');
}

/** Somebody launched there meanwhile, or was there all along: the server names who. */
function refusalText({ code, message, details }: ApiError): string {
  if (code !== 'node_in_use' || !Array.isArray(details.allocations)) return message;
  const allocations = details.allocations as { allocation_id: string; name: string | null; username: string | null }[];
  if (allocations.length === 0) return 'Slots of it are blocked. Clean them up first, under Slots.';
  const names = namesText(allocations.map(({ allocation_id: id, name, username }) => ({ name: name ?? id, username })));
  return `It is in use: ${names}. Drain it, and delete it once they are released.`;
}
