import { useState } from 'react';
import type { ReplyOf } from '@portico/plugin-kit/contract';
import { renderingOf, useOperation, useSignedIn } from '@portico/plugin-kit/ui';
import {
  Button,
  Id,
  Instant,
  KeyValueList,
  MissingPermission,
  PageHeader,
  PageState,
  Panel,
  RelativeTime,
  Stack,
  StateChip,
} from '@portico/ui';
import { useNavigate, useParams } from 'react-router-dom';
import { accessPermissions } from '../../contract/permissions';
import type { getMember } from '../../contract/member-operations';
import './people.css';
import { ChangeRoleDialog } from './change-role-dialog';
import { mayChangeRole } from './may-change-role';
import { memberPage } from './people-pages';
import { ProjectRoleDialog } from './project-role-dialog';
import { ProjectRolesTable } from './project-roles-table';
import { RemoveMemberDialog } from './remove-member-dialog';
import { roleName, roleSentence, sourceWords } from './role-words';

export type MemberDetail = ReplyOf<typeof getMember>;

const MANAGE = 'access.member.manage';
const MANAGE_IN_PROJECT = 'access.project_member.manage';

/** One member: who it is, what they may do in the organization and in single projects, and the end of their membership. */
export function MemberPage() {
  const { userId = '' } = useParams();
  const navigate = useNavigate();
  const [isRemoved, setRemoved] = useState(false);
  const detail = useOperation(
    memberPage,
    'getMember',
    { params: { user_id: userId } },
    { enabled: !isRemoved, live: event => event.event_type.startsWith('access.member') },
  );
  return (
    <>
      {detail.data === undefined && <PageHeader title="Member" breadcrumbs={[{ label: 'Team', to: '/access/team' }]} />}
      <PageState state={renderingOf(detail, { what: 'member', layout: 'text' })}>
        {detail.data !== undefined && (
          <Detail
            detail={detail.data}
            onRemoved={() => {
              setRemoved(true);
              navigate('/access/team', { replace: true });
            }}
          />
        )}
      </PageState>
    </>
  );
}

function Detail({ detail, onRemoved }: { detail: MemberDetail; onRemoved: () => void }) {
  const { member, project_roles: projectRoles } = detail;
  const { permissions, projects } = useSignedIn();
  const [open, setOpen] = useState<'role' | 'remove' | 'project' | null>(null);
  const close = () => setOpen(null);
  const mayGiveProjectRoles = permissions.has(MANAGE_IN_PROJECT);
  const free = projects.filter(({ projectId }) => !projectRoles.some(role => role.project_id === projectId));
  const knowsMore = permissions.has(MANAGE);
  return (
    <Stack gap="loose">
      <PageHeader
        title={member.display_name}
        breadcrumbs={[{ label: 'Team', to: '/access/team' }, { label: member.display_name }]}
        chip={member.is_caller && <span className="person-you">You</span>}
        primaryAction={
          mayChangeRole(member) && (
            <Button variant="primary" onPress={() => setOpen('role')}>
              Change role
            </Button>
          )
        }
        menu={
          member.may_remove && !member.is_caller
            ? [
                {
                  items: [
                    {
                      id: 'remove',
                      label: 'Remove from the organization',
                      isDanger: true,
                      onAction: () => setOpen('remove'),
                    },
                  ],
                },
              ]
            : []
        }
      >
        {!knowsMore && <MissingPermission permission={MANAGE} sentence={accessPermissions[MANAGE]} />}
      </PageHeader>
      <Panel title="About">
        <KeyValueList
          columns={2}
          items={[
            { label: 'User name', value: member.username },
            ...(knowsMore ? [{ label: 'E-mail', value: member.email ?? '–' }] : []),
            {
              label: 'Role in the organization',
              value: (
                <>
                  <strong>{roleName(member.role)}</strong>
                  <div className="person-note">{roleSentence(member.role, 'organization')}</div>
                </>
              ),
            },
            ...(knowsMore
              ? [
                  {
                    label: 'Second factor',
                    value: member.has_second_factor ? (
                      <StateChip tone="running" label="Set up" />
                    ) : (
                      <StateChip tone="muted" label="None" />
                    ),
                  },
                ]
              : []),
            { label: 'Came by', value: sourceWords(member.source) },
            { label: 'Member since', value: <Instant at={member.member_since} /> },
            {
              label: 'Last seen',
              value: member.last_seen_at === null ? 'Never' : <RelativeTime at={member.last_seen_at} />,
            },
            { label: 'User id', value: <Id value={member.user_id} /> },
          ]}
        />
      </Panel>
      <Panel
        title="Roles in single projects"
        description="They add to the role in the organization, each in its project alone."
        isFlush={projectRoles.length > 0}
        actions={
          mayGiveProjectRoles &&
          free.length > 0 &&
          projectRoles.length > 0 && (
            <Button size="small" onPress={() => setOpen('project')}>
              Give a role
            </Button>
          )
        }
      >
        {projectRoles.length === 0 ? (
          <Stack>
            <p>
              None yet: what {member.display_name} may do in a project comes from the role in the organization alone.
            </p>
            {mayGiveProjectRoles && (
              <div>
                <Button onPress={() => setOpen('project')}>Give a role in a project</Button>
              </div>
            )}
          </Stack>
        ) : (
          <ProjectRolesTable member={member} roles={projectRoles} mayManage={mayGiveProjectRoles} />
        )}
      </Panel>
      {open === 'role' && <ChangeRoleDialog member={member} onClose={close} />}
      {open === 'project' && (
        <ProjectRoleDialog
          title={`Give ${member.display_name} a role in a project`}
          people={[member]}
          projects={free.map(({ projectId, name }) => ({ project_id: projectId, name }))}
          onClose={close}
        />
      )}
      <RemoveMemberDialog member={open === 'remove' ? member : null} onClose={close} onRemoved={onRemoved} />
    </Stack>
  );
}
