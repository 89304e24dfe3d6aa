import { useState } from 'react';
import type { ReplyOf } from '@portico/plugin-kit/contract';
import { useOperation, useSignedIn } from '@portico/plugin-kit/ui';
import {
  Button,
  ListPage,
  Menu,
  MissingPermission,
  PlusIcon,
  RelativeTime,
  Stack,
  StateChip,
  useListUrlState,
  UsersIcon,
} from '@portico/ui';
import type { DataColumn } from '@portico/ui';
import { accessPermissions } from '../../contract/permissions';
import { ORGANIZATION_ROLES } from '../../contract/roles';
import type { listMembers } from '../../contract/member-operations';
import { ChangeRoleDialog } from './change-role-dialog';
import { InvitationsPanel } from './invitations-panel';
import { InviteDialog } from './invite-dialog';
import { mayChangeRole } from './may-change-role';
import { Person } from './person';
import { teamPage } from './people-pages';
import { RemoveMemberDialog } from './remove-member-dialog';
import { roleName, sourceWords } from './role-words';

export type Member = ReplyOf<typeof listMembers>['items'][number];

const MANAGE = 'access.member.manage';
const teamUrl = { filters: { role: { values: ORGANIZATION_ROLES }, invitations: { values: ['all'] } }, search: 'q' };

/** Who belongs to the organization, and as what; who was asked and has not answered yet. */
export function TeamPage() {
  const list = useListUrlState(teamUrl);
  const { permissions, organization } = useSignedIn();
  const mayManage = permissions.has(MANAGE);
  const [isInviting, setInviting] = useState(false);
  const [changing, setChanging] = useState<Member | null>(null);
  const [removing, setRemoving] = useState<Member | null>(null);
  const role = list.filter('role');
  const members = useOperation(
    teamPage,
    'listMembers',
    {
      query: {
        ...(role === undefined ? {} : { role: role as (typeof ORGANIZATION_ROLES)[number] }),
        ...(list.search === '' ? {} : { q: list.search }),
        ...(list.cursor === null ? {} : { cursor: list.cursor }),
      },
    },
    { keepPrevious: true, live: event => event.event_type.startsWith('access.member') },
  );
  const columns: DataColumn<Member>[] = [
    { key: 'name', header: 'Name', cell: member => <Person person={member} />, priority: 1 },
    { key: 'role', header: 'Role', cell: member => roleName(member.role), priority: 1, isNarrow: true },
    ...(mayManage
      ? [
          {
            key: 'factor',
            header: 'Second factor',
            cell: (member: Member) =>
              member.has_second_factor ? (
                <StateChip tone="running" label="Set up" />
              ) : (
                <StateChip tone="muted" label="None" />
              ),
            priority: 3 as const,
            isNarrow: true,
          },
        ]
      : []),
    { key: 'source', header: 'Came by', cell: member => sourceWords(member.source), priority: 3, isNarrow: true },
    {
      key: 'seen',
      header: 'Last seen',
      cell: member => (member.last_seen_at === null ? 'Never' : <RelativeTime at={member.last_seen_at} />),
      priority: 2,
      isNarrow: true,
    },
    {
      key: 'actions',
      header: '',
      align: 'end',
      isNarrow: true,
      priority: 1,
      cell: member => <MemberMenu member={member} onChange={setChanging} onRemove={setRemoving} />,
    },
  ];
  return (
    <Stack gap="loose">
      <ListPage
        header={{
          title: 'Team',
          description: `Who belongs to ${organization.name}, and what they may do in it.`,
          primaryAction: mayManage && (
            <Button variant="primary" icon={PlusIcon} onPress={() => setInviting(true)}>
              Invite
            </Button>
          ),
        }}
        label="Members"
        list={list}
        filters={[
          { key: 'role', label: 'Role', options: ORGANIZATION_ROLES.map(value => ({ value, label: roleName(value) })) },
        ]}
        searchLabel="Search by name or e-mail"
        columns={columns}
        rows={members.data?.items}
        rowKey={member => member.user_id}
        rowTo={member => `/access/team/${member.user_id}`}
        nextCursor={members.data?.next_cursor ?? null}
        isRefreshing={members.isPlaceholderData}
        failure={members.error}
        onRetry={() => void members.refetch()}
        empty={{
          icon: UsersIcon,
          title: 'Nobody to see yet',
          description: 'Whoever has a role in a project you see is listed here.',
        }}
      >
        {!mayManage && <MissingPermission permission={MANAGE} sentence={accessPermissions[MANAGE]} />}
      </ListPage>
      {mayManage && (
        <InvitationsPanel
          shown={list.filter('invitations') === 'all' ? 'all' : 'open'}
          onShow={next => list.setFilter('invitations', next === 'all' ? next : null)}
        />
      )}
      {isInviting && <InviteDialog onClose={() => setInviting(false)} />}
      {changing !== null && <ChangeRoleDialog member={changing} onClose={() => setChanging(null)} />}
      <RemoveMemberDialog member={removing} onClose={() => setRemoving(null)} onRemoved={() => setRemoving(null)} />
    </Stack>
  );
}

function MemberMenu(props: { member: Member; onChange: (member: Member) => void; onRemove: (member: Member) => void }) {
  const { member, onChange, onRemove } = props;
  const items = [
    ...(mayChangeRole(member) ? [{ id: 'role', label: 'Change role', onAction: () => onChange(member) }] : []),
    ...(member.may_remove && !member.is_caller
      ? [{ id: 'remove', label: 'Remove from the organization', isDanger: true, onAction: () => onRemove(member) }]
      : []),
  ];
  return items.length === 0 ? null : <Menu label={`Actions on ${member.display_name}`} sections={[{ items }]} />;
}
