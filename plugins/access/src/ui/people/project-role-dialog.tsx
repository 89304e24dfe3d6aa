import { EquivalentCall, renderingOf, useAction, useOperation } from '@portico/plugin-kit/ui';
import { Banner, Button, Dialog, PageState, Select, showToast, Stack } from '@portico/ui';
import { useId, useState } from 'react';
import type { FormEvent } from 'react';
import type { PROJECT_ROLES } from '../../contract/roles';
import { memberPage } from './people-pages';
import { RolePicker } from './role-picker';
import { aRole } from './role-words';

interface ProjectRoleDialogProps {
  title: string;
  /** To choose from; one alone is chosen already, unless `isPersonChosenHere`. */
  people: readonly { user_id: string; display_name: string; username: string }[];
  projects: readonly { project_id: string; name: string }[];
  isPersonChosenHere?: boolean;
  /** The role they have there now. */
  role?: string;
  onClose: () => void;
}

/** A role for one person in one project. */
export function ProjectRoleDialog(props: ProjectRoleDialogProps) {
  const { title, people, isPersonChosenHere = people.length > 1, projects, role: current, onClose } = props;
  const roles = useOperation(memberPage, 'listRoles', {});
  const give = useAction(memberPage, 'setProjectMember', {
    invalidates: ['getMember', 'listProjectMembers', 'getMe'],
  });
  const [userId, setUserId] = useState(isPersonChosenHere ? '' : (people[0]?.user_id ?? ''));
  const [projectId, setProjectId] = useState(projects.length === 1 ? (projects[0]?.project_id ?? '') : '');
  const [role, setRole] = useState(current ?? 'member');
  const [wasTried, setTried] = useState(false);
  const form = useId();
  const args = {
    params: { project_id: projectId, user_id: userId },
    body: { role: role as (typeof PROJECT_ROLES)[number] },
  };
  const person = people.find(({ user_id }) => user_id === userId);
  const project = projects.find(({ project_id }) => project_id === projectId);
  const offered = (roles.data?.items ?? [])
    .filter(item => item.held_in === 'project' && (item.may_grant || item.role === current))
    .map(item => item.role);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (person === undefined || project === undefined || give.isPending) return;
    give.mutate(args, {
      onSuccess: given => {
        showToast({ tone: 'success', title: `${given.display_name} is ${aRole(given.role)} in ${project.name} now.` });
        onClose();
      },
    });
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={title}
      footer={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button type="submit" form={form} variant="primary" isPending={give.isPending}>
            {current === undefined ? 'Give role' : 'Change role'}
          </Button>
        </>
      }
    >
      <PageState state={renderingOf(roles, { layout: 'text' })}>
        <form id={form} onSubmit={submit} noValidate>
          <Stack>
            {isPersonChosenHere && people.length === 0 && <p>Everybody of the organization has a role here already.</p>}
            {isPersonChosenHere && people.length > 0 && (
              <Select
                label="Person"
                placeholder="Choose a member"
                value={userId}
                onChange={setUserId}
                options={people.map(({ user_id, display_name, username }) => ({
                  value: user_id,
                  label: `${display_name} (@${username})`,
                }))}
                error={wasTried && person === undefined ? 'Choose who gets the role.' : null}
              />
            )}
            {projects.length > 1 && (
              <Select
                label="Project"
                placeholder="Choose a project"
                value={projectId}
                onChange={setProjectId}
                options={projects.map(({ project_id, name }) => ({ value: project_id, label: name }))}
                error={wasTried && project === undefined ? 'Choose where they get the role.' : null}
              />
            )}
            <RolePicker
              label="Role in the project"
              offered={offered}
              heldIn="project"
              value={role}
              onChange={next => {
                setRole(next);
                give.reset();
              }}
            />
            <EquivalentCall page={memberPage} name="setProjectMember" args={args} />
            {give.error !== null && <Banner tone="failed">{give.error.message}</Banner>}
          </Stack>
        </form>
      </PageState>
    </Dialog>
  );
}
