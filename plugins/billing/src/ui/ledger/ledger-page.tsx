import { apiClientRef, useOperation, useSession, useSignedIn } from '@portico/plugin-kit/ui';
import { useApi } from '@backstage/frontend-plugin-api';
import { DownloadIcon, LinkButton, ListPage, ReceiptIcon, Stack, useListUrlState } from '@portico/ui';
import { BillingFrame } from '../billing-frame';
import { ledgerPage } from '../pages';
import { instantsOf, isPeriod, periodNames, periodOptions } from '../periods';
import { ledgerColumns } from './ledger-columns';
import { entryKindNames, entryKindOptions } from './ledger-words';
import { VerifyPanel } from './verify-panel';

const ID_LENGTH_MAX = 64;
const ledgerUrl = {
  filters: {
    kind: { values: entryKindNames },
    project: { maxLength: ID_LENGTH_MAX },
    period: { values: periodNames },
    allocation: { maxLength: ID_LENGTH_MAX },
  },
};

/** Every movement of money, as it is written in the books. */
export function LedgerPage() {
  const client = useApi(apiClientRef);
  const list = useListUrlState(ledgerUrl);
  const { projects } = useSignedIn();
  const mayExport = useSession()?.permissions.has('billing.ledger.export') ?? false;
  const kind = entryKindNames.find(one => one === list.filter('kind'));
  const period = list.filter('period');
  const span = isPeriod(period) ? instantsOf(period, new Date()) : {};
  const [project, allocation] = [list.filter('project'), list.filter('allocation')];
  const entries = useOperation(
    ledgerPage,
    'listLedger',
    {
      query: {
        ...span,
        ...(kind === undefined ? {} : { kind }),
        ...(project === undefined ? {} : { project_id: project }),
        ...(allocation === undefined ? {} : { allocation_id: allocation }),
        ...(list.cursor === null ? {} : { cursor: list.cursor }),
      },
    },
    { keepPrevious: true, live: event => event.event_type.startsWith('billing.') },
  );
  return (
    <BillingFrame title="Ledger">
      <Stack gap="loose">
        <ListPage
          label="Ledger"
          list={list}
          filters={[
            { key: 'kind', label: 'Kind', options: entryKindOptions },
            {
              key: 'project',
              label: 'Project',
              options: projects.map(({ projectId: value, name: label }) => ({ value, label })),
            },
            { key: 'period', label: 'Period', anyLabel: 'All time', options: periodOptions },
          ]}
          columns={Object.values(ledgerColumns)}
          rows={entries.data?.items}
          rowKey={entry => entry.entry_id}
          nextCursor={entries.data?.next_cursor ?? null}
          isRefreshing={entries.isPlaceholderData}
          failure={entries.error}
          onRetry={() => void entries.refetch()}
          empty={{
            icon: ReceiptIcon,
            title: 'No entries yet',
            description: 'Credits, holds and usage are written here as they happen.',
          }}
          toolbar={
            mayExport && (
              <LinkButton
                to={client.href(ledgerPage.operations.exportLedger, { query: { format: 'csv', ...span } })}
                icon={DownloadIcon}
                size="small"
                download="ledger.csv"
              >
                CSV
              </LinkButton>
            )
          }
        />
        <VerifyPanel
          exportTo={mayExport ? client.href(ledgerPage.operations.exportLedger, { query: { format: 'jsonl' } }) : null}
        />
      </Stack>
    </BillingFrame>
  );
}
