import { EquivalentCall, useAction } from '@portico/plugin-kit/ui';
import { Banner, Button, CodeBlock, ConfirmDialog, Id, KeyValueList, Panel, showToast, Stack } from '@portico/ui';
import { useState } from 'react';
import type { NodeDetails } from '../node-words';
import { RetryEnrolmentDialog } from '../nodes/retry-enrolment-dialog';
import { nodeSettingsPage } from '../pages';

type HostKey = NonNullable<NodeDetails['host_key']>;

/** By what the node is recognised, and by what it recognises Portico. */
export function HostKeyPanel({ node }: { node: NodeDetails }) {
  const [asking, setAsking] = useState<'accept' | 'enrol' | null>(null);
  const { host_key: pinned, changed_host_key: changed, public_key: publicKey } = node;
  return (
    <Panel
      title="Keys"
      description="By what the node is recognised, and by what Portico logs in."
      actions={
        <Button size="small" onPress={() => setAsking('enrol')}>
          Enrol again
        </Button>
      }
    >
      <Stack>
        {changed !== null && (
          <Banner
            tone="failed"
            isAlert={false}
            title="The node shows another host key"
            actions={
              <Button size="small" onPress={() => setAsking('accept')}>
                Accept it
              </Button>
            }
          >
            Either it was installed anew, or something else answers at its address. Nothing is sent to it meanwhile.
          </Banner>
        )}
        <KeyValueList
          items={[
            { label: 'Pinned host key', value: <KeyText hostKey={pinned} /> },
            ...(changed === null ? [] : [{ label: 'Shown now', value: <KeyText hostKey={changed} /> }]),
          ]}
        />
        {publicKey !== null && <CodeBlock code={publicKey} label="Portico’s own key for this node" isWrapped />}
      </Stack>
      {changed !== null && asking === 'accept' && (
        <AcceptDialog node={node} pinned={pinned} changed={changed} onClose={() => setAsking(null)} />
      )}
      {asking === 'enrol' && <RetryEnrolmentDialog node={node} onClose={() => setAsking(null)} />}
    </Panel>
  );
}

function KeyText({ hostKey }: { hostKey: HostKey | null }) {
  if (hostKey === null) return <>None yet</>;
  return (
    <span className="node-fingerprint">
      {`${hostKey.type} `}
      <Id value={hostKey.fingerprint} />
    </span>
  );
}

interface AcceptDialogProps {
  node: NodeDetails;
  pinned: HostKey | null;
  changed: HostKey;
  onClose: () => void;
}

function AcceptDialog({ node, pinned, changed, onClose }: AcceptDialogProps) {
  const accept = useAction(nodeSettingsPage, 'acceptHostKey', { invalidates: ['getNode', 'listNodes'] });
  const args = { params: { node_id: node.node_id }, body: { fingerprint: changed.fingerprint } };
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      level="typed"
      typedName={node.name}
      title={`Accept the host key ${node.name} shows now?`}
      impact={[
        'Compare it with what the machine itself says: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub',
        'Portico logs in to whatever has this key from now on, and runs workloads there.',
        'The key that was pinned is not accepted any more.',
      ]}
      choices={
        <KeyValueList
          items={[
            { label: 'Pinned', value: <KeyText hostKey={pinned} /> },
            { label: 'Shown now', value: <KeyText hostKey={changed} /> },
          ]}
        />
      }
      confirmLabel="Accept key"
      cancelLabel="Cancel"
      error={accept.error?.message ?? null}
      isPending={accept.isPending}
      onConfirm={async () => {
        await accept.mutateAsync(args);
        showToast({ tone: 'success', title: `${node.name} is recognised by its new key.` });
        onClose();
      }}
    >
      <EquivalentCall page={nodeSettingsPage} name="acceptHostKey" args={args} />
    </ConfirmDialog>
  );
}
