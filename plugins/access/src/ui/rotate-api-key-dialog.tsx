import { useId, useState } from 'react';
import type { FormEvent, ReactNode } from 'react';
import type { BodySentTo } from '@portico/plugin-kit/contract';
import { Banner, Button, Dialog, RadioCards, Stack } from '@portico/ui';
import type { rotateApiKey } from '../contract/api-key-operations';
import { IssuedApiKeyDialog } from './issued-api-key';

type Grace = NonNullable<BodySentTo<typeof rotateApiKey>['grace']>;

const graces: readonly { value: Grace; title: string; description: string }[] = [
  { value: 'none', title: 'At once', description: 'It may be known to others.' },
  { value: 'hour', title: 'In one hour', description: 'A program or two to change.' },
  { value: 'day', title: 'In one day', description: 'Several programs to change.' },
  { value: 'week', title: 'In one week', description: 'Other people change theirs.' },
];

interface RotateApiKeyProps {
  name: string;
  rotation: {
    readonly data?: { key: string } | undefined;
    readonly error: { message: string } | null;
    readonly isPending: boolean;
  };
  onRotate: (call: { grace: Grace; idempotencyKey: string }) => void;
  equivalentCall: (call: { grace: Grace; idempotencyKey: string }) => ReactNode;
  onClose: () => void;
}

/** A new secret for the same key. */
export function RotateApiKeyDialog({ name, rotation, onRotate, equivalentCall, onClose }: RotateApiKeyProps) {
  const [grace, setGrace] = useState<Grace>('day');
  const [idempotencyKey, setIdempotencyKey] = useState<string>(() => crypto.randomUUID());
  const form = useId();
  if (rotation.data !== undefined)
    return <IssuedApiKeyDialog title={`New secret of ${name}`} secret={rotation.data.key} onClose={onClose} />;

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!rotation.isPending) onRotate({ grace, idempotencyKey });
  };
  const choose = (chosen: Grace) => {
    setGrace(chosen);
    setIdempotencyKey(crypto.randomUUID());
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={`Rotate ${name}`}
      footer={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button type="submit" form={form} variant="primary" isPending={rotation.isPending}>
            Rotate key
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} noValidate>
        <Stack>
          <p>
            The key gets a new secret; its name, permissions and expiry stay. Programs that use it need the new one
            before the old one ends.
          </p>
          <RadioCards label="The old secret ends" options={graces} value={grace} onChange={choose} minWidth="small" />
          {equivalentCall({ grace, idempotencyKey })}
          {rotation.error !== null && <Banner tone="failed">{rotation.error.message}</Banner>}
        </Stack>
      </form>
    </Dialog>
  );
}
