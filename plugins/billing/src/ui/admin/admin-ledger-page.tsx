import type { ReplyOf } from '@portico/plugin-kit/contract';
import { EquivalentCall, useAction, useOperation, useSession } from '@portico/plugin-kit/ui';
import {
  Banner,
  Button,
  Dialog,
  formatMoney,
  Id,
  Instant,
  KeyValueList,
  ListPage,
  Money,
  ReceiptIcon,
  showToast,
  Stack,
  TextArea,
  useListUrlState,
} from '@portico/ui';
import type { DataColumn } from '@portico/ui';
import { useId, useState } from 'react';
import type { FormEvent } from 'react';
import type { listAnyLedger } from '../../contract/ledger-operations';
import { ledgerColumns } from '../ledger/ledger-columns';
import { entryKindNames, entryKindOptions, entryKinds } from '../ledger/ledger-words';
import { instantsOf, isPeriod, periodNames, periodOptions } from '../periods';
import { useKeyOf } from '../use-key-of';
import { adminLedgerPage } from './admin-pages';
import { OrganizationFilter } from './organization-filter';

type Entry = ReplyOf<typeof listAnyLedger>['items'][number];

const ID_LENGTH_MAX = 64;
const REASON_LENGTH_MAX = 500;
const ledgerUrl = {
  filters: {
    kind: { values: entryKindNames },
    period: { values: periodNames },
    organization_id: { maxLength: ID_LENGTH_MAX },
    user_id: { maxLength: ID_LENGTH_MAX },
  },
};

/** Movements of money of every organization, and the way back from a credit that was a mistake. */
export function AdminLedgerPage() {
  const list = useListUrlState(ledgerUrl);
  const mayReverse = useSession()?.permissions.has('billing.entry.reverse_any') ?? false;
  const [reversing, setReversing] = useState<Entry | null>(null);
  const kind = entryKindNames.find(one => one === list.filter('kind'));
  const [period, organizationId, userId] = [
    list.filter('period'),
    list.filter('organization_id'),
    list.filter('user_id'),
  ];
  const entries = useOperation(
    adminLedgerPage,
    'listAnyLedger',
    {
      query: {
        ...(kind === undefined ? {} : { kind }),
        ...(organizationId === undefined ? {} : { organization_id: organizationId }),
        ...(userId === undefined ? {} : { user_id: userId }),
        ...(isPeriod(period) ? instantsOf(period, new Date()) : {}),
        ...(list.cursor === null ? {} : { cursor: list.cursor }),
      },
    },
    { keepPrevious: true },
  );
  const columns: DataColumn<Entry>[] = [
    ledgerColumns.at,
    {
      key: 'organization',
      header: 'Organization',
      cell: entry => entry.organization_name ?? <Id value={entry.organization_id} />,
      priority: 1,
    },
    ledgerColumns.kind,
    ledgerColumns.description,
    { key: 'actor', header: 'By', cell: entry => entry.actor.name ?? entry.actor.type, priority: 3 },
    ledgerColumns.amount,
    ...(mayReverse
      ? [
          {
            key: 'reverse',
            header: '',
            align: 'end' as const,
            isNarrow: true,
            priority: 1 as const,
            cell: (entry: Entry) =>
              entry.is_reversible && (
                <Button size="small" onPress={() => setReversing(entry)}>
                  Reverse…
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
          title: 'Ledger',
          description:
            'Movements of money of every organization. Entries never change: a mistake is followed by its reversal.',
        }}
        label="Ledger"
        list={list}
        filters={[
          { key: 'kind', label: 'Kind', options: entryKindOptions },
          { key: 'period', label: 'Period', anyLabel: 'All time', options: periodOptions },
        ]}
        extraFilters={
          <OrganizationFilter value={organizationId} onChange={value => list.setFilter('organization_id', value)} />
        }
        columns={columns}
        rows={entries.data?.items}
        rowKey={entry => entry.entry_id}
        nextCursor={entries.data?.next_cursor ?? null}
        isRefreshing={entries.isPlaceholderData}
        failure={entries.error}
        onRetry={() => void entries.refetch()}
        empty={{ icon: ReceiptIcon, title: 'No entries yet', description: 'Whatever money moves is written here.' }}
      />
      {reversing !== null && <ReverseDialog entry={reversing} onClose={() => setReversing(null)} />}
    </>
  );
}

/** Takes a credit back that was a mistake. Mounted while open. */
function ReverseDialog({ entry, onClose }: { entry: Entry; onClose: () => void }) {
  const reverse = useAction(adminLedgerPage, 'reverseLedgerEntry', { invalidates: ['listAnyLedger'] });
  const [reason, setReason] = useState('');
  const [wasTried, setTried] = useState(false);
  const form = useId();
  const call = { params: { entry_id: entry.entry_id }, body: { reason: reason.trim() } };
  const idempotencyKey = useKeyOf(call);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (call.body.reason === '' || reverse.isPending) return;
    reverse.mutate(
      { ...call, idempotencyKey },
      {
        onSuccess: () => {
          showToast({ tone: 'success', title: `${formatMoney(entry.amount)} were taken back.` });
          onClose();
        },
      },
    );
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={`Reverse ${entryKinds[entry.kind].toLowerCase()} of ${formatMoney(entry.amount)}?`}
      role="alertdialog"
      footer={
        <>
          <Button onPress={onClose}>Keep it</Button>
          <Button type="submit" form={form} variant="danger" isPending={reverse.isPending}>
            Reverse
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} noValidate>
        <Stack>
          <KeyValueList
            items={[
              { label: 'Organization', value: entry.organization_name ?? entry.organization_id },
              { label: 'Made', value: <Instant at={entry.created_at} /> },
              { label: 'For', value: entry.description },
              { label: 'Amount', value: <Money value={entry.amount} /> },
            ]}
          />
          <ul className="pt-impact">
            <li>
              The whole amount is taken from what is available, then from what is held. What was spent by then is owed.
            </li>
            <li>Workloads may be released when too little is left for them.</li>
            <li>Both entries stay in the ledger, and each names the other.</li>
          </ul>
          <TextArea
            label="Reason"
            description="For their ledger and the audit log."
            rows={3}
            value={reason}
            onChange={setReason}
            maxLength={REASON_LENGTH_MAX}
            error={wasTried && call.body.reason === '' ? 'Say why; it stands in their ledger.' : null}
          />
          <EquivalentCall
            page={adminLedgerPage}
            name="reverseLedgerEntry"
            args={call}
            idempotencyKey={idempotencyKey}
          />
          {reverse.error !== null && <Banner tone="failed">{reverse.error.message}</Banner>}
        </Stack>
      </form>
    </Dialog>
  );
}
