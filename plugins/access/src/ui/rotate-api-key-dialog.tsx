import { useId, useState } from 'react';
import type { FormEvent } from 'react';
import type { BodySentTo } from '@portico/plugin-kit/contract';
import { EquivalentCall, useAction } from '@portico/plugin-kit/ui';
import { Banner, Button, Dialog, RadioCards, Stack } from '@portico/ui';
import type { rotateApiKey } from '../contract/api-key-operations';
import type { ApiKey } from './api-keys-page';
import { IssuedApiKeyDialog } from './issued-api-key';
import { apiKeysPage } from './pages';

type Grace = NonNullable<BodySentTo<typeof rotateApiKey>['grace']>;

const graces: readonly { value: Grace; title: string; description: string }[] = [
  { value: 'none', title: 'At once', description: 'It may be known to others.' },
  { value: 'hour', title: 'In one hour', description: 'A program or two to change.' },
  { value: 'day', title: 'In one day', description: 'Several programs to change.' },
  { value: 'week', title: 'In one week', description: 'Other people change theirs.' },
];

/** A new secret for the same key. */
export function RotateApiKeyDialog({ apiKey, onClose }: { apiKey: ApiKey; onClose: () => void }) {
  const rotate = useAction(apiKeysPage, 'rotateApiKey', { invalidates: ['listApiKeys'] });
  const [grace, setGrace] = useState<Grace>('day');
  const [idempotencyKey, setIdempotencyKey] = useState(() => crypto.randomUUID());
  const form = useId();
  const call = { params: { key_id: apiKey.key_id }, body: { grace } };
  if (rotate.data !== undefined)
    return <IssuedApiKeyDialog title={`New secret of ${apiKey.name}`} secret={rotate.data.key} onClose={onClose} />;

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!rotate.isPending) rotate.mutate({ ...call, idempotencyKey });
  };
  const choose = (chosen: Grace) => {
    setGrace(chosen);
    setIdempotencyKey(crypto.randomUUID());
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={`Rotate ${apiKey.name}`}
      footer={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button type="submit" form={form} variant="primary" isPending={rotate.isPending}>
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
          <EquivalentCall page={apiKeysPage} name="rotateApiKey" args={call} idempotencyKey={idempotencyKey} />
          {rotate.error !== null && <Banner tone="failed">{rotate.error.message}</Banner>}
        </Stack>
      </form>
    </Dialog>
  );
}
