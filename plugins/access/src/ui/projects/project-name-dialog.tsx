import { EquivalentCall, useAction } from '@portico/plugin-kit/ui';
import { Select, showToast } from '@portico/ui';
import { useState } from 'react';
import { useNavigate } from 'react-router-dom';
import { NameDialog } from '../name-dialog';
import { projectPage, projectsPage } from '../pages';
import type { Department } from '../people/departments-panel';

const words = {
  description: 'Unique in your organization. What runs in the project is launched, seen and paid for under it.',
  missing: 'Give the project a name.',
  refusedBy: 'project_name_taken',
};

/** Mounted while open, so that each opening begins anew. */
export function CreateProjectDialog(props: { departments: readonly Department[] | null; onClose: () => void }) {
  const { departments, onClose } = props;
  const navigate = useNavigate();
  const [departmentId, setDepartmentId] = useState(
    departments?.find(({ is_default }) => is_default)?.department_id ?? '',
  );
  const bodyOf = (name: string) => ({ name, ...(departmentId === '' ? {} : { department_id: departmentId }) });
  const create = useAction(projectsPage, 'createProject', { invalidates: ['listProjects', 'getMe'] });
  return (
    <NameDialog
      {...words}
      title="Create project"
      confirmLabel="Create project"
      isPending={create.isPending}
      error={create.error}
      onClose={onClose}
      onChange={create.reset}
      onSubmit={(name, idempotencyKey) =>
        create.mutate(
          { body: bodyOf(name), idempotencyKey },
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
      wish={departmentId}
      call={(name, idempotencyKey) => (
        <EquivalentCall
          page={projectsPage}
          name="createProject"
          args={{ body: bodyOf(name) }}
          idempotencyKey={idempotencyKey}
        />
      )}
    />
  );
}

export function RenameProjectDialog(props: { project: { project_id: string; name: string }; onClose: () => void }) {
  const { project, onClose } = props;
  const rename = useAction(projectPage, 'renameProject', { invalidates: ['getProject', 'listProjects', 'getMe'] });
  const params = { project_id: project.project_id };
  return (
    <NameDialog
      {...words}
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
