import { useState } from 'react';
import type { ReplyOf } from '@portico/plugin-kit/contract';
import { renderingOf, useOperation, useOperationPages, useSignedIn } from '@portico/plugin-kit/ui';
import {
  Button,
  DataTable,
  EditIcon,
  IconButton,
  MissingPermission,
  PageState,
  Panel,
  PlusIcon,
  RelativeTime,
  ShowMore,
  Stack,
  TrashIcon,
  UsersIcon,
} from '@portico/ui';
import type { DataColumn } from '@portico/ui';
import { accessPermissions } from '../../contract/permissions';
import type { listProjectMembers } from '../../contract/member-operations';
import { projectPage } from '../pages';
import { Person } from '../people/person';
import { ProjectRoleDialog } from '../people/project-role-dialog';
import { RemoveProjectRoleDialog } from '../people/remove-project-role-dialog';
import { roleName, roleSentence } from '../people/role-words';
import '../people/people.css';

type ProjectMember = ReplyOf<typeof listProjectMembers>['items'][number];

const MANAGE = 'access.project_member.manage';
/** As many as one page of a list holds; whoever is not among them is given the role on their own page. */
const MEMBERS_MAX = 200;

/** Who has a role in this project of their own, beside what they may do everywhere. */
export function ProjectMembers({ project }: { project: { project_id: string; name: string } }) {
  const { permissions } = useSignedIn();
  const mayManage = permissions.has(MANAGE);
  const [isAdding, setAdding] = useState(false);
  const [changing, setChanging] = useState<ProjectMember | null>(null);
  const [removing, setRemoving] = useState<ProjectMember | null>(null);
  const members = useOperationPages(
    projectPage,
    'listProjectMembers',
    { params: { project_id: project.project_id } },
    { live: event => event.event_type.startsWith('access.member') },
  );
  const columns: DataColumn<ProjectMember>[] = [
    { key: 'name', header: 'Name', cell: member => <Person person={member} />, priority: 1 },
    {
      key: 'role',
      header: 'Here',
      cell: member => (
        <>
          {roleName(member.role)}
          <div className="person-note">{roleSentence(member.role, 'project')}</div>
        </>
      ),
      priority: 1,
    },
    {
      key: 'organization',
      header: 'In the organization',
      cell: member => roleName(member.organization_role),
      priority: 2,
      isNarrow: true,
    },
    { key: 'since', header: 'Since', cell: member => <RelativeTime at={member.since} />, priority: 3, isNarrow: true },
    {
      key: 'actions',
      header: '',
      align: 'end',
      isNarrow: true,
      priority: 1,
      cell: member => (
        <span className="people-actions">
          {member.assignable_roles.length > 0 && (
            <IconButton
              label={`Change the role of ${member.display_name}`}
              icon={EditIcon}
              onPress={() => setChanging(member)}
            />
          )}
          {member.may_remove && (
            <IconButton
              label={`Take the role of ${member.display_name} away`}
              icon={TrashIcon}
              onPress={() => setRemoving(member)}
            />
          )}
        </span>
      ),
    },
  ];
  const add = mayManage && (
    <Button icon={PlusIcon} onPress={() => setAdding(true)}>
      Give a role
    </Button>
  );
  const state = renderingOf(members, {
    empty: members.items.length === 0 && {
      icon: UsersIcon,
      title: 'Nobody has a role of their own here yet',
      description:
        'Members of the organization work here by their role in it. A role here adds to that, for this project alone; guests need one to see it.',
      actions: add,
    },
  });
  return (
    <Stack>
      {!mayManage && <MissingPermission permission={MANAGE} sentence={accessPermissions[MANAGE]} />}
      <Panel
        title="Roles in this project"
        description="Whoever has a role in the organization that reaches every project is not repeated here."
        isFlush={members.items.length > 0}
        actions={members.items.length > 0 && add}
      >
        <PageState state={state}>
          <DataTable
            label="Roles in this project"
            columns={columns}
            rows={members.items}
            rowKey={member => member.user_id}
            rowTo={member => `/access/team/${member.user_id}`}
          />
          <ShowMore of={members} />
        </PageState>
      </Panel>
      {isAdding && <AddDialog project={project} has={members.items} onClose={() => setAdding(false)} />}
      {changing !== null && (
        <ProjectRoleDialog
          title={`Role of ${changing.display_name} in ${project.name}`}
          people={[changing]}
          projects={[project]}
          role={changing.role}
          onClose={() => setChanging(null)}
        />
      )}
      <RemoveProjectRoleDialog
        held={
          removing && {
            userId: removing.user_id,
            name: removing.display_name,
            projectId: project.project_id,
            projectName: project.name,
            organizationRole: removing.organization_role,
          }
        }
        onClose={() => setRemoving(null)}
      />
    </Stack>
  );
}

function AddDialog(props: {
  project: { project_id: string; name: string };
  has: readonly ProjectMember[];
  onClose: () => void;
}) {
  const { project, has, onClose } = props;
  const members = useOperation(projectPage, 'listMembers', { query: { limit: MEMBERS_MAX } });
  if (members.data === undefined) return null;
  return (
    <ProjectRoleDialog
      title={`Give a role in ${project.name}`}
      people={members.data.items.filter(({ user_id }) => !has.some(member => member.user_id === user_id))}
      isPersonChosenHere
      projects={[project]}
      onClose={onClose}
    />
  );
}
