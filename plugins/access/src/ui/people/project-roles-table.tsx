import { useState } from 'react';
import { DataTable, EditIcon, IconButton, RelativeTime, TrashIcon } from '@portico/ui';
import type { DataColumn } from '@portico/ui';
import type { MemberDetail } from './member-page';
import { ProjectRoleDialog } from './project-role-dialog';
import { RemoveProjectRoleDialog } from './remove-project-role-dialog';
import { roleName, roleSentence } from './role-words';
import './people.css';

type Held = MemberDetail['project_roles'][number];

interface ProjectRolesTableProps {
  member: MemberDetail['member'];
  roles: readonly Held[];
  mayManage: boolean;
}

/** The roles of one member in single projects. */
export function ProjectRolesTable({ member, roles, mayManage }: ProjectRolesTableProps) {
  const [changing, setChanging] = useState<Held | null>(null);
  const [removing, setRemoving] = useState<Held | null>(null);
  const columns: DataColumn<Held>[] = [
    { key: 'project', header: 'Project', cell: held => held.project_name, priority: 1 },
    {
      key: 'role',
      header: 'Role',
      cell: held => (
        <>
          {roleName(held.role)}
          <div className="person-note">{roleSentence(held.role, 'project')}</div>
        </>
      ),
      priority: 1,
    },
    { key: 'since', header: 'Since', cell: held => <RelativeTime at={held.since} />, priority: 2, isNarrow: true },
    {
      key: 'actions',
      header: '',
      align: 'end',
      isNarrow: true,
      priority: 1,
      cell: held =>
        mayManage && (
          <span className="people-actions">
            <IconButton
              label={`Change the role in ${held.project_name}`}
              icon={EditIcon}
              onPress={() => setChanging(held)}
            />
            <IconButton
              label={`Take the role in ${held.project_name} away`}
              icon={TrashIcon}
              onPress={() => setRemoving(held)}
            />
          </span>
        ),
    },
  ];
  return (
    <>
      <DataTable
        label="Roles in single projects"
        columns={columns}
        rows={roles}
        rowKey={held => held.project_id}
        rowTo={held => `/access/projects/${held.project_id}/members`}
      />
      {changing !== null && (
        <ProjectRoleDialog
          title={`Role of ${member.display_name} in ${changing.project_name}`}
          people={[member]}
          projects={[{ project_id: changing.project_id, name: changing.project_name }]}
          role={changing.role}
          onClose={() => setChanging(null)}
        />
      )}
      <RemoveProjectRoleDialog
        held={
          removing && {
            userId: member.user_id,
            name: member.display_name,
            projectId: removing.project_id,
            projectName: removing.project_name,
            organizationRole: member.role,
          }
        }
        onClose={() => setRemoving(null)}
      />
    </>
  );
}
