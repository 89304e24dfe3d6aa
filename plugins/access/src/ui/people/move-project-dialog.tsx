import { EquivalentCall, renderingOf, useAction, useOperation } from '@portico/plugin-kit/ui';
import { Banner, Button, Dialog, PageState, Select, showToast, Stack } from '@portico/ui';
import { useId, useState } from 'react';
import type { FormEvent } from 'react';
import { organizationPage } from './people-pages';

/** As many as one page of a list holds, which is as many as an organization has. */
const ROWS_MAX = 200;

/** A project to another department: the one given, or one that is chosen here. */
export function MoveProjectDialog({ projectId: given, onClose }: { projectId?: string; onClose: () => void }) {
  const projects = useOperation(organizationPage, 'listProjects', { query: { limit: ROWS_MAX } });
  const departments = useOperation(organizationPage, 'listDepartments', { query: { limit: ROWS_MAX } });
  const move = useAction(organizationPage, 'moveProject', {
    invalidates: ['listDepartments', 'listProjects', 'getProject', 'getMe'],
  });
  const [projectId, setProjectId] = useState(given ?? '');
  const [departmentId, setDepartmentId] = useState('');
  const [wasTried, setTried] = useState(false);
  const form = useId();
  const project = projects.data?.items.find(candidate => candidate.project_id === projectId);
  const nameOf = (id: string) => departments.data?.items.find(({ department_id }) => department_id === id)?.name ?? id;
  const targets = (departments.data?.items ?? []).filter(
    ({ department_id }) => department_id !== project?.department_id,
  );
  const args = { params: { project_id: projectId }, body: { department_id: departmentId } };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (project === undefined || departmentId === '' || move.isPending) return;
    move.mutate(args, {
      onSuccess: moved => {
        showToast({ tone: 'success', title: `${moved.name} belongs to ${nameOf(moved.department_id)} now.` });
        onClose();
      },
    });
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title="Move a project"
      size="small"
      footer={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button type="submit" form={form} variant="primary" isPending={move.isPending}>
            Move project
          </Button>
        </>
      }
    >
      <PageState state={renderingOf(projects.data === undefined ? projects : departments, { layout: 'text' })}>
        <form id={form} onSubmit={submit} noValidate>
          <Stack>
            <Select
              label="Project"
              placeholder="Choose a project"
              value={projectId}
              onChange={next => {
                setProjectId(next);
                setDepartmentId('');
                move.reset();
              }}
              options={(projects.data?.items ?? []).map(candidate => ({
                value: candidate.project_id,
                label: `${candidate.name} (${nameOf(candidate.department_id)})`,
              }))}
              error={wasTried && project === undefined ? 'Choose the project to move.' : null}
            />
            <Select
              label="To department"
              placeholder="Choose a department"
              value={departmentId}
              onChange={setDepartmentId}
              options={targets.map(({ department_id, name }) => ({ value: department_id, label: name }))}
              error={wasTried && departmentId === '' ? 'Choose where it goes.' : null}
            />
            <p>
              What it has cost stays where it was, and what runs in it goes on to be paid from where it was started.
              What is launched from now on belongs to the new department.
            </p>
            <EquivalentCall page={organizationPage} name="moveProject" args={args} />
            {move.error !== null && <Banner tone="failed">{move.error.message}</Banner>}
          </Stack>
        </form>
      </PageState>
    </Dialog>
  );
}
