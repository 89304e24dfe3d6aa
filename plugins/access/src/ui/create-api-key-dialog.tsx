import { useId, useState } from 'react';
import type { FormEvent } from 'react';
import { EquivalentCall, useAction, useSignedIn } from '@portico/plugin-kit/ui';
import { Banner, Button, Dialog, Select, Stack, TextField } from '@portico/ui';
import { IssuedApiKeyDialog } from './issued-api-key';
import { expiryAfter, lifetimeOptions } from './key-lifetimes';
import type { Lifetime } from './key-lifetimes';
import { apiKeysPage } from './pages';
import { ScopePicker } from './scope-picker';
import { useKeyOf } from './use-key-of';

const ALL_PROJECTS = 'all';

/** Mounted while open, so that nothing of one key is left in the form for the next. */
export function CreateApiKeyDialog({ onClose }: { onClose: () => void }) {
  const { projects, organization } = useSignedIn();
  const create = useAction(apiKeysPage, 'createApiKey', { invalidates: ['listApiKeys'] });
  const [openedAt] = useState(() => Date.now());
  const [name, setName] = useState('');
  const [where, setWhere] = useState<string>(ALL_PROJECTS);
  const [lifetime, setLifetime] = useState<Lifetime>('90');
  const [scopes, setScopes] = useState<readonly string[]>([]);
  const [wasTried, setTried] = useState(false);
  const form = useId();
  const projectId = where === ALL_PROJECTS ? null : where;
  const body = {
    name: name.trim(),
    scopes: [...scopes],
    project_id: projectId,
    expires_at: expiryAfter(lifetime, openedAt),
  };
  const idempotencyKey = useKeyOf(JSON.stringify(body));
  if (create.data !== undefined)
    return <IssuedApiKeyDialog title={`${create.data.name} was created`} secret={create.data.key} onClose={onClose} />;

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (body.name === '' || scopes.length === 0 || create.isPending) return;
    create.mutate({ body, idempotencyKey });
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title="Create API key"
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
          <TextField
            label="Name"
            description="What uses it, and where, so that you know later which one to revoke."
            value={name}
            onChange={setName}
            maxLength={80}
            autoFocus
            error={wasTried && body.name === '' ? 'Give the key a name you will recognise.' : null}
          />
          <div className="api-key-bounds">
            <Select
              label="Works in"
              value={where}
              onChange={setWhere}
              options={[
                { value: ALL_PROJECTS, label: `All projects of ${organization.name}` },
                ...projects.map(project => ({ value: project.projectId, label: `${project.name} only` })),
              ]}
            />
            <Select label="Expires after" value={lifetime} onChange={setLifetime} options={lifetimeOptions} />
          </div>
          <ScopePicker
            value={scopes}
            onChange={setScopes}
            isForProject={projectId !== null}
            error={wasTried && scopes.length === 0 ? 'Choose what the key may do.' : null}
          />
          <EquivalentCall page={apiKeysPage} name="createApiKey" args={{ body }} idempotencyKey={idempotencyKey} />
          {create.error !== null && <Banner tone="failed">{create.error.message}</Banner>}
        </Stack>
      </form>
    </Dialog>
  );
}
