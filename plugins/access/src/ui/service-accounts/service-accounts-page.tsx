import { useState } from 'react';
import type { ReplyOf } from '@portico/plugin-kit/contract';
import { useOperationPages, useSignedIn } from '@portico/plugin-kit/ui';
import {
  Button,
  BotIcon,
  DataTable,
  PageHeader,
  pageRenderingOf,
  PageState,
  PlusIcon,
  RelativeTime,
  ShowMore,
} from '@portico/ui';
import type { DataColumn } from '@portico/ui';
import type { listServiceAccounts } from '../../contract/service-account-operations';
import { roleName } from '../people/role-words';
import { serviceAccountsPage } from '../pages';
import { CreateServiceAccountDialog } from './service-account-dialog';

type ServiceAccount = ReplyOf<typeof listServiceAccounts>['items'][number];

/** Accounts that programs work with, and that outlive whoever made them. */
export function ServiceAccountsPage() {
  const accounts = useOperationPages(
    serviceAccountsPage,
    'listServiceAccounts',
    {},
    { live: event => /^access\.(service_account|api_key)_/.test(event.event_type) },
  );
  const { permissions, projects } = useSignedIn();
  const mayManage = permissions.has('access.service_account.manage');
  const [isCreating, setCreating] = useState(false);
  const projectName = (id: string) => projects.find(({ projectId }) => projectId === id)?.name ?? id;

  const columns: DataColumn<ServiceAccount>[] = [
    {
      key: 'name',
      header: 'Name',
      cell: account => account.name,
      priority: 1,
    },
    { key: 'project', header: 'Project', cell: account => projectName(account.project_id), priority: 1 },
    { key: 'role', header: 'Role', cell: account => roleName(account.role), priority: 1, isNarrow: true },
    { key: 'keys', header: 'Keys', cell: account => account.active_keys, align: 'end', priority: 2, isNarrow: true },
    {
      key: 'used',
      header: 'Last used',
      cell: account => (account.last_used_at === null ? 'Never' : <RelativeTime at={account.last_used_at} />),
      priority: 2,
      isNarrow: true,
    },
  ];
  const create = (
    <Button variant="primary" icon={PlusIcon} onPress={() => setCreating(true)}>
      Create service account
    </Button>
  );
  const state = pageRenderingOf({
    isPending: accounts.isPending,
    failure: accounts.error,
    hasData: accounts.data !== undefined,
    onRetry: () => void accounts.refetch(),
    empty: accounts.items.length === 0 && {
      icon: BotIcon,
      title: 'No service accounts yet',
      description:
        'An account for a program, in one project. It has keys of its own, so nothing stops when a person leaves.',
      actions: mayManage ? create : undefined,
    },
  });
  return (
    <>
      <PageHeader
        title="Service accounts"
        description="Accounts for programs, each in one project with a role and keys of its own."
        primaryAction={mayManage && accounts.items.length > 0 ? create : undefined}
      />
      <PageState state={state}>
        <DataTable
          label="Service accounts"
          columns={columns}
          rows={accounts.items}
          rowKey={account => account.service_account_id}
          rowTo={account => `/access/service-accounts/${account.service_account_id}`}
        />
        <ShowMore of={accounts} />
      </PageState>
      {isCreating && <CreateServiceAccountDialog onClose={() => setCreating(false)} />}
    </>
  );
}
