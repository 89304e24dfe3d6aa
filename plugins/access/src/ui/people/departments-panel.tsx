import { useState } from 'react';
import type { ReplyOf } from '@portico/plugin-kit/contract';
import { EquivalentCall, renderingOf, useAction, useOperationPages, useSignedIn } from '@portico/plugin-kit/ui';
import {
  Button,
  ConfirmDialog,
  DataTable,
  EditIcon,
  IconButton,
  Inline,
  MissingPermission,
  PageState,
  Panel,
  PlusIcon,
  ShowMore,
  showToast,
  Stack,
  StateChip,
  Switch,
  TrashIcon,
} from '@portico/ui';
import type { DataColumn } from '@portico/ui';
import { accessPermissions } from '../../contract/permissions';
import type { listDepartments } from '../../contract/department-operations';
import { CreateDepartmentDialog, RenameDepartmentDialog } from './department-name-dialog';
import { MoveProjectDialog } from './move-project-dialog';
import type { Organization } from './organization-page';
import { organizationPage } from './people-pages';
import './people.css';

export type Department = ReplyOf<typeof listDepartments>['items'][number];

const MANAGE = 'access.department.manage';

/** Departments group projects for those who pay. While there is one, nobody needs to know, unless the organization wants to see it. */
export function DepartmentsPanel({ organization }: { organization: Organization }) {
  const { permissions } = useSignedIn();
  const mayManage = permissions.has(MANAGE);
  const mayShow = permissions.has('access.organization.manage');
  const isShown = organization.departments_visible;
  const [isCreating, setCreating] = useState(false);
  const [isMoving, setMoving] = useState(false);
  if (!isShown && !mayManage && !mayShow) return null;
  return (
    <Panel
      title="Departments"
      description="They group projects for those who pay. With the second one, projects show theirs and can be filtered by it."
      isFlush={isShown}
      actions={
        isShown &&
        mayManage && (
          <Inline gap="tight">
            {organization.department_count > 1 && (
              <Button size="small" onPress={() => setMoving(true)}>
                Move a project
              </Button>
            )}
            <Button size="small" icon={PlusIcon} onPress={() => setCreating(true)}>
              Create department
            </Button>
          </Inline>
        )
      }
      footer={
        isShown &&
        (mayManage ? (
          mayShow && organization.department_count === 1 && <ShowSwitch organization={organization} />
        ) : (
          <MissingPermission permission={MANAGE} sentence={accessPermissions[MANAGE]} />
        ))
      }
    >
      {isShown ? (
        <DepartmentTable mayManage={mayManage} />
      ) : (
        <Stack>
          {mayShow && <ShowSwitch organization={organization} />}
          {mayManage && (
            <div>
              <Button icon={PlusIcon} onPress={() => setCreating(true)}>
                Create a second department
              </Button>
            </div>
          )}
        </Stack>
      )}
      {isCreating && <CreateDepartmentDialog onClose={() => setCreating(false)} />}
      {isMoving && <MoveProjectDialog onClose={() => setMoving(false)} />}
    </Panel>
  );
}

function ShowSwitch({ organization }: { organization: Organization }) {
  const update = useAction(organizationPage, 'updateOrganization', { invalidates: ['getOrganization'] });
  return (
    <Switch
      label="Show departments"
      description="Also while there is only one."
      isSelected={organization.shows_departments}
      isDisabled={update.isPending}
      onChange={isWanted =>
        update.mutate(
          { body: { shows_departments: isWanted } },
          { onError: error => showToast({ tone: 'failed', title: error.message }) },
        )
      }
    />
  );
}

function DepartmentTable({ mayManage }: { mayManage: boolean }) {
  const departments = useOperationPages(
    organizationPage,
    'listDepartments',
    {},
    { live: event => /^access\.(department_|project_)/.test(event.event_type) },
  );
  const [renaming, setRenaming] = useState<Department | null>(null);
  const [deleting, setDeleting] = useState<Department | null>(null);
  const columns: DataColumn<Department>[] = [
    {
      key: 'name',
      header: 'Name',
      cell: department => (
        <span className="person-name">
          {department.name}
          {department.is_default && <StateChip tone="muted" label="Default" />}
        </span>
      ),
      priority: 1,
    },
    {
      key: 'projects',
      header: 'Projects',
      cell: department => department.project_count,
      align: 'end',
      priority: 1,
      isNarrow: true,
    },
    {
      key: 'actions',
      header: '',
      align: 'end',
      isNarrow: true,
      priority: 1,
      cell: department =>
        mayManage && (
          <span className="people-actions">
            <IconButton label={`Rename ${department.name}`} icon={EditIcon} onPress={() => setRenaming(department)} />
            {!department.is_default && (
              <IconButton
                label={`Delete ${department.name}`}
                icon={TrashIcon}
                onPress={() => setDeleting(department)}
              />
            )}
          </span>
        ),
    },
  ];
  return (
    <PageState state={renderingOf(departments, { layout: 'rows' })}>
      <DataTable
        label="Departments"
        columns={columns}
        rows={departments.items}
        rowKey={department => department.department_id}
      />
      <ShowMore of={departments} />
      {renaming !== null && <RenameDepartmentDialog department={renaming} onClose={() => setRenaming(null)} />}
      <DeleteDepartmentDialog department={deleting} onClose={() => setDeleting(null)} />
    </PageState>
  );
}

function DeleteDepartmentDialog({ department, onClose }: { department: Department | null; onClose: () => void }) {
  const remove = useAction(organizationPage, 'deleteDepartment', {
    invalidates: ['listDepartments', 'getOrganization'],
  });
  const args = { params: { department_id: department?.department_id ?? '' } };
  return (
    <ConfirmDialog
      isOpen={department !== null}
      onClose={() => {
        remove.reset();
        onClose();
      }}
      level="simple"
      title={`Delete ${department?.name ?? ''}?`}
      impact={[
        department !== null && department.project_count > 0
          ? `It has ${department.project_count} projects: move them to another department first.`
          : 'It has no projects, so nothing else changes.',
        'What was spent in it stays in the books and in the audit log.',
      ]}
      confirmLabel="Delete department"
      error={remove.error?.message ?? null}
      isPending={remove.isPending}
      onConfirm={async () => {
        await remove.mutateAsync(args);
        showToast({ tone: 'success', title: `${department?.name ?? ''} was deleted.` });
        onClose();
      }}
    >
      {department !== null && <EquivalentCall page={organizationPage} name="deleteDepartment" args={args} />}
    </ConfirmDialog>
  );
}
