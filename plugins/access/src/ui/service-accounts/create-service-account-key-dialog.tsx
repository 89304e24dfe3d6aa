import { useId, useState } from 'react';
import type { FormEvent } from 'react';
import { EquivalentCall, useAction } from '@portico/plugin-kit/ui';
import { Banner, Button, Dialog, Select, Stack, TextField } from '@portico/ui';
import { expiryAfter, lifetimeOptions } from '../key-lifetimes';
import type { Lifetime } from '../key-lifetimes';
import { IssuedApiKeyDialog } from '../issued-api-key';
import { serviceAccountPage } from '../pages';
import { ScopePicker } from '../scope-picker';
import { useKeyOf } from '../use-key-of';
import type { ServiceAccount } from './service-account-page';

/** Mounted while open, so that nothing of one key is left in the form for the next. */
export function CreateServiceAccountKeyDialog({ account, onClose }: { account: ServiceAccount; onClose: () => void }) {
  const create = useAction(serviceAccountPage, 'createServiceAccountKey', {
    invalidates: ['listServiceAccountKeys', 'getServiceAccount'],
  });
  const [openedAt] = useState(() => Date.now());
  const [name, setName] = useState('');
  const [lifetime, setLifetime] = useState<Lifetime>('90');
  const [scopes, setScopes] = useState<readonly string[]>([]);
  const [wasTried, setTried] = useState(false);
  const form = useId();
  const call = {
    params: { service_account_id: account.service_account_id },
    body: { name: name.trim(), scopes: [...scopes], expires_at: expiryAfter(lifetime, openedAt) },
  };
  const idempotencyKey = useKeyOf(JSON.stringify(call.body));
  if (create.data !== undefined)
    return <IssuedApiKeyDialog title={`${create.data.name} was created`} secret={create.data.key} onClose={onClose} />;

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (call.body.name === '' || scopes.length === 0 || create.isPending) return;
    create.mutate({ ...call, idempotencyKey });
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={`Create key of ${account.name}`}
      size="large"
      footer={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button type="submit" form={form} variant="primary" isPending={create.isPending}>
            Create key
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} noValidate>
        <Stack>
          <div className="api-key-bounds">
            <TextField
              label="Name"
              value={name}
              onChange={setName}
              maxLength={80}
              autoFocus
              error={wasTried && call.body.name === '' ? 'Give the key a name you will recognise.' : null}
            />
            <Select label="Expires after" value={lifetime} onChange={setLifetime} options={lifetimeOptions} />
          </div>
          <ScopePicker
            value={scopes}
            onChange={setScopes}
            isForProject
            role={account.role}
            error={wasTried && scopes.length === 0 ? 'Choose what the key may do.' : null}
          />
          <EquivalentCall
            page={serviceAccountPage}
            name="createServiceAccountKey"
            args={call}
            idempotencyKey={idempotencyKey}
          />
          {create.error !== null && <Banner tone="failed">{create.error.message}</Banner>}
        </Stack>
      </form>
    </Dialog>
  );
}
