import { useState } from 'react';
import type { FormEvent } from 'react';
import type { ReplyOf } from '@portico/plugin-kit/contract';
import { EquivalentCall, useAction, useOperationPages, useSignedIn } from '@portico/plugin-kit/ui';
import type { ApiError } from '@portico/plugin-kit/ui';
import {
  Banner,
  Button,
  CodeBlock,
  ConfirmDialog,
  DataTable,
  Dialog,
  Disclosure,
  IconButton,
  Id,
  KeyIcon,
  PageHeader,
  pageRenderingOf,
  PageState,
  PlusIcon,
  RelativeTime,
  ShowMore,
  showToast,
  Stack,
  TextArea,
  TextField,
  TrashIcon,
} from '@portico/ui';
import type { DataColumn } from '@portico/ui';
import type { listSshKeys } from '../contract/resource-operations';
import { sshKeysPage } from './pages';

type SshKey = ReplyOf<typeof listSshKeys>['items'][number];

/** The keys that open this user's workloads, wherever they run. */
export function SshKeysPage() {
  const keys = useOperationPages(sshKeysPage, 'listSshKeys', {});
  const mayManage = useSignedIn().permissions.has('access.ssh_key.manage');
  const [isAdding, setAdding] = useState(false);
  const [leaving, setLeaving] = useState<SshKey | null>(null);

  const columns: DataColumn<SshKey>[] = [
    { key: 'name', header: 'Name', cell: key => key.name, priority: 1 },
    {
      key: 'type',
      header: 'Type',
      cell: key => key.key_type.replace('ecdsa-sha2-', 'ecdsa '),
      priority: 2,
      isNarrow: true,
    },
    { key: 'fingerprint', header: 'Fingerprint', cell: key => <Id value={key.fingerprint} />, priority: 1 },
    // Mostly what the name was taken from; where it is not, it says which machine the key is on.
    { key: 'comment', header: 'Comment', cell: key => (key.comment === key.name ? null : key.comment), priority: 3 },
    { key: 'created', header: 'Added', cell: key => <RelativeTime at={key.created_at} />, priority: 2, isNarrow: true },
    {
      key: 'remove',
      header: '',
      align: 'end',
      isNarrow: true,
      priority: 1,
      cell: key =>
        mayManage && <IconButton label={`Remove ${key.name}`} icon={TrashIcon} onPress={() => setLeaving(key)} />,
    },
  ];
  const add = (
    <Button variant="primary" icon={PlusIcon} onPress={() => setAdding(true)}>
      Add SSH key
    </Button>
  );
  const state = pageRenderingOf({
    isPending: keys.isPending,
    failure: keys.error,
    hasData: keys.data !== undefined,
    onRetry: () => void keys.refetch(),
    empty: keys.items.length === 0 && {
      icon: KeyIcon,
      title: 'No SSH keys yet',
      description: 'Add the public half of your key, and connect to your workloads with the ssh you already use.',
      actions: mayManage ? add : undefined,
    },
  });

  return (
    <>
      <PageHeader
        title="SSH keys"
        description="Workloads you launch let in who holds these keys. Only the public half is kept here."
        primaryAction={mayManage && keys.items.length > 0 ? add : undefined}
      />
      <PageState state={state}>
        <DataTable label="SSH keys" columns={columns} rows={keys.items} rowKey={key => key.key_id} />
        <ShowMore of={keys} />
      </PageState>
      <AddKeyDialog isOpen={isAdding} onClose={() => setAdding(false)} />
      <RemoveKeyDialog sshKey={leaving} onClose={() => setLeaving(null)} />
    </>
  );
}

/** Refusals about the key stand under the key, the rest above the buttons; what was typed stays. */
function placeRefusal(error: ApiError | null): { key: string | null; form: string | null } {
  if (error === null) return { key: null, form: null };
  const ofTheKey = /^(key_|private_key_)/.test(error.code) && error.code !== 'key_limit_reached';
  return ofTheKey ? { key: error.message, form: null } : { key: null, form: error.message };
}

function AddKeyDialog({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const add = useAction(sshKeysPage, 'addSshKey', { invalidates: ['listSshKeys', 'getMe'] });
  const [name, setName] = useState('');
  const [publicKey, setPublicKey] = useState('');
  const [wasTried, setTried] = useState(false);
  const refusal = placeRefusal(add.error);

  const close = () => {
    add.reset();
    setName('');
    setPublicKey('');
    setTried(false);
    onClose();
  };
  // The comment of a pasted key is the name people gave it already.
  const paste = (text: string) => {
    setPublicKey(text);
    add.reset();
    const comment = /^\S+\s+\S+\s+(.{1,80})$/.exec(text.trim())?.[1];
    if (name === '' && comment !== undefined) setName(comment.trim());
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (name.trim() === '' || publicKey.trim() === '' || add.isPending) return;
    add.mutate(
      { body: { name: name.trim(), public_key: publicKey.trim() } },
      {
        onSuccess: key => {
          showToast({ tone: 'success', title: `${key.name} was added. It opens your workloads from now on.` });
          close();
        },
      },
    );
  };

  return (
    <Dialog
      isOpen={isOpen}
      onClose={close}
      title="Add SSH key"
      footer={
        <>
          <Button onPress={close}>Cancel</Button>
          <Button type="submit" form="add-ssh-key" variant="primary" isPending={add.isPending}>
            Add key
          </Button>
        </>
      }
    >
      <form id="add-ssh-key" onSubmit={submit} noValidate>
        <Stack>
          <TextArea
            label="Public key"
            description="One line that starts with ssh-ed25519, ecdsa-sha2- or ssh-rsa. The private key never leaves your machine."
            value={publicKey}
            onChange={paste}
            isMonospace
            rows={4}
            autoFocus
            error={refusal.key ?? (wasTried && publicKey.trim() === '' ? 'Paste the public key.' : null)}
          />
          <TextField
            label="Name"
            value={name}
            onChange={setName}
            maxLength={80}
            error={wasTried && name.trim() === '' ? 'Give the key a name you will recognise.' : null}
          />
          <Disclosure summary="I have no key yet">
            <p>Make one and show its public half:</p>
            <CodeBlock code={'ssh-keygen -t ed25519\ncat ~/.ssh/id_ed25519.pub'} label="Commands to make an SSH key" />
          </Disclosure>
          <EquivalentCall
            page={sshKeysPage}
            name="addSshKey"
            args={{ body: { name: name.trim(), public_key: publicKey.trim() } }}
          />
          {refusal.form !== null && <Banner tone="failed">{refusal.form}</Banner>}
        </Stack>
      </form>
    </Dialog>
  );
}

function RemoveKeyDialog({ sshKey, onClose }: { sshKey: SshKey | null; onClose: () => void }) {
  const remove = useAction(sshKeysPage, 'removeSshKey', { invalidates: ['listSshKeys', 'getMe'] });
  return (
    <ConfirmDialog
      isOpen={sshKey !== null}
      onClose={() => {
        remove.reset();
        onClose();
      }}
      level="simple"
      title={`Remove ${sshKey?.name ?? ''}?`}
      impact={[
        'Connections made with this key end within seconds, and it is refused from now on.',
        'Your workloads keep running; other keys keep working.',
      ]}
      confirmLabel="Remove key"
      error={remove.error?.message ?? null}
      isPending={remove.isPending}
      onConfirm={async () => {
        if (sshKey === null) return;
        await remove.mutateAsync({ params: { key_id: sshKey.key_id } });
        showToast({ tone: 'success', title: `${sshKey.name} was removed.` });
        onClose();
      }}
    >
      {sshKey !== null && (
        <EquivalentCall page={sshKeysPage} name="removeSshKey" args={{ params: { key_id: sshKey.key_id } }} />
      )}
    </ConfirmDialog>
  );
}
