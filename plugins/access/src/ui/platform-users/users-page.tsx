import { fromDecimal, toMoney } from '@portico/plugin-kit/contract';
import type { ReplyOf } from '@portico/plugin-kit/contract';
import { useOperation, useSignedIn } from '@portico/plugin-kit/ui';
import {
  Button,
  formatMoney,
  ListPage,
  MissingPermission,
  Money,
  PlusIcon,
  RelativeTime,
  useListUrlState,
  UsersIcon,
} from '@portico/ui';
import type { DataColumn } from '@portico/ui';
import { useState } from 'react';
import type { listUsers } from '../../contract/admin-operations';
import { accessPermissions } from '../../contract/permissions';
import { PLATFORM_ROLES } from '../../contract/platform-users';
import { CreateUserDialog } from './create-user-dialog';
import { CreditDialog } from './credit-dialog';
import { usersPage } from './platform-pages';
import { isPlatformRole, platformRoleLabel, platformRoleWords } from './platform-role-words';
import { UserStatus } from './user-status';
import './platform-users.css';

export type ListedUser = ReplyOf<typeof listUsers>['items'][number];

const MANAGE = 'access.user.manage_any';
const CREDIT = 'billing.credit.grant';
/** What the button in a row begins with: enough for somebody to go on with today. */
const QUICK_CREDIT_UNITS = '1000';
const statuses = ['active', 'disabled'] as const;
const usersUrl = {
  search: 'q',
  filters: { status: { values: statuses }, platform_role: { values: PLATFORM_ROLES } },
};

function quickCredit(currency: string): string {
  return formatMoney(toMoney(fromDecimal(QUICK_CREDIT_UNITS), currency), { fractionDigits: 0 });
}

/** Everybody who has an account here. */
export function UsersPage() {
  const list = useListUrlState(usersUrl);
  const { permissions } = useSignedIn();
  const [isCreating, setCreating] = useState(false);
  const [crediting, setCrediting] = useState<ListedUser | null>(null);
  const mayManage = permissions.has(MANAGE);
  const status = statuses.find(one => one === list.filter('status'));
  const role = list.filter('platform_role');
  const users = useOperation(
    usersPage,
    'listUsers',
    {
      query: {
        ...(list.search === '' ? {} : { q: list.search }),
        ...(status === undefined ? {} : { status }),
        ...(role !== undefined && isPlatformRole(role) ? { platform_role: role } : {}),
        ...(list.cursor === null ? {} : { cursor: list.cursor }),
      },
    },
    { keepPrevious: true },
  );

  const columns: DataColumn<ListedUser>[] = [
    {
      key: 'user',
      header: 'User',
      cell: user => (
        <span className="platform-user">
          <span>{user.display_name}</span>
          <span className="pt-description">@{user.username}</span>
        </span>
      ),
      priority: 1,
    },
    { key: 'status', header: 'Status', cell: user => <UserStatus status={user.status} />, priority: 1, isNarrow: true },
    { key: 'email', header: 'E-mail', cell: user => user.email ?? '–', priority: 3 },
    {
      key: 'roles',
      header: 'On the platform',
      cell: user => (user.platform_roles.length === 0 ? '–' : user.platform_roles.map(platformRoleLabel).join(', ')),
      priority: 2,
    },
    {
      key: 'seen',
      header: 'Last seen',
      cell: user => (user.last_seen_at === null ? 'Never' : <RelativeTime at={user.last_seen_at} />),
      priority: 2,
      isNarrow: true,
    },
    {
      key: 'balance',
      header: 'Available',
      align: 'end',
      cell: user => (user.balance === null ? '–' : <Money value={user.balance.available} />),
      priority: 1,
      isNarrow: true,
    },
    ...(permissions.has(CREDIT)
      ? [
          {
            key: 'credit',
            header: '',
            align: 'end' as const,
            isNarrow: true,
            priority: 1 as const,
            cell: (user: ListedUser) =>
              user.balance !== null && (
                <Button size="small" onPress={() => setCrediting(user)}>
                  {`+${quickCredit(user.balance.currency)}`}
                  <span className="pt-visually-hidden">{` for ${user.username}`}</span>
                </Button>
              ),
          },
        ]
      : []),
  ];
  return (
    <>
      <ListPage
        header={{
          title: 'Users',
          description:
            'Everybody who has an account on this platform, newest first. The balance is that of their own organization.',
          primaryAction: mayManage && (
            <Button variant="primary" icon={PlusIcon} onPress={() => setCreating(true)}>
              Create user
            </Button>
          ),
        }}
        label="Users"
        list={list}
        searchLabel="Search by name or address"
        filters={[
          {
            key: 'status',
            label: 'Status',
            options: [
              { value: 'active', label: 'Active' },
              { value: 'disabled', label: 'Disabled' },
            ],
          },
          {
            key: 'platform_role',
            label: 'Role on the platform',
            anyLabel: 'Any role',
            options: PLATFORM_ROLES.map(value => ({ value, label: platformRoleWords[value].label })),
          },
        ]}
        columns={columns}
        rows={users.data?.items}
        rowKey={user => user.user_id}
        rowTo={user => `/admin/users/${user.user_id}`}
        nextCursor={users.data?.next_cursor ?? null}
        isRefreshing={users.isPlaceholderData}
        failure={users.error}
        onRetry={() => void users.refetch()}
        empty={{ icon: UsersIcon, title: 'No users yet', description: 'Whoever signs up or is invited appears here.' }}
      >
        {!mayManage && (
          <MissingPermission
            permission={MANAGE}
            sentence={accessPermissions[MANAGE]}
            grantedBy="a platform administrator"
          />
        )}
      </ListPage>
      {isCreating && <CreateUserDialog onClose={() => setCreating(false)} />}
      {crediting !== null && (
        <CreditDialog
          page={usersPage}
          user={crediting}
          amount={QUICK_CREDIT_UNITS}
          onClose={() => setCrediting(null)}
        />
      )}
    </>
  );
}
