import { useId, useState } from 'react';
import type { FormEvent } from 'react';
import { EquivalentCall, useAction } from '@portico/plugin-kit/ui';
import { Banner, Button, Dialog, RadioCards, showToast, Stack, TextField } from '@portico/ui';
import { serviceAccountPage } from '../pages';
import { projectRoleOptions } from './project-role-options';
import type { ServiceAccount } from './service-account-page';

export function ChangeServiceAccountDialog({ account, onClose }: { account: ServiceAccount; onClose: () => void }) {
  const change = useAction(serviceAccountPage, 'changeServiceAccount', {
    invalidates: ['getServiceAccount', 'listServiceAccounts'],
  });
  const [name, setName] = useState(account.name);
  const [role, setRole] = useState(account.role);
  const form = useId();
  const call = {
    params: { service_account_id: account.service_account_id },
    body: { name: name.trim(), role },
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (call.body.name === '' || change.isPending) return;
    change.mutate(call, {
      onSuccess: () => {
        showToast({ tone: 'success', title: `${call.body.name} was changed.` });
        onClose();
      },
    });
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={`Change ${account.name}`}
      footer={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button type="submit" form={form} variant="primary" isPending={change.isPending}>
            Save
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} noValidate>
        <Stack>
          <TextField
            label="Name"
            value={name}
            onChange={setName}
            maxLength={80}
            error={name.trim() === '' ? 'An account has a name.' : null}
          />
          <RadioCards label="Role" value={role} onChange={setRole} options={projectRoleOptions} minWidth="small" />
          {role !== account.role && (
            <Banner tone="notice">
              The new role counts from the next request on. Keys keep their permissions as far as the new role holds
              them.
            </Banner>
          )}
          <EquivalentCall page={serviceAccountPage} name="changeServiceAccount" args={call} />
          {change.error !== null && <Banner tone="failed">{change.error.message}</Banner>}
        </Stack>
      </form>
    </Dialog>
  );
}
