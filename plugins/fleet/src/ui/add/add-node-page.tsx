import { useSignedIn } from '@portico/plugin-kit/ui';
import { MissingPermission, PageHeader, RadioCards, Stack } from '@portico/ui';
import { useSearchParams } from 'react-router-dom';
import { fleetPermissions } from '../../contract/permissions';
import { MANAGE_NODES } from '../node-words';
import { BootstrapForm } from './bootstrap-form';
import { SshNodeForm } from './ssh-node-form';
import '../nodes.css';

const ways = ['ssh', 'command'] as const;
type Way = (typeof ways)[number];

/** Bringing a machine in: by logging in to it, or by a line that is run on it. The way is in the URL, what is typed is not. */
export function AddNodePage() {
  const [query, setQuery] = useSearchParams();
  const { permissions } = useSignedIn();
  const way = ways.find(one => one === query.get('by')) ?? 'ssh';
  return (
    <Stack gap="loose">
      <PageHeader
        title="Add a node"
        description="Any Linux machine with GPUs and podman. Nothing is installed on it that stays running."
        breadcrumbs={[{ label: 'Nodes', to: '/admin/nodes' }, { label: 'Add a node' }]}
      />
      {!permissions.has(MANAGE_NODES) ? (
        <MissingPermission
          permission={MANAGE_NODES}
          sentence={fleetPermissions[MANAGE_NODES]}
          grantedBy="a platform administrator"
        />
      ) : (
        <div className="node-form">
          <Stack gap="loose">
            <RadioCards<Way>
              label="How it comes in"
              value={way}
              onChange={next => setQuery(next === 'ssh' ? {} : { by: next }, { replace: true })}
              options={[
                {
                  value: 'ssh',
                  title: 'By SSH',
                  description: 'Portico logs in with a password or key you give it once, and installs its own.',
                },
                {
                  value: 'command',
                  title: 'By a command',
                  description: 'You run one line on the machine as root. It checks the machine and calls Portico.',
                },
              ]}
            />
            {way === 'ssh' ? <SshNodeForm /> : <BootstrapForm />}
          </Stack>
        </div>
      )}
    </Stack>
  );
}
