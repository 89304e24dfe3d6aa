import { EquivalentCall, useAction } from '@portico/plugin-kit/ui';
import type { ApiError } from '@portico/plugin-kit/ui';
import { Banner, Button, Dialog, Select, showToast, Stack, TextField } from '@portico/ui';
import { useId, useState } from 'react';
import type { FormEvent, ReactNode } from 'react';
import { useNavigate } from 'react-router-dom';
import { projectPage, projectsPage } from '../pages';
import type { Department } from '../people/departments-panel';

const NAME_LENGTH_MAX = 80;

/** Mounted while open, so that each opening begins anew. */
export function CreateProjectDialog(props: { departments: readonly Department[] | null; onClose: () => void }) {
  const { departments, onClose } = props;
  const navigate = useNavigate();
  const [departmentId, setDepartmentId] = useState(
    departments?.find(({ is_default }) => is_default)?.department_id ?? '',
  );
  const bodyOf = (name: string) => ({ name, ...(departmentId === '' ? {} : { department_id: departmentId }) });
  // One project for one wish, however often the button is pressed; another name is another request.
  const [keys] = useState(() => new Map<string, string>());
  const keyOf = (name: string) => {
    const wish = JSON.stringify(bodyOf(name));
    const key = keys.get(wish) ?? crypto.randomUUID();
    keys.set(wish, key);
    return key;
  };
  const create = useAction(projectsPage, 'createProject', { invalidates: ['listProjects', 'getMe'] });
  return (
    <NameDialog
      title="Create project"
      confirmLabel="Create project"
      initial=""
      isPending={create.isPending}
      error={create.error}
      onClose={onClose}
      onChange={create.reset}
      onSubmit={name =>
        create.mutate(
          { body: bodyOf(name), idempotencyKey: keyOf(name) },
          {
            onSuccess: project => {
              showToast({ tone: 'success', title: `${project.name} was created. Choose it above to work in it.` });
              navigate(`/access/projects/${project.project_id}`);
            },
          },
        )
      }
      fields={
        departments !== null &&
        departments.length > 1 && (
          <Select
            label="Department"
            value={departmentId}
            onChange={setDepartmentId}
            options={departments.map(({ department_id, name }) => ({ value: department_id, label: name }))}
          />
        )
      }
      call={name => <EquivalentCall page={projectsPage} name="createProject" args={{ body: bodyOf(name) }} />}
    />
  );
}

export function RenameProjectDialog(props: { project: { project_id: string; name: string }; onClose: () => void }) {
  const { project, onClose } = props;
  const rename = useAction(projectPage, 'renameProject', { invalidates: ['getProject', 'listProjects', 'getMe'] });
  const params = { project_id: project.project_id };
  return (
    <NameDialog
      title={`Rename ${project.name}`}
      confirmLabel="Rename"
      initial={project.name}
      isPending={rename.isPending}
      error={rename.error}
      onClose={onClose}
      onChange={rename.reset}
      onSubmit={name =>
        rename.mutate(
          { params, body: { name } },
          {
            onSuccess: renamed => {
              showToast({ tone: 'success', title: `The project is called ${renamed.name} now.` });
              onClose();
            },
          },
        )
      }
      call={name => <EquivalentCall page={projectPage} name="renameProject" args={{ params, body: { name } }} />}
    />
  );
}

interface NameDialogProps {
  title: string;
  confirmLabel: string;
  initial: string;
  isPending: boolean;
  error: ApiError | null;
  onClose: () => void;
  onChange: () => void;
  onSubmit: (name: string) => void;
  /** After the name. */
  fields?: ReactNode;
  call: (name: string) => ReactNode;
}

function NameDialog(props: NameDialogProps) {
  const { title, confirmLabel, initial, isPending, error, onClose, onChange, onSubmit, fields, call } = props;
  const [name, setName] = useState(initial);
  const [wasTried, setTried] = useState(false);
  const form = useId();
  const trimmed = name.trim();
  const isNameRefused = error?.code === 'project_name_taken';
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (trimmed === '' || isPending) return;
    onSubmit(trimmed);
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
            description="Unique in your organization. What runs in the project is launched, seen and paid for under it."
            value={name}
            onChange={next => {
              setName(next);
              onChange();
            }}
            maxLength={NAME_LENGTH_MAX}
            autoComplete="off"
            autoFocus
            error={isNameRefused ? error.message : wasTried && trimmed === '' ? 'Give the project a name.' : null}
          />
          {fields}
          {call(trimmed)}
          {error !== null && !isNameRefused && <Banner tone="failed">{error.message}</Banner>}
        </Stack>
      </form>
    </Dialog>
  );
}
