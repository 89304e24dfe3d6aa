import { useId, useState } from 'react';
import type { FormEvent } from 'react';
import { EquivalentCall, useAction, useSignedIn } from '@portico/plugin-kit/ui';
import { Banner, Button, Dialog, RadioCards, Select, showToast, Stack, TextField } from '@portico/ui';
import { useNavigate } from 'react-router-dom';
import { serviceAccountsPage } from '../pages';
import { useKeyOf } from '../use-key-of';
import { projectRoleOptions } from './project-role-options';
import type { ProjectRole } from './project-role-options';

/** Mounted while open. */
export function CreateServiceAccountDialog({ onClose }: { onClose: () => void }) {
  const { projects, projectId: activeId } = useSignedIn();
  const navigate = useNavigate();
  const create = useAction(serviceAccountsPage, 'createServiceAccount', { invalidates: ['listServiceAccounts'] });
  const [name, setName] = useState('');
  const [role, setRole] = useState<ProjectRole>('member');
  const [projectId, setProjectId] = useState(activeId);
  const [wasTried, setTried] = useState(false);
  const form = useId();
  const body = { name: name.trim(), role, project_id: projectId };
  const idempotencyKey = useKeyOf(JSON.stringify(body));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (body.name === '' || create.isPending) return;
    create.mutate(
      { body, idempotencyKey },
      {
        onSuccess: made => {
          showToast({ tone: 'success', title: `${made.name} was created. It needs a key to sign in.` });
          onClose();
          navigate(`/access/service-accounts/${made.service_account_id}`);
        },
      },
    );
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title="Create service account"
      footer={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button type="submit" form={form} variant="primary" isPending={create.isPending}>
            Create account
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} noValidate>
        <Stack>
          <TextField
            label="Name"
            description="The program or pipeline that works with it."
            value={name}
            onChange={setName}
            maxLength={80}
            autoFocus
            error={wasTried && body.name === '' ? 'Give the account a name you will recognise.' : null}
          />
          <Select
            label="Works in"
            value={projectId}
            onChange={setProjectId}
            options={projects.map(project => ({ value: project.projectId, label: project.name }))}
          />
          <RadioCards label="Role" value={role} onChange={setRole} options={projectRoleOptions} minWidth="small" />
          <EquivalentCall
            page={serviceAccountsPage}
            name="createServiceAccount"
            args={{ body }}
            idempotencyKey={idempotencyKey}
          />
          {create.error !== null && <Banner tone="failed">{create.error.message}</Banner>}
        </Stack>
      </form>
    </Dialog>
  );
}
