import type { ReplyOf } from '@portico/plugin-kit/contract';
import { useOperation } from '@portico/plugin-kit/ui';
import { Button, ListPage, PageHeader, RelativeTime, Stack, Tabs, useListUrlState, UsersIcon } from '@portico/ui';
import type { DataColumn } from '@portico/ui';
import { useState } from 'react';
import { Navigate, useParams } from 'react-router-dom';
import type { listAllOrganizations } from '../../contract/support-operations';
import { LookInDialog } from './look-in-dialog';
import { OpenSupportSessions } from './open-support-sessions';
import { supportPage } from './platform-pages';
import { SupportHistory } from './support-history';
import './platform-users.css';

export type AnyOrganization = ReplyOf<typeof listAllOrganizations>['items'][number];

/** Looking into an organization one does not belong to, and who did so when and why. */
export function SupportPage() {
  const { '*': tab = '' } = useParams();
  if (tab !== '' && tab !== 'history') return <Navigate to={supportPage.path} replace />;
  return (
    <Stack gap="loose">
      <PageHeader
        title="Support"
        description="Look into an organization and see what its owner sees, for an hour, changing nothing. Its own audit log says who looked and why."
      >
        <Tabs
          label="Parts of support"
          items={[
            { to: supportPage.path, label: 'Look in', isExact: true },
            { to: `${supportPage.path}/history`, label: 'History' },
          ]}
        />
      </PageHeader>
      {tab === 'history' ? <SupportHistory /> : <ChooseOrganization />}
    </Stack>
  );
}

const organizationsUrl = { search: 'q' };

function ChooseOrganization() {
  const list = useListUrlState(organizationsUrl);
  const [chosen, setChosen] = useState<AnyOrganization | null>(null);
  const organizations = useOperation(
    supportPage,
    'listAllOrganizations',
    {
      query: {
        ...(list.search === '' ? {} : { q: list.search }),
        ...(list.cursor === null ? {} : { cursor: list.cursor }),
      },
    },
    { keepPrevious: true },
  );
  const columns: DataColumn<AnyOrganization>[] = [
    {
      key: 'name',
      header: 'Organization',
      cell: organization => (
        <span className="platform-user">
          <span>{organization.name}</span>
          {organization.slug !== null && <span className="pt-description">{organization.slug}</span>}
        </span>
      ),
      priority: 1,
    },
    { key: 'members', header: 'Members', align: 'end', cell: one => one.member_count, priority: 2, isNarrow: true },
    { key: 'projects', header: 'Projects', align: 'end', cell: one => one.project_count, priority: 2, isNarrow: true },
    {
      key: 'created',
      header: 'Made',
      cell: organization => <RelativeTime at={organization.created_at} />,
      priority: 2,
      isNarrow: true,
    },
    {
      key: 'look',
      header: '',
      align: 'end',
      isNarrow: true,
      priority: 1,
      cell: organization => (
        <Button size="small" onPress={() => setChosen(organization)}>
          Look in<span className="pt-visually-hidden">{` at ${organization.name}`}</span>
        </Button>
      ),
    },
  ];
  return (
    <>
      <OpenSupportSessions />
      <ListPage
        label="Organizations"
        list={list}
        searchLabel="Search by organization or member"
        columns={columns}
        rows={organizations.data?.items}
        rowKey={organization => organization.organization_id}
        nextCursor={organizations.data?.next_cursor ?? null}
        isRefreshing={organizations.isPlaceholderData}
        failure={organizations.error}
        onRetry={() => void organizations.refetch()}
        empty={{
          icon: UsersIcon,
          title: 'No organizations yet',
          description: 'Whoever signs up gets one of their own.',
        }}
      />
      {chosen !== null && <LookInDialog organization={chosen} onClose={() => setChosen(null)} />}
    </>
  );
}
