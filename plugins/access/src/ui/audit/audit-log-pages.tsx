import { useApi } from '@backstage/frontend-plugin-api';
import { apiClientRef, useOperation } from '@portico/plugin-kit/ui';
import { DownloadIcon, LinkButton, useListUrlState } from '@portico/ui';
import type { ListUrlSchema } from '@portico/ui';
import { allAuditLogsPage, auditLogsPage } from '../pages';
import { AuditLog } from './audit-log';
import { allAuditUrl, auditQuery, ownAuditUrl } from './audit-url';
import type { AuditFilterKey } from './audit-url';

/** What was done in one's own organization. */
export function AuditLogsPage() {
  const client = useApi(apiClientRef);
  const list = useListUrlState<AuditFilterKey>(ownAuditUrl as ListUrlSchema<AuditFilterKey>);
  const { organization_id: _ownAlways, ...query } = auditQuery(list);
  const entries = useOperation(
    auditLogsPage,
    'listAuditLogs',
    { query: { ...query, ...(list.cursor === null ? {} : { cursor: list.cursor }) } },
    { keepPrevious: true },
  );
  const { exportOwnAuditLogs } = auditLogsPage.operations;
  return (
    <AuditLog
      description="Who did what in your organization, newest first. Nothing in it can be changed or removed. Downloads hold what the filters leave."
      list={list}
      isWholePlatform={false}
      entries={entries}
      toolbar={
        <>
          <LinkButton
            to={client.href(exportOwnAuditLogs, { query: { ...query, format: 'csv' } })}
            icon={DownloadIcon}
            size="small"
            download="audit.csv"
          >
            CSV
          </LinkButton>
          <LinkButton
            to={client.href(exportOwnAuditLogs, { query: { ...query, format: 'jsonl' } })}
            icon={DownloadIcon}
            size="small"
            download="audit.jsonl"
          >
            JSON Lines
          </LinkButton>
        </>
      }
    />
  );
}

/** What was done anywhere on the platform. */
export function AllAuditLogsPage() {
  const client = useApi(apiClientRef);
  const list = useListUrlState<AuditFilterKey>(allAuditUrl as ListUrlSchema<AuditFilterKey>);
  const query = auditQuery(list);
  const entries = useOperation(
    allAuditLogsPage,
    'listAllAuditLogs',
    { query: { ...query, ...(list.cursor === null ? {} : { cursor: list.cursor }) } },
    { keepPrevious: true },
  );
  const { exportAuditLogs } = allAuditLogsPage.operations;
  return (
    <AuditLog
      description="Who did what on the whole platform, newest first. CSV holds what the filters leave; JSON Lines is all of it, sealed, for checking with npm run audit:verify."
      list={list}
      isWholePlatform
      entries={entries}
      toolbar={
        <>
          <LinkButton
            to={client.href(exportAuditLogs, { query: { ...query, format: 'csv' } })}
            icon={DownloadIcon}
            size="small"
            download="audit.csv"
          >
            CSV
          </LinkButton>
          <LinkButton to={client.href(exportAuditLogs, {})} icon={DownloadIcon} size="small" download="audit.jsonl">
            JSON Lines
          </LinkButton>
        </>
      }
    />
  );
}
