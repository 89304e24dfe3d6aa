import type { ReplyOf } from '@portico/plugin-kit/contract';
import { EquivalentCall, renderingOf, useAction, useOperation, useSession } from '@portico/plugin-kit/ui';
import {
  Banner,
  Button,
  DataTable,
  EventLog,
  Id,
  Instant,
  KeyValueList,
  LinkButton,
  Money,
  PageHeader,
  PageState,
  Panel,
  RefreshIcon,
  RelativeTime,
  showToast,
  Stack,
  Stat,
  statusLook,
  StatRow,
  StatusChip,
} from '@portico/ui';
import type { DataColumn } from '@portico/ui';
import { useParams } from 'react-router-dom';
import type { getPaymentSession } from '../../contract/payment-admin-operations';
import { entryKinds } from '../ledger/ledger-words';
import { methodWords } from '../payments/method-words';
import { paymentSessionPage } from './admin-pages';

type Session = ReplyOf<typeof getPaymentSession>;

const sources = {
  request: 'somebody’s request',
  provider_call: 'the provider’s answer',
  webhook: 'a message of the provider',
  check: 'asking the provider',
  auto_top_up: 'the balance',
} as const satisfies Record<Session['states'][number]['source'], string>;

const eventOutcomes = {
  applied: 'Applied',
  unchanged: 'Told before',
  mismatch: 'Does not match what was asked for: nothing was credited',
  unknown: 'Of nothing known here',
  ignored: 'Of no concern',
} as const satisfies Record<Session['provider_events'][number]['outcome'], string>;

/** All that is known of one payment: its states, what the provider sent, and where its money is. */
export function PaymentSessionPage() {
  const { paymentId = '' } = useParams();
  const session = useOperation(paymentSessionPage, 'getPaymentSession', { params: { payment_id: paymentId } });
  return (
    <>
      {session.data === undefined && <PageHeader title="Payment" breadcrumbs={crumbs('Payment')} />}
      <PageState state={renderingOf(session, { what: 'payment', layout: 'text' })}>
        {session.data !== undefined && <Told session={session.data} />}
      </PageState>
    </>
  );
}

const crumbs = (label: string) => [{ label: 'Payments', to: '/admin/payment-sessions' }, { label }];

function Told({ session }: { session: Session }) {
  const permissions = useSession()?.permissions ?? new Set();
  return (
    <Stack gap="loose">
      <PageHeader
        title={`Payment of ${session.organization_name ?? 'an organization that is gone'}`}
        breadcrumbs={crumbs(session.payment_id)}
        chip={<StatusChip family="payment" status={session.status} />}
        secondaryAction={
          session.created_by !== null &&
          permissions.has('access.user.read_any') && (
            <LinkButton to={`/admin/users/${session.created_by}`}>{`See ${session.username ?? 'the user'}`}</LinkButton>
          )
        }
        primaryAction={permissions.has('billing.payment.reconcile_any') && <AskNow session={session} />}
      />
      {session.failure !== null && (
        <Banner tone={session.status === 'completed' ? 'info' : 'warning'} title={session.failure.code}>
          {session.failure.message}
        </Banner>
      )}
      <StatRow label="Money">
        <Stat
          label="Amount"
          value={<Money value={session.amount} />}
          hint={session.is_test_money ? 'Test money' : 'Through Stripe'}
        />
        <Stat label="Refunded" value={<Money value={session.refunded} />} />
        <Stat
          label="Can go back until"
          value={session.refundable_until === null ? '–' : <Instant at={session.refundable_until} />}
        />
      </StatRow>
      <Panel title="About">
        <KeyValueList
          columns={2}
          items={[
            { label: 'Payment id', value: <Id value={session.payment_id} /> },
            { label: 'Organization id', value: <Id value={session.organization_id} /> },
            { label: 'Begun by', value: session.username },
            { label: 'Kind', value: session.kind === 'auto_top_up' ? 'Automatic top-up' : 'Added by hand' },
            { label: 'Paid with', value: session.method === null ? null : methodWords(session.method) },
            {
              label: 'Session at the provider',
              value: session.provider_session_id === null ? null : <Id value={session.provider_session_id} />,
            },
            {
              label: 'Payment at the provider',
              value: session.provider_payment_id === null ? null : <Id value={session.provider_payment_id} />,
            },
            {
              label: 'Provider asked',
              value:
                session.checked_at === null ? (
                  'Never'
                ) : (
                  <>
                    {session.checks === 1 ? 'Once, ' : `${session.checks} times, last `}
                    <RelativeTime at={session.checked_at} />
                  </>
                ),
            },
          ]}
        />
      </Panel>
      <Panel title="States">
        <EventLog
          label="States"
          events={session.states.map((state, place) => ({
            id: place,
            at: state.at,
            text: stateWords(state),
          }))}
        />
      </Panel>
      <Panel title="What the provider sent" isFlush={session.provider_events.length > 0}>
        {session.provider_events.length === 0 ? (
          <p>Nothing yet.</p>
        ) : (
          <DataTable
            label="What the provider sent"
            columns={eventColumns}
            rows={session.provider_events}
            rowKey={event => event.event_id}
          />
        )}
      </Panel>
      <Panel title="Ledger entries" isFlush={session.entries.length > 0}>
        {session.entries.length === 0 ? (
          <p>None: no money has moved.</p>
        ) : (
          <DataTable
            label="Ledger entries"
            columns={entryColumns}
            rows={session.entries}
            rowKey={entry => entry.entry_id}
            rowTo={() => `/admin/ledger?organization_id=${session.organization_id}`}
          />
        )}
      </Panel>
      {session.refunds.length > 0 && (
        <Panel title="Refunds" isFlush>
          <DataTable
            label="Refunds"
            columns={refundColumns}
            rows={session.refunds}
            rowKey={refund => refund.refund_id}
            rowTo={refund => `/admin/refunds/${refund.refund_id}`}
          />
        </Panel>
      )}
      {session.disputes.length > 0 && (
        <Panel title="Disputes" isFlush>
          <DataTable
            label="Disputes"
            columns={disputeColumns}
            rows={session.disputes}
            rowKey={dispute => dispute.dispute_id ?? dispute.created_at}
          />
        </Panel>
      )}
      {permissions.has('billing.payment.reconcile_any') && (
        <EquivalentCall
          page={paymentSessionPage}
          name="reconcilePaymentSession"
          args={{ params: { payment_id: session.payment_id } }}
        />
      )}
    </Stack>
  );
}

function AskNow({ session }: { session: Session }) {
  const ask = useAction(paymentSessionPage, 'reconcilePaymentSession', {
    invalidates: ['getPaymentSession', 'listPaymentSessions'],
  });
  return (
    <Button
      icon={RefreshIcon}
      isPending={ask.isPending}
      onPress={() =>
        ask.mutate(
          { params: { payment_id: session.payment_id } },
          {
            onSuccess: found =>
              showToast({ tone: 'success', title: `The provider says: ${statusLook('payment', found.status).label}.` }),
            onError: error => showToast({ tone: 'failed', title: error.message }),
          },
        )
      }
    >
      Ask the provider now
    </Button>
  );
}

function stateWords({ status, is_pending: isPending, source, note }: Session['states'][number]): string {
  const label = isPending ? 'On the way' : statusLook('payment', status).label;
  return `${label}, by ${sources[source]}${note === null ? '' : `: ${note}`}`;
}

const eventColumns: readonly DataColumn<Session['provider_events'][number]>[] = [
  {
    key: 'at',
    header: 'Received',
    cell: event => <Instant at={event.received_at} withSeconds />,
    priority: 1,
    isNarrow: true,
  },
  { key: 'type', header: 'Type', cell: event => <span className="pt-mono">{event.type}</span>, priority: 1 },
  { key: 'outcome', header: 'What came of it', cell: event => eventOutcomes[event.outcome], priority: 1 },
  {
    key: 'occurred',
    header: 'Happened',
    cell: event => <Instant at={event.occurred_at} withSeconds />,
    priority: 3,
    isNarrow: true,
  },
  { key: 'id', header: 'Id', cell: event => <Id value={event.event_id} />, priority: 3 },
];

const entryColumns: readonly DataColumn<Session['entries'][number]>[] = [
  {
    key: 'at',
    header: 'When',
    cell: entry => <Instant at={entry.created_at} withSeconds />,
    priority: 1,
    isNarrow: true,
  },
  { key: 'kind', header: 'Kind', cell: entry => entryKinds[entry.kind], priority: 1, isNarrow: true },
  { key: 'description', header: 'Description', cell: entry => entry.description, priority: 2 },
  {
    key: 'amount',
    header: 'Amount',
    cell: entry => <Money value={entry.amount} sign="always" />,
    align: 'end',
    priority: 1,
    isNarrow: true,
  },
];

const refundColumns: readonly DataColumn<Session['refunds'][number]>[] = [
  { key: 'at', header: 'When', cell: refund => <Instant at={refund.created_at} />, priority: 1, isNarrow: true },
  {
    key: 'status',
    header: 'Outcome',
    cell: refund => <StatusChip family="refund" status={refund.status} />,
    priority: 1,
  },
  {
    key: 'amount',
    header: 'Amount',
    cell: refund => <Money value={refund.amount} />,
    align: 'end',
    priority: 1,
    isNarrow: true,
  },
];

const disputeColumns: readonly DataColumn<Session['disputes'][number]>[] = [
  { key: 'at', header: 'When', cell: dispute => <Instant at={dispute.created_at} />, priority: 1, isNarrow: true },
  {
    key: 'status',
    header: 'State',
    cell: dispute => <StatusChip family="dispute" status={dispute.status} />,
    priority: 1,
  },
  { key: 'reason', header: 'Reason', cell: dispute => dispute.reason, priority: 2 },
  {
    key: 'amount',
    header: 'Amount',
    cell: dispute => <Money value={dispute.amount} />,
    align: 'end',
    priority: 1,
    isNarrow: true,
  },
];
