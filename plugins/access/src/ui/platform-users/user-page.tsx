import type { ReplyOf } from '@portico/plugin-kit/contract';
import { renderingOf, useAction, useOperation, useSignedIn } from '@portico/plugin-kit/ui';
import {
  Banner,
  Button,
  DataTable,
  Id,
  Instant,
  KeyValueList,
  LinkButton,
  Money,
  PageHeader,
  PageState,
  Panel,
  PlusIcon,
  RelativeTime,
  showToast,
  Stack,
  Stat,
  StatRow,
} from '@portico/ui';
import { useState } from 'react';
import { useParams } from 'react-router-dom';
import type { createSetPasswordLink, getUser } from '../../contract/admin-operations';
import { roleName } from '../people/role-words';
import { CreditDialog } from './credit-dialog';
import { userPage } from './platform-pages';
import { PlatformRolesPanel } from './platform-roles-panel';
import { RefundUserDialog } from './refund-user-dialog';
import { SetPasswordLinkDialog } from './set-password-link-dialog';
import { DisableUserDialog, EnableUserDialog, EndSessionsDialog, RemoveFactorsDialog } from './user-deeds';
import { UserStatus } from './user-status';
import './platform-users.css';

export type UserDetail = ReplyOf<typeof getUser>;
type Membership = UserDetail['memberships'][number];
type Deed = 'credit' | 'refund' | 'disable' | 'enable' | 'end-sessions' | 'remove-factors';

/** One user: who they are, what they have, where they belong, and what can be done about them. */
export function UserPage() {
  const { userId = '' } = useParams();
  const detail = useOperation(userPage, 'getUser', { params: { user_id: userId } });
  return (
    <>
      {detail.data === undefined && <PageHeader title="User" breadcrumbs={[{ label: 'Users', to: '/admin/users' }]} />}
      <PageState state={renderingOf(detail, { what: 'user', layout: 'text' })}>
        {detail.data !== undefined && <User user={detail.data} />}
      </PageState>
    </>
  );
}

function User({ user }: { user: UserDetail }) {
  const { permissions, user: me } = useSignedIn();
  const [deed, setDeed] = useState<Deed | null>(null);
  const [link, setLink] = useState<ReplyOf<typeof createSetPasswordLink> | null>(null);
  const makeLink = useAction(userPage, 'createSetPasswordLink');
  const mayManage = permissions.has('access.user.manage_any');
  const mayCredit = permissions.has('billing.credit.grant') && user.balance !== null;
  const mayRefund = permissions.has('billing.refund.manage_any') && user.balance !== null;
  const isSelf = user.user_id === me.userId;
  const isActive = user.status === 'active';
  const close = () => setDeed(null);
  const askForLink = () =>
    makeLink.mutate(
      { params: { user_id: user.user_id } },
      { onSuccess: setLink, onError: error => showToast({ tone: 'failed', title: error.message }) },
    );
  return (
    <Stack gap="loose">
      <PageHeader
        title={user.display_name}
        breadcrumbs={[{ label: 'Users', to: '/admin/users' }, { label: user.display_name }]}
        chip={<UserStatus status={user.status} />}
        secondaryAction={
          mayCredit && (
            <Button icon={PlusIcon} onPress={() => setDeed('credit')}>
              Add credit
            </Button>
          )
        }
        menu={
          mayManage
            ? [
                {
                  items: [
                    {
                      id: 'link',
                      label: 'New link to set a password',
                      disabledReason: user.last_sign_in_at === null ? null : 'They have signed in before',
                      onAction: askForLink,
                    },
                    {
                      id: 'end-sessions',
                      label: 'Sign out everywhere…',
                      disabledReason: user.open_session_count > 0 ? null : 'No session is open',
                      onAction: () => setDeed('end-sessions'),
                    },
                    ...(user.has_second_factor
                      ? [
                          {
                            id: 'remove-factors',
                            label: 'Remove second factors…',
                            disabledReason: isSelf ? 'Yours are under your account' : null,
                            onAction: () => setDeed('remove-factors'),
                          },
                        ]
                      : []),
                    isActive
                      ? {
                          id: 'disable',
                          label: 'Disable…',
                          disabledReason: isSelf ? 'This is yourself' : null,
                          onAction: () => setDeed('disable'),
                        }
                      : { id: 'enable', label: 'Enable…', onAction: () => setDeed('enable') },
                  ],
                },
              ]
            : undefined
        }
      />
      {user.disabled !== null && (
        <Banner
          tone="warning"
          title="Disabled"
          actions={
            mayManage && (
              <Button size="small" onPress={() => setDeed('enable')}>
                Enable
              </Button>
            )
          }
        >
          {user.disabled.reason ?? 'No reason was noted.'}
          {user.disabled.at !== null && (
            <>
              {' – '}
              <RelativeTime at={user.disabled.at} />
            </>
          )}
        </Banner>
      )}
      <Panel title="About">
        <KeyValueList
          columns={2}
          items={[
            { label: 'User name', value: user.username },
            { label: 'E-mail', value: user.email },
            { label: 'User id', value: <Id value={user.user_id} /> },
            { label: 'Account made', value: <Instant at={user.created_at} /> },
            { label: 'Last sign-in', value: <Moment at={user.last_sign_in_at} /> },
            { label: 'Last seen', value: <Moment at={user.last_seen_at} /> },
            { label: 'Open sessions', value: user.open_session_count },
            { label: 'API keys', value: user.api_key_count },
            { label: 'Second factor', value: user.has_second_factor ? 'Set up' : 'None' },
            { label: 'Kind', value: user.kind === 'person' ? 'Person' : 'Service account' },
          ]}
        />
      </Panel>
      {user.balance !== null && (
        <Panel
          title="Balance"
          description="Of their own organization."
          actions={
            <>
              {permissions.has('billing.payment.read_any') && (
                <>
                  <LinkButton to={`/admin/payment-sessions?organization_id=${user.organization_id}`} size="small">
                    Payments
                  </LinkButton>
                  <LinkButton to={`/admin/ledger?organization_id=${user.organization_id}`} size="small">
                    Ledger
                  </LinkButton>
                </>
              )}
              {mayRefund && (
                <Button size="small" onPress={() => setDeed('refund')}>
                  Refund…
                </Button>
              )}
            </>
          }
        >
          <StatRow label="Balance">
            <Stat label="Available" value={<Money value={user.balance.available} />} />
            <Stat label="Held for what runs" value={<Money value={user.balance.held} />} />
          </StatRow>
        </Panel>
      )}
      <Panel title="Organizations" isFlush>
        <DataTable
          label="Organizations"
          columns={membershipColumns(user.organization_id)}
          rows={user.memberships}
          rowKey={membership => membership.organization_id}
        />
      </Panel>
      <PlatformRolesPanel user={user} />
      {permissions.has('audit.log.read_any') && (
        <Panel title="Audit" description="What is written down of them, in the log of the platform.">
          <div className="platform-links">
            <LinkButton to={`/admin/audit-logs?actor_id=${user.user_id}`}>What they did</LinkButton>
            <LinkButton to={`/admin/audit-logs?resource_type=user&resource_id=${user.user_id}`}>
              What was done to their account
            </LinkButton>
          </div>
        </Panel>
      )}
      {deed === 'credit' && <CreditDialog page={userPage} user={user} amount="1000" onClose={close} />}
      {deed === 'refund' && <RefundUserDialog user={user} onClose={close} />}
      <DisableUserDialog user={user} isOpen={deed === 'disable'} onClose={close} />
      <EnableUserDialog user={user} isOpen={deed === 'enable'} onClose={close} />
      <EndSessionsDialog user={user} isOpen={deed === 'end-sessions'} onClose={close} />
      <RemoveFactorsDialog user={user} isOpen={deed === 'remove-factors'} onClose={close} />
      {link !== null && <SetPasswordLinkDialog username={user.username} link={link} onClose={() => setLink(null)} />}
    </Stack>
  );
}

function Moment({ at }: { at: string | null }) {
  return at === null ? <>Never</> : <RelativeTime at={at} />;
}

const membershipColumns = (personalId: string) =>
  [
    {
      key: 'name',
      header: 'Organization',
      cell: (membership: Membership) => (
        <span className="platform-user">
          <span>{membership.organization_id === personalId ? `${membership.name} (their own)` : membership.name}</span>
          <Id value={membership.organization_id} />
        </span>
      ),
      priority: 1,
    },
    {
      key: 'role',
      header: 'Role',
      cell: (membership: Membership) => roleName(membership.role),
      priority: 1,
      isNarrow: true,
    },
    {
      key: 'since',
      header: 'Since',
      cell: (membership: Membership) => <RelativeTime at={membership.joined_at} />,
      priority: 1,
      isNarrow: true,
    },
  ] as const;
