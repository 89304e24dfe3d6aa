import { EquivalentCall, useAction } from '@portico/plugin-kit/ui';
import { showToast } from '@portico/ui';
import { useState } from 'react';
import type { Passkey } from '../../contract/passkeys';
import { NameDialog } from '../name-dialog';
import { makePasskey } from '../passkeys/browser-passkeys';
import { FACTORS_SHOWN_BY, securityPage } from './account-pages';

const MISSING = 'Give it a name you will recognise.';

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
      missing={MISSING}
      error={problem === null ? null : { message: problem }}
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
      missing={MISSING}
      error={rename.error}
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
