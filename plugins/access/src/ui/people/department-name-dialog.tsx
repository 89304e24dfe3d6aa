import { EquivalentCall, useAction } from '@portico/plugin-kit/ui';
import { showToast } from '@portico/ui';
import { NameDialog } from '../name-dialog';
import type { Department } from './departments-panel';
import { organizationPage } from './people-pages';

const reads = { invalidates: ['listDepartments', 'getOrganization'] };
const words = {
  description: 'Unique in your organization.',
  missing: 'Give the department a name.',
  refusedBy: 'department_name_taken',
};

export function CreateDepartmentDialog({ onClose }: { onClose: () => void }) {
  const create = useAction(organizationPage, 'createDepartment', reads);
  return (
    <NameDialog
      {...words}
      title="Create department"
      confirmLabel="Create department"
      isPending={create.isPending}
      error={create.error}
      onChange={create.reset}
      onClose={onClose}
      onSubmit={(name, idempotencyKey) =>
        create.mutate(
          { body: { name }, idempotencyKey },
          {
            onSuccess: department => {
              showToast({ tone: 'success', title: `${department.name} was created. Move projects into it.` });
              onClose();
            },
          },
        )
      }
      call={(name, idempotencyKey) => (
        <EquivalentCall
          page={organizationPage}
          name="createDepartment"
          args={{ body: { name } }}
          idempotencyKey={idempotencyKey}
        />
      )}
    />
  );
}

export function RenameDepartmentDialog({ department, onClose }: { department: Department; onClose: () => void }) {
  const rename = useAction(organizationPage, 'renameDepartment', reads);
  const params = { department_id: department.department_id };
  return (
    <NameDialog
      {...words}
      title={`Rename ${department.name}`}
      confirmLabel="Rename"
      initial={department.name}
      isPending={rename.isPending}
      error={rename.error}
      onChange={rename.reset}
      onClose={onClose}
      onSubmit={name =>
        rename.mutate(
          { params, body: { name } },
          {
            onSuccess: renamed => {
              showToast({ tone: 'success', title: `The department is called ${renamed.name} now.` });
              onClose();
            },
          },
        )
      }
      call={name => (
        <EquivalentCall page={organizationPage} name="renameDepartment" args={{ params, body: { name } }} />
      )}
    />
  );
}
