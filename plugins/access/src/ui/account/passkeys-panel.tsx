import { EquivalentCall, useAction } from '@portico/plugin-kit/ui';
import {
  Button,
  ConfirmDialog,
  DataTable,
  EditIcon,
  IconButton,
  Inline,
  Instant,
  Panel,
  RelativeTime,
  showToast,
  StateChip,
  TrashIcon,
} from '@portico/ui';
import type { DataColumn } from '@portico/ui';
import { useState } from 'react';
import type { Passkey } from '../../contract/passkeys';
import { browserKnowsPasskeys } from '../passkeys/browser-passkeys';
import { FACTORS_SHOWN_BY, securityPage } from './account-pages';
import { AddPasskeyDialog, RenamePasskeyDialog } from './passkey-dialogs';
import type { Factors } from './security-page';
import { impactOfRemoval } from './totp-panel';

type Doing = { kind: 'add' } | { kind: 'rename' | 'remove'; passkey: Passkey };

interface PasskeysPanelProps {
  factors: Factors;
  onCodes: (codes: readonly string[] | null) => void;
}

/** Passkeys: they sign in by themselves, and nobody can be tricked into giving one away. */
export function PasskeysPanel({ factors, onCodes }: PasskeysPanelProps) {
  const [doing, setDoing] = useState<Doing | null>(null);
  const close = () => setDoing(null);
  const { passkeys } = factors;
  const mayAdd = factors.passkeys_available && browserKnowsPasskeys();
  const columns: DataColumn<Passkey>[] = [
    {
      key: 'name',
      header: 'Name',
      priority: 1,
      cell: passkey => (
        <Inline>
          <span>{passkey.name}</span>
          {!passkey.is_backed_up && <StateChip tone="muted" label="This device only" />}
        </Inline>
      ),
    },
    {
      key: 'used',
      header: 'Last used',
      priority: 1,
      isNarrow: true,
      cell: passkey => <RelativeTime at={passkey.last_used_at} />,
    },
    {
      key: 'created',
      header: 'Added',
      priority: 2,
      isNarrow: true,
      cell: passkey => <Instant at={passkey.created_at} />,
    },
    {
      key: 'actions',
      header: '',
      align: 'end',
      priority: 1,
      isNarrow: true,
      cell: passkey => (
        <span className="account-actions">
          <IconButton
            label={`Rename ${passkey.name}`}
            icon={EditIcon}
            onPress={() => setDoing({ kind: 'rename', passkey })}
          />
          <IconButton
            label={`Remove ${passkey.name}`}
            icon={TrashIcon}
            onPress={() => setDoing({ kind: 'remove', passkey })}
          />
        </span>
      ),
    },
  ];
  return (
    <Panel
      title="Passkeys"
      isFlush={passkeys.length > 0}
      actions={
        mayAdd && (
          <Button size="small" onPress={() => setDoing({ kind: 'add' })}>
            Add a passkey
          </Button>
        )
      }
    >
      {passkeys.length > 0 ? (
        <DataTable label="Passkeys" columns={columns} rows={passkeys} rowKey={passkey => passkey.passkey_id} />
      ) : (
        <p>
          {mayAdd
            ? 'A passkey is kept by your device, your phone or a security key. It signs you in without a password, and cannot be phished.'
            : 'Passkeys need this portal at a host name over HTTPS, and a browser that knows them. Here one of the two is missing.'}
        </p>
      )}
      {doing?.kind === 'add' && (
        <AddPasskeyDialog
          onClose={close}
          onDone={(passkey, codes) => {
            close();
            if (codes === null) showToast({ tone: 'success', title: `${passkey.name} was added.` });
            onCodes(codes);
          }}
        />
      )}
      {doing?.kind === 'rename' && <RenamePasskeyDialog passkey={doing.passkey} onClose={close} />}
      {doing?.kind === 'remove' && <RemovePasskey factors={factors} passkey={doing.passkey} onClose={close} />}
    </Panel>
  );
}

function RemovePasskey({ factors, passkey, onClose }: { factors: Factors; passkey: Passkey; onClose: () => void }) {
  const remove = useAction(securityPage, 'removePasskey', { invalidates: FACTORS_SHOWN_BY });
  const args = { params: { passkey_id: passkey.passkey_id } };
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      level="simple"
      title={`Remove ${passkey.name}?`}
      impact={impactOfRemoval(factors, factors.totp === null && factors.passkeys.length === 1)}
      confirmLabel="Remove"
      isPending={remove.isPending}
      error={remove.error?.message ?? null}
      onConfirm={() =>
        remove.mutateAsync(args).then(() => {
          onClose();
          showToast({ tone: 'success', title: `${passkey.name} was removed. Delete it on your device too.` });
        })
      }
    >
      <EquivalentCall page={securityPage} name="removePasskey" args={args} />
    </ConfirmDialog>
  );
}
