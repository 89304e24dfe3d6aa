import { Fragment } from 'react';
import type { ReactNode } from 'react';
import type { ReplyOf } from '@portico/plugin-kit/contract';
import { useSignedIn } from '@portico/plugin-kit/ui';
import { DataTable, IconButton, Id, RefreshIcon, RelativeTime, StateChip, TrashIcon } from '@portico/ui';
import type { DataColumn, Tone } from '@portico/ui';
import type { listApiKeys } from '../contract/api-key-operations';
import './api-keys-page.css';

export type ApiKey = ReplyOf<typeof listApiKeys>['items'][number];

const looks = {
  active: { tone: 'running', label: 'Active' },
  expired: { tone: 'muted', label: 'Expired' },
  revoked: { tone: 'muted', label: 'Revoked' },
} as const satisfies Record<ApiKey['status'], { tone: Tone; label: string }>;

interface ApiKeyTableProps<Key extends ApiKey> {
  label: string;
  keys: readonly Key[];
  /** Whose each key is, where they are of several. */
  ownerOf?: (key: Key) => ReactNode;
  /** Left out where keys are of one project. */
  showsProject?: boolean;
  onRotate?: (key: Key) => void;
  onRevoke?: (key: Key) => void;
}

export function ApiKeyTable<Key extends ApiKey>(props: ApiKeyTableProps<Key>) {
  const { label, keys, ownerOf, showsProject = true, onRotate, onRevoke } = props;
  const { projects } = useSignedIn();
  const projectName = (id: string) => projects.find(({ projectId }) => projectId === id)?.name ?? id;
  const columns: DataColumn<Key>[] = [
    { key: 'name', header: 'Name', cell: nameOf, priority: 1 },
    ...(ownerOf ? [{ key: 'owner', header: 'Owner', cell: ownerOf, priority: 1 as const }] : []),
    { key: 'prefix', header: 'Begins with', cell: key => <Id value={`${key.prefix}…`} />, priority: 1, isNarrow: true },
    { key: 'status', header: 'Status', cell: key => <StateChip {...looks[key.status]} />, priority: 1, isNarrow: true },
    {
      key: 'scopes',
      header: 'Permissions',
      cell: key => (
        <span title={key.scopes.join('\n')}>
          {key.scopes.length === 1 ? <Scope name={key.scopes[0] ?? ''} /> : `${key.scopes.length} permissions`}
        </span>
      ),
      priority: 2,
    },
    ...(showsProject
      ? [
          {
            key: 'project',
            header: 'Where',
            cell: (key: Key) => (key.project_id === null ? 'All projects' : projectName(key.project_id)),
            priority: 3 as const,
          },
        ]
      : []),
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
        key.status === 'active' && (
          <span className="api-key-actions">
            {onRotate && <IconButton label={`Rotate ${key.name}`} icon={RefreshIcon} onPress={() => onRotate(key)} />}
            {onRevoke && <IconButton label={`Revoke ${key.name}`} icon={TrashIcon} onPress={() => onRevoke(key)} />}
          </span>
        ),
    },
  ];
  return <DataTable label={label} columns={columns} rows={keys} rowKey={key => key.key_id} />;
}

/** `workloads.allocation.read`, which breaks behind its dots and nowhere else. */
function Scope({ name }: { name: string }) {
  return name.split('.').map((part, index) =>
    index === 0 ? (
      part
    ) : (
      <Fragment key={index}>
        .<wbr />
        {part}
      </Fragment>
    ),
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
