import { EquivalentCall, useAction } from '@portico/plugin-kit/ui';
import { Banner, Button, Dialog, showToast, Stack, TextField } from '@portico/ui';
import { useId, useState } from 'react';
import type { FormEvent, ReactNode } from 'react';
import type { Passkey } from '../../contract/passkeys';
import { makePasskey } from '../passkeys/browser-passkeys';
import { FACTORS_SHOWN_BY, securityPage } from './account-pages';

const NAME_LENGTH_MAX = 80;

interface AddPasskeyDialogProps {
  onClose: () => void;
  /** With the codes of the first factor, null when there was one before. */
  onDone: (passkey: Passkey, codes: readonly string[] | null) => void;
}

export function AddPasskeyDialog({ onClose, onDone }: AddPasskeyDialogProps) {
  const begin = useAction(securityPage, 'beginPasskey');
  const add = useAction(securityPage, 'addPasskey', { invalidates: FACTORS_SHOWN_BY });
  const [problem, setProblem] = useState<string | null>(null);
  const [isMaking, setMaking] = useState(false);
  const make = async (name: string) => {
    setProblem(null);
    setMaking(true);
    try {
      const { challenge, options } = await begin.mutateAsync({});
      const credential = await makePasskey(options);
      const reply = await add.mutateAsync({
        body: { challenge, name, credential },
        idempotencyKey: crypto.randomUUID(),
      });
      onDone(reply.passkey, reply.recovery_codes);
    } catch (error) {
      setProblem((error as Error).message);
      setMaking(false);
    }
  };
  return (
    <NameDialog
      title="Add a passkey"
      description="So that you know later which one it is. Your browser asks where to keep it."
      initial={nameOfThisDevice()}
      confirmLabel="Continue"
      isPending={isMaking}
      problem={problem}
      onClose={onClose}
      onSubmit={name => void make(name)}
    />
  );
}

export function RenamePasskeyDialog({ passkey, onClose }: { passkey: Passkey; onClose: () => void }) {
  const rename = useAction(securityPage, 'renamePasskey', { invalidates: ['getFactors'] });
  const params = { passkey_id: passkey.passkey_id };
  return (
    <NameDialog
      title={`Rename ${passkey.name}`}
      initial={passkey.name}
      confirmLabel="Rename"
      isPending={rename.isPending}
      problem={rename.error?.message ?? null}
      onClose={onClose}
      onSubmit={name =>
        rename.mutate(
          { params, body: { name } },
          {
            onSuccess: renamed => {
              showToast({ tone: 'success', title: `The passkey is called ${renamed.name} now.` });
              onClose();
            },
          },
        )
      }
      call={name => <EquivalentCall page={securityPage} name="renamePasskey" args={{ params, body: { name } }} />}
    />
  );
}

interface NameDialogProps {
  title: string;
  description?: string;
  initial: string;
  confirmLabel: string;
  isPending: boolean;
  problem: string | null;
  onClose: () => void;
  onSubmit: (name: string) => void;
  call?: (name: string) => ReactNode;
}

function NameDialog(props: NameDialogProps) {
  const [name, setName] = useState(props.initial);
  const form = useId();
  const isEmpty = name.trim() === '';
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!isEmpty && !props.isPending) props.onSubmit(name.trim());
  };
  return (
    <Dialog
      isOpen
      onClose={props.onClose}
      isDismissable={!props.isPending}
      title={props.title}
      size="small"
      footer={
        <>
          <Button onPress={props.onClose}>Cancel</Button>
          <Button type="submit" form={form} variant="primary" isPending={props.isPending}>
            {props.confirmLabel}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} noValidate>
        <Stack>
          <TextField
            label="Name"
            description={props.description}
            value={name}
            onChange={setName}
            maxLength={NAME_LENGTH_MAX}
            autoFocus
            error={isEmpty ? 'Give it a name you will recognise.' : null}
          />
          {props.call?.(name.trim())}
          {props.problem !== null && <Banner tone="failed">{props.problem}</Banner>}
        </Stack>
      </form>
    </Dialog>
  );
}

/** A first guess at a name, for most people good enough. */
function nameOfThisDevice(): string {
  const known = [
    ['iPhone', 'iPhone'],
    ['iPad', 'iPad'],
    ['Android', 'Android phone'],
    ['CrOS', 'Chromebook'],
    ['Mac', 'Mac'],
    ['Windows', 'Windows computer'],
    ['Linux', 'Linux computer'],
  ] as const;
  const device = known.find(([mark]) => navigator.userAgent.includes(mark))?.[1];
  return device === undefined ? 'My passkey' : `My ${device}`;
}
