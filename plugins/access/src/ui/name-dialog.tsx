import { useId, useState } from 'react';
import type { FormEvent, ReactNode } from 'react';
import { Banner, Button, Dialog, Stack, TextField } from '@portico/ui';
import { useKeyOf } from './use-key-of';

/** Characters of a name, as the contract has it. */
const NAME_LENGTH_MAX = 80;

interface NameDialogProps {
  title: string;
  confirmLabel: string;
  initial?: string;
  description?: string;
  /** What is said when there is no name. */
  missing: string;
  isPending: boolean;
  error: { readonly code?: string; readonly message: string } | null;
  /** The refusal that belongs to the name and is shown at it. */
  refusedBy?: string;
  /** After the name; what is chosen there is part of the wish. */
  fields?: ReactNode;
  wish?: string;
  /** The idempotency key is the same for as long as name and wish are. */
  call?: (name: string, idempotencyKey: string) => ReactNode;
  onChange?: () => void;
  onSubmit: (name: string, idempotencyKey: string) => void;
  onClose: () => void;
}

/** Asks for a name, of something new or of something there is. Mounted while open, so that each opening begins anew. */
export function NameDialog(props: NameDialogProps) {
  const { title, confirmLabel, initial = '', description, missing, isPending, error, refusedBy, fields } = props;
  const [name, setName] = useState(initial);
  const [wasTried, setTried] = useState(false);
  const form = useId();
  const trimmed = name.trim();
  const idempotencyKey = useKeyOf(`${props.wish ?? ''} ${trimmed}`);
  const isNameRefused = error !== null && refusedBy !== undefined && error.code === refusedBy;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (trimmed !== '' && !isPending) props.onSubmit(trimmed, idempotencyKey);
  };
  return (
    <Dialog
      isOpen
      onClose={props.onClose}
      isDismissable={!isPending}
      title={title}
      size="small"
      footer={
        <>
          <Button onPress={props.onClose}>Cancel</Button>
          <Button type="submit" form={form} variant="primary" isPending={isPending}>
            {confirmLabel}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} noValidate>
        <Stack>
          <TextField
            label="Name"
            {...(description === undefined ? {} : { description })}
            value={name}
            onChange={next => {
              setName(next);
              props.onChange?.();
            }}
            maxLength={NAME_LENGTH_MAX}
            autoComplete="off"
            autoFocus
            error={isNameRefused ? error.message : wasTried && trimmed === '' ? missing : null}
          />
          {fields}
          {props.call?.(trimmed, idempotencyKey)}
          {error !== null && !isNameRefused && <Banner tone="failed">{error.message}</Banner>}
        </Stack>
      </form>
    </Dialog>
  );
}
