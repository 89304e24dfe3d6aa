import { serializeListUrl, Id, ListPage, RefreshIcon, RelativeTime, ShieldIcon, Button, StateChip } from '@portico/ui';
import type { DataColumn, ListUrl } from '@portico/ui';
import type { ApiError } from '@portico/plugin-kit/ui';
import { Fragment, useState } from 'react';
import type { ReactNode } from 'react';
import { useNavigate } from 'react-router-dom';
import { actorText, AuditEntryDrawer } from './audit-entry-drawer';
import type { AuditEntry } from './audit-entry-drawer';
import { AuditFilters } from './audit-filters';
import { auditQuery, auditState } from './audit-url';
import type { AuditFilterKey, AuditQuery } from './audit-url';
import './audit.css';

interface AuditLogProps {
  description: string;
  list: ListUrl<AuditFilterKey>;
  isWholePlatform: boolean;
  entries: {
    data: { items: readonly AuditEntry[]; next_cursor: string | null } | undefined;
    error: ApiError | null;
    isFetching: boolean;
    isPlaceholderData: boolean;
    refetch: () => unknown;
  };
  /** Downloads. */
  toolbar?: ReactNode;
}

/** Where it is narrow, the name goes on in the next line after a dot, not within a word. */
function ActionName({ action }: { action: string }) {
  return (
    <code className="pt-mono audit-action">
      {action.split('.').map((part, index) => (
        <Fragment key={index}>
          {index > 0 && (
            <>
              .<wbr />
            </>
          )}
          {part}
        </Fragment>
      ))}
    </code>
  );
}

const columns: DataColumn<AuditEntry>[] = [
  {
    key: 'action',
    header: 'Action',
    cell: entry =>
      entry.action === 'authorization.denied' ? (
        <StateChip tone="failed" label="Denied" />
      ) : (
        <ActionName action={entry.action} />
      ),
    priority: 1,
  },
  {
    key: 'actor',
    header: 'Actor',
    cell: entry => actorText(entry.actor),
    priority: 1,
  },
  {
    key: 'resource',
    header: 'Resource',
    cell: entry => (
      <span className="audit-resource">
        <span>{entry.resource.type}</span>
        <Id value={entry.resource.id} />
      </span>
    ),
    priority: 1,
  },
  { key: 'when', header: 'When', cell: entry => <RelativeTime at={entry.at} />, priority: 1, isNarrow: true },
];

const organizationColumn: DataColumn<AuditEntry> = {
  key: 'organization',
  header: 'Organization',
  cell: entry =>
    entry.organization_id === null ? (
      '–'
    ) : (
      <span className="audit-organization">
        <Id value={entry.organization_id} />
      </span>
    ),
  priority: 3,
};
const allColumns = [...columns.slice(0, -1), organizationColumn, ...columns.slice(-1)];

/** A log of deeds, newest first; one deed opens beside it. The organization's and the platform's differ in what they read. */
export function AuditLog({ description, list, isWholePlatform, entries, toolbar }: AuditLogProps) {
  const navigate = useNavigate();
  const [openId, setOpenId] = useState<string | null>(null);
  const rows = entries.data?.items;
  const place = rows?.findIndex(entry => entry.audit_id === openId) ?? -1;
  const open = rows?.[place];
  const stepTo = (entry: AuditEntry | undefined) => entry && (() => setOpenId(entry.audit_id));
  const narrow = (query: AuditQuery) => {
    setOpenId(null);
    navigate({ search: serializeListUrl(list.schema, auditState(query)).toString() });
  };
  return (
    <>
      <ListPage
        header={{ title: 'Audit log', description }}
        label="Audit log"
        list={list}
        extraFilters={<AuditFilters query={auditQuery(list)} isWholePlatform={isWholePlatform} onChange={narrow} />}
        toolbar={
          <>
            <Button
              size="small"
              icon={RefreshIcon}
              isPending={entries.isFetching && rows !== undefined}
              onPress={() => void entries.refetch()}
            >
              Refresh
            </Button>
            {toolbar}
          </>
        }
        columns={isWholePlatform ? allColumns : columns}
        rows={rows}
        rowKey={entry => entry.audit_id}
        onRowPress={entry => setOpenId(entry.audit_id)}
        currentKey={open?.audit_id ?? null}
        nextCursor={entries.data?.next_cursor ?? null}
        isRefreshing={entries.isPlaceholderData}
        failure={entries.error}
        onRetry={() => void entries.refetch()}
        empty={{
          icon: ShieldIcon,
          title: 'Nothing was done yet',
          description: 'Every change and every refused request is written here: who, what, when and in which request.',
        }}
      />
      {open !== undefined && (
        <AuditEntryDrawer
          entry={open}
          onClose={() => setOpenId(null)}
          onNewer={stepTo(rows?.[place - 1])}
          onOlder={stepTo(rows?.[place + 1])}
          onNarrow={narrow}
        />
      )}
    </>
  );
}
