import { EquivalentCall, useAction } from '@portico/plugin-kit/ui';
import type { ApiError } from '@portico/plugin-kit/ui';
import { Banner, Button, Dialog, showToast, Stack, TextField } from '@portico/ui';
import { useId, useState } from 'react';
import type { FormEvent, ReactNode } from 'react';
import { useKeyOf } from '../use-key-of';
import type { Department } from './departments-panel';
import { organizationPage } from './people-pages';

const NAME_LENGTH_MAX = 80;
const reads = { invalidates: ['listDepartments', 'getOrganization'] };

/** Mounted while open, so that each opening begins anew. */
export function CreateDepartmentDialog({ onClose }: { onClose: () => void }) {
  const create = useAction(organizationPage, 'createDepartment', reads);
  const [name, setName] = useState('');
  const idempotencyKey = useKeyOf(name.trim());
  const body = { name: name.trim() };
  return (
    <NameDialog
      title="Create department"
      confirmLabel="Create department"
      name={name}
      onName={setName}
      isPending={create.isPending}
      error={create.error}
      onChange={create.reset}
      onClose={onClose}
      onSubmit={() =>
        create.mutate(
          { body, idempotencyKey },
          {
            onSuccess: department => {
              showToast({ tone: 'success', title: `${department.name} was created. Move projects into it.` });
              onClose();
            },
          },
        )
      }
      call={
        <EquivalentCall
          page={organizationPage}
          name="createDepartment"
          args={{ body }}
          idempotencyKey={idempotencyKey}
        />
      }
    />
  );
}

export function RenameDepartmentDialog({ department, onClose }: { department: Department; onClose: () => void }) {
  const rename = useAction(organizationPage, 'renameDepartment', reads);
  const [name, setName] = useState(department.name);
  const args = { params: { department_id: department.department_id }, body: { name: name.trim() } };
  return (
    <NameDialog
      title={`Rename ${department.name}`}
      confirmLabel="Rename"
      name={name}
      onName={setName}
      isPending={rename.isPending}
      error={rename.error}
      onChange={rename.reset}
      onClose={onClose}
      onSubmit={() =>
        rename.mutate(args, {
          onSuccess: renamed => {
            showToast({ tone: 'success', title: `The department is called ${renamed.name} now.` });
            onClose();
          },
        })
      }
      call={<EquivalentCall page={organizationPage} name="renameDepartment" args={args} />}
    />
  );
}

interface NameDialogProps {
  title: string;
  confirmLabel: string;
  name: string;
  onName: (name: string) => void;
  isPending: boolean;
  error: ApiError | null;
  onChange: () => void;
  onClose: () => void;
  onSubmit: () => void;
  call: ReactNode;
}

function NameDialog(props: NameDialogProps) {
  const { title, confirmLabel, name, onName, isPending, error, onChange, onClose, onSubmit, call } = props;
  const [wasTried, setTried] = useState(false);
  const form = useId();
  const isEmpty = name.trim() === '';
  const isNameRefused = error?.code === 'department_name_taken';
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (!isEmpty && !isPending) onSubmit();
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={title}
      size="small"
      footer={
        <>
          <Button onPress={onClose}>Cancel</Button>
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
            description="Unique in your organization."
            value={name}
            onChange={next => {
              onName(next);
              onChange();
            }}
            maxLength={NAME_LENGTH_MAX}
            autoComplete="off"
            autoFocus
            error={isNameRefused ? error.message : wasTried && isEmpty ? 'Give the department a name.' : null}
          />
          {call}
          {error !== null && !isNameRefused && <Banner tone="failed">{error.message}</Banner>}
        </Stack>
      </form>
    </Dialog>
  );
}
