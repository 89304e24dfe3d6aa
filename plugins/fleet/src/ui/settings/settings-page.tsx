import { useSignedIn } from '@portico/plugin-kit/ui';
import { Banner, MissingPermission, Stack } from '@portico/ui';
import { useNavigate } from 'react-router-dom';
import { fleetPermissions } from '../../contract/permissions';
import { NodeFrame } from '../node-frame';
import { MANAGE_NODES } from '../node-words';
import type { NodeDetails } from '../node-words';
import { useNamedOccupants } from '../occupants';
import { occupantsOf, useNodeSlots } from '../use-node-slots';
import { DeleteNode } from './delete-node';
import { DrainPanel } from './drain-panel';
import { HostKeyPanel } from './host-key-panel';
import { NodeDetailsForm } from './node-details-form';

/** What can be changed of a node, and its end. */
export function SettingsPage() {
  return <NodeFrame tab="Settings">{node => <Settings node={node} />}</NodeFrame>;
}

function Settings({ node }: { node: NodeDetails }) {
  const navigate = useNavigate();
  const { slots } = useNodeSlots(node);
  const occupants = useNamedOccupants(node.node_id, occupantsOf(slots));
  if (!useSignedIn().permissions.has(MANAGE_NODES))
    return (
      <MissingPermission
        permission={MANAGE_NODES}
        sentence={fleetPermissions[MANAGE_NODES]}
        grantedBy="a platform administrator"
      />
    );
  const isConfigured = node.origin === 'configuration';
  return (
    <Stack gap="loose">
      {isConfigured ? (
        <Banner tone="info" title="Listed in the configuration">
          Its name, its region and its slots are changed there. It can be drained here.
        </Banner>
      ) : (
        <>
          {/* Made anew when what the server has of it changes. */}
          <NodeDetailsForm key={identityOf(node)} node={node} />
          <HostKeyPanel node={node} />
        </>
      )}
      {/* What never took work has none to be kept from. */}
      {node.status !== 'registered' && node.status !== 'enrolled' && <DrainPanel node={node} occupants={occupants} />}
      {!isConfigured && <DeleteNode node={node} occupants={occupants} onDeleted={() => navigate('/admin/nodes')} />}
    </Stack>
  );
}

function identityOf({ name, region, address, username, notes }: NodeDetails): string {
  return JSON.stringify([name, region, address, username, notes]);
}
