import type { ReplyOf } from '@portico/plugin-kit/contract';
import { useOperation } from '@portico/plugin-kit/ui';
import {
  Button,
  CardIcon,
  Instant,
  LinkButton,
  ListPage,
  Money,
  statusOptions,
  StatusChip,
  useListUrlState,
} from '@portico/ui';
import type { DataColumn } from '@portico/ui';
import type { listPayments } from '../../contract/payment-operations';
import { paymentsPage } from '../pages';
import { methodWords } from './method-words';

export type Payment = ReplyOf<typeof listPayments>['items'][number];

const statuses = ['created', 'open', 'completed', 'expired', 'cancelled', 'failed'] as const;
const paymentsUrl = { filters: { status: { values: statuses } } };

/** Whether some of it may go back to the card: the preview of the refund says how much. */
function mayComeBack({ status, refundable_until: until, amount, refunded }: Payment): boolean {
  return status === 'completed' && until !== null && BigInt(refunded.amount) < BigInt(amount.amount);
}

/** Every payment, newest first, with what became of it. */
export function PaymentsList({ onRefund }: { onRefund?: (payment: Payment) => void }) {
  const list = useListUrlState(paymentsUrl);
  const status = statuses.find(one => one === list.filter('status'));
  const payments = useOperation(
    paymentsPage,
    'listPayments',
    {
      query: {
        ...(status === undefined ? {} : { status }),
        ...(list.cursor === null ? {} : { cursor: list.cursor }),
      },
    },
    { keepPrevious: true, live: event => /^(billing|payments)\./.test(event.event_type) },
  );
  const columns: DataColumn<Payment>[] = [
    {
      key: 'at',
      header: 'When',
      cell: payment => <Instant at={payment.created_at} />,
      priority: 1,
      isNarrow: true,
    },
    { key: 'kind', header: 'Kind', cell: kindWords, priority: 2 },
    {
      key: 'method',
      header: 'Paid with',
      cell: payment => (payment.method === null ? '–' : methodWords(payment.method)),
      priority: 2,
    },
    { key: 'status', header: 'State', cell: stateOf, priority: 1, isNarrow: true },
    {
      key: 'refunded',
      header: 'Refunded',
      cell: payment => (payment.refunded.amount === '0' ? '–' : <Money value={payment.refunded} />),
      align: 'end',
      priority: 2,
      isNarrow: true,
    },
    {
      key: 'amount',
      header: 'Amount',
      cell: payment => <Money value={payment.amount} />,
      align: 'end',
      priority: 1,
      isNarrow: true,
    },
    ...(onRefund === undefined || payments.data?.items.some(mayComeBack) !== true
      ? []
      : [
          {
            key: 'refund',
            header: '',
            align: 'end' as const,
            isNarrow: true,
            priority: 1 as const,
            cell: (payment: Payment) =>
              mayComeBack(payment) && (
                <Button size="small" onPress={() => onRefund(payment)}>
                  Refund…
                </Button>
              ),
          },
        ]),
  ];
  return (
    <ListPage
      label="Payments"
      list={list}
      filters={[{ key: 'status', label: 'State', options: statusOptions('payment') }]}
      columns={columns}
      rows={payments.data?.items}
      rowKey={payment => payment.payment_id}
      rowTo={payment => `/billing/return?payment_id=${payment.payment_id}`}
      nextCursor={payments.data?.next_cursor ?? null}
      isRefreshing={payments.isPlaceholderData}
      failure={payments.error}
      onRetry={() => void payments.refetch()}
      empty={{
        icon: CardIcon,
        title: 'No payments yet',
        description: 'What is paid in shows here, with what became of it.',
        actions: (
          <LinkButton to="/billing/add-funds" variant="primary">
            Add funds
          </LinkButton>
        ),
      }}
    />
  );
}

function kindWords({ kind, is_test_money: isTest }: Payment): string {
  const words = kind === 'auto_top_up' ? 'Automatic top-up' : 'Added by hand';
  return isTest ? `${words}, test money` : words;
}

function stateOf(payment: Payment) {
  return <StatusChip family="payment" status={payment.status} />;
}
