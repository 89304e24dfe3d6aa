import { EquivalentCall, useAction } from '@portico/plugin-kit/ui';
import { Banner, Button, Dialog, showToast, Stack, TextField } from '@portico/ui';
import { useId, useState } from 'react';
import type { FormEvent } from 'react';
import {
  CredentialFields,
  credentialBody,
  credentialError,
  credentialShown,
  emptyCredential,
} from '../credential-fields';
import { fieldErrors } from '../node-form';
import type { NodeDetails } from '../node-words';
import { nodePage } from '../pages';

/** Asked on the overview while the node comes in, and under its settings when it has lost Portico’s key; both declare the operation. Mounted while open, so that no secret outlives it. */
export function RetryEnrolmentDialog({ node, onClose }: { node: NodeDetails; onClose: () => void }) {
  const retry = useAction(nodePage, 'retryEnrolment', { invalidates: ['getNode', 'listNodes', 'getTask'] });
  const [username, setUsername] = useState(node.username ?? 'root');
  const [credential, setCredential] = useState(emptyCredential);
  const [wasTried, setTried] = useState(false);
  const [idempotencyKey, setKey] = useState(() => crypto.randomUUID() as string);
  const form = useId();
  const params = { node_id: node.node_id };
  const errors = { username: fieldErrors.username(username), credential: credentialError(credential) };
  const refused = retry.error?.code === 'private_key_invalid' ? retry.error.message : null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (errors.username !== null || errors.credential !== null || retry.isPending) return;
    retry.mutate(
      { params, body: { username, credential: credentialBody(credential) }, idempotencyKey },
      {
        onSuccess: () => {
          showToast({ tone: 'info', title: `Portico logs in to ${node.name}, and installs a new key of its own.` });
          onClose();
        },
        onError: () => setKey(crypto.randomUUID()),
      },
    );
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={`Bring ${node.name} in again`}
      footer={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button type="submit" form={form} variant="primary" isPending={retry.isPending}>
            Try again
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} noValidate>
        <Stack>
          <TextField
            label="User"
            value={username}
            onChange={setUsername}
            maxLength={32}
            autoComplete="off"
            isMonospace
            error={wasTried ? errors.username : null}
          />
          <CredentialFields
            id={`${form}-credential`}
            draft={credential}
            onChange={setCredential}
            error={refused ?? (wasTried ? errors.credential : null)}
          />
          <EquivalentCall
            page={nodePage}
            name="retryEnrolment"
            args={{ params, body: { username, credential: credentialShown(credential) } }}
            idempotencyKey={idempotencyKey}
          />
          {retry.error !== null && refused === null && <Banner tone="failed">{retry.error.message}</Banner>}
        </Stack>
      </form>
    </Dialog>
  );
}
