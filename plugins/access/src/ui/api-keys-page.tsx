import { useState } from 'react';
import type { ReplyOf } from '@portico/plugin-kit/contract';
import { EquivalentCall, useAction, useOperationPages, useSignedIn } from '@portico/plugin-kit/ui';
import {
  Button,
  CodeIcon,
  ConfirmDialog,
  DataTable,
  IconButton,
  Id,
  PageHeader,
  PageState,
  pageRenderingOf,
  PlusIcon,
  RefreshIcon,
  RelativeTime,
  showToast,
  StateChip,
  TrashIcon,
} from '@portico/ui';
import type { DataColumn, Tone } from '@portico/ui';
import type { listApiKeys } from '../contract/api-key-operations';
import './api-keys-page.css';
import { CreateApiKeyDialog } from './create-api-key-dialog';
import { apiKeysPage } from './pages';
import { RotateApiKeyDialog } from './rotate-api-key-dialog';

export type ApiKey = ReplyOf<typeof listApiKeys>['items'][number];

const looks = {
  active: { tone: 'running', label: 'Active' },
  expired: { tone: 'muted', label: 'Expired' },
  revoked: { tone: 'muted', label: 'Revoked' },
} as const satisfies Record<ApiKey['status'], { tone: Tone; label: string }>;

/** Keys with which programs act as this user, as far as the user lets them. */
export function ApiKeysPage() {
  const keys = useOperationPages(
    apiKeysPage,
    'listApiKeys',
    {},
    { live: event => event.event_type.startsWith('access.api_key_') },
  );
  const session = useSignedIn();
  const mayManage = session.permissions.has('access.api_key.manage');
  const [isCreating, setCreating] = useState(false);
  const [rotating, setRotating] = useState<ApiKey | null>(null);
  const [revoking, setRevoking] = useState<ApiKey | null>(null);
  const projectName = (id: string) => session.projects.find(({ projectId }) => projectId === id)?.name ?? id;

  const columns: DataColumn<ApiKey>[] = [
    { key: 'name', header: 'Name', cell: nameOf, priority: 1 },
    { key: 'prefix', header: 'Begins with', cell: key => <Id value={`${key.prefix}…`} />, priority: 1, isNarrow: true },
    { key: 'status', header: 'Status', cell: key => <StateChip {...looks[key.status]} />, priority: 1, isNarrow: true },
    {
      key: 'scopes',
      header: 'May',
      cell: key => (
        <span title={key.scopes.join('\n')}>
          {key.scopes.length === 1 ? key.scopes[0] : `${key.scopes.length} permissions`}
        </span>
      ),
      priority: 2,
    },
    {
      key: 'project',
      header: 'Where',
      cell: key => (key.project_id === null ? 'All projects' : projectName(key.project_id)),
      priority: 3,
    },
    {
      key: 'used',
      header: 'Last used',
      cell: key => (key.last_used_at === null ? 'Never' : <RelativeTime at={key.last_used_at} />),
      priority: 1,
      isNarrow: true,
    },
    { key: 'ends', header: 'Ends', cell: endOf, priority: 2, isNarrow: true },
    {
      key: 'actions',
      header: '',
      align: 'end',
      isNarrow: true,
      priority: 1,
      cell: key =>
        mayManage &&
        key.status === 'active' && (
          <span className="api-key-actions">
            <IconButton label={`Rotate ${key.name}`} icon={RefreshIcon} onPress={() => setRotating(key)} />
            <IconButton label={`Revoke ${key.name}`} icon={TrashIcon} onPress={() => setRevoking(key)} />
          </span>
        ),
    },
  ];
  const create = (
    <Button variant="primary" icon={PlusIcon} onPress={() => setCreating(true)}>
      Create API key
    </Button>
  );
  const state = pageRenderingOf({
    isPending: keys.isPending,
    failure: keys.error,
    hasData: keys.data !== undefined,
    onRetry: () => void keys.refetch(),
    empty: keys.items.length === 0 && {
      icon: CodeIcon,
      title: 'No API keys yet',
      description: 'A key lets a program do what you allow it, and no more. It can be replaced or revoked at any time.',
      actions: mayManage ? create : undefined,
    },
  });

  return (
    <>
      <PageHeader title="API keys" primaryAction={mayManage && keys.items.length > 0 ? create : undefined} />
      <PageState state={state}>
        <DataTable label="API keys" columns={columns} rows={keys.items} rowKey={key => key.key_id} />
        {keys.hasNextPage && (
          <Button onPress={() => void keys.fetchNextPage()} isPending={keys.isFetchingNextPage}>
            Show more
          </Button>
        )}
      </PageState>
      {isCreating && <CreateApiKeyDialog onClose={() => setCreating(false)} />}
      {rotating !== null && <RotateApiKeyDialog apiKey={rotating} onClose={() => setRotating(null)} />}
      <RevokeApiKeyDialog apiKey={revoking} onClose={() => setRevoking(null)} />
    </>
  );
}

function nameOf(key: ApiKey) {
  if (key.previous_secret_ends_at === null) return key.name;
  return (
    <>
      {key.name}
      <div className="api-key-note">
        Its old secret ends <RelativeTime at={key.previous_secret_ends_at} />.
      </div>
    </>
  );
}

function endOf(key: ApiKey) {
  if (key.status === 'revoked' && key.revoked_at !== null) return <RelativeTime at={key.revoked_at} />;
  return key.expires_at === null ? 'Never' : <RelativeTime at={key.expires_at} />;
}

function RevokeApiKeyDialog({ apiKey, onClose }: { apiKey: ApiKey | null; onClose: () => void }) {
  const revoke = useAction(apiKeysPage, 'revokeApiKey', { invalidates: ['listApiKeys'] });
  return (
    <ConfirmDialog
      isOpen={apiKey !== null}
      onClose={() => {
        revoke.reset();
        onClose();
      }}
      level="simple"
      title={`Revoke ${apiKey?.name ?? ''}?`}
      impact={[
        'Programs that use it are refused from their next request on, and it cannot be brought back.',
        'Terminals and event streams opened with it close within seconds; workloads it launched keep running.',
        apiKey?.last_used_at ? (
          <>
            It was last used <RelativeTime at={apiKey.last_used_at} />.
          </>
        ) : (
          'It was never used.'
        ),
      ]}
      confirmLabel="Revoke key"
      error={revoke.error?.message ?? null}
      isPending={revoke.isPending}
      onConfirm={async () => {
        if (apiKey === null) return;
        await revoke.mutateAsync({ params: { key_id: apiKey.key_id } });
        showToast({ tone: 'success', title: `${apiKey.name} was revoked.` });
        onClose();
      }}
    >
      {apiKey !== null && (
        <EquivalentCall page={apiKeysPage} name="revokeApiKey" args={{ params: { key_id: apiKey.key_id } }} />
      )}
    </ConfirmDialog>
  );
}
