import type { ReplyOf } from '@portico/plugin-kit/contract';
import { EquivalentCall, renderingOf, useAction, useOperation, useSession } from '@portico/plugin-kit/ui';
import {
  AlertIcon,
  Banner,
  Button,
  CircleCheckIcon,
  CircleSlashIcon,
  CircleXIcon,
  EmptyState,
  formatMoney,
  HourglassIcon,
  Id,
  KeyValueList,
  LaunchIcon,
  LinkButton,
  Money,
  PageHeader,
  PageState,
  Panel,
  Stack,
  Stat,
  StatRow,
  StatusChip,
  useDocumentTitle,
} from '@portico/ui';
import type { Icon } from '@portico/ui';
import { useEffect, useState } from 'react';
import { useSearchParams } from 'react-router-dom';
import type { getPayment } from '../../contract/payment-operations';
import { paymentReturnPage } from '../pages';
import { methodWords } from '../payments/method-words';
import { TestMoneyBanner } from './test-money-banner';

type Payment = ReplyOf<typeof getPayment>;

/** The provider's message comes within seconds; so often one looks whether it has. */
const POLL_MILLISECONDS = 2_000;
/** From then on the page says that it takes longer than usual. */
const LONG_MILLISECONDS = 30_000;

/** What became of a payment, in words, and what to do next. Everything is read from the payment: a reload shows the same. */
export function PaymentReturnPage() {
  const [search] = useSearchParams();
  const paymentId = search.get('payment_id');
  return (
    <Stack gap="loose">
      {paymentId === null ? (
        <>
          <Header />
          <PageState
            state={{ kind: 'not_found', what: 'payment', backTo: '/billing/payments', backLabel: 'See all payments' }}
          />
        </>
      ) : (
        <Outcome paymentId={paymentId} wasCancelled={search.get('outcome') === 'cancelled'} />
      )}
    </Stack>
  );
}

function Header() {
  return (
    <PageHeader
      title="Your payment"
      breadcrumbs={[{ label: 'Billing & Usage', to: '/billing' }, { label: 'Your payment' }]}
    />
  );
}

function Outcome({ paymentId, wasCancelled }: { paymentId: string; wasCancelled: boolean }) {
  const [isMoving, setMoving] = useState(true);
  const payment = useOperation(
    paymentReturnPage,
    'getPayment',
    { params: { payment_id: paymentId } },
    {
      live: event => /^(billing|payments)\./.test(event.event_type),
      ...(isMoving ? { refetchMilliseconds: POLL_MILLISECONDS } : {}),
    },
  );
  const { data } = payment;
  useEffect(() => {
    if (data !== undefined) setMoving(isOpen(data));
  }, [data]);
  return (
    <>
      <Header />
      <PageState state={renderingOf(payment, { what: 'payment', layout: 'text' })}>
        {data !== undefined && <Told payment={data} wasCancelled={wasCancelled} />}
      </PageState>
    </>
  );
}

function isOpen({ status }: Payment): boolean {
  return status === 'created' || status === 'open';
}

interface Words {
  icon: Icon;
  title: string;
  text: string;
}

function wordsOf(payment: Payment, options: { wasCancelled: boolean; isLong: boolean }): Words {
  const amount = formatMoney(payment.amount);
  switch (payment.status) {
    case 'completed':
      return {
        icon: CircleCheckIcon,
        title: `${amount} were added`,
        text: 'The money is there and can be used at once.',
      };
    case 'cancelled':
      return { icon: CircleSlashIcon, title: 'You cancelled the payment', text: 'Nothing was charged.' };
    case 'expired':
      return {
        icon: CircleSlashIcon,
        title: 'The payment ran out of time',
        text: 'Nobody paid it in time. Nothing was charged.',
      };
    case 'failed':
      return {
        icon: CircleXIcon,
        title: 'The payment failed',
        text: `${payment.failure?.message ?? 'The provider did not say why.'} Nothing was charged.`,
      };
    case 'created':
    case 'open':
      if (payment.is_pending)
        return {
          icon: HourglassIcon,
          title: `${amount} are on the way`,
          text: 'Your bank takes some days. The money is added as soon as it arrives; you may close this page.',
        };
      if (payment.failure !== null)
        return {
          icon: AlertIcon,
          title: 'The payment was refused',
          text: `${payment.failure.message} You can try again.`,
        };
      if (options.wasCancelled)
        return {
          icon: CircleSlashIcon,
          title: 'You have not paid yet',
          text: 'Nothing was charged. You can still pay, or give the payment up.',
        };
      return {
        icon: HourglassIcon,
        title: 'Waiting for the payment provider',
        text: options.isLong
          ? 'This takes longer than usual. If you paid, the money is added by itself; you may close this page.'
          : 'This usually takes some seconds.',
      };
  }
}

function Told({ payment, wasCancelled }: { payment: Payment; wasCancelled: boolean }) {
  const isLong = useLongWait(isOpen(payment));
  const words = wordsOf(payment, { wasCancelled, isLong });
  const mayLaunch = useSession()?.permissions.has('workloads.allocation.launch') ?? false;
  const isDone = payment.status === 'completed';
  useDocumentTitle(words.title);
  return (
    <>
      {payment.is_test_money && <TestMoneyBanner />}
      <div role="status">
        <EmptyState
          icon={words.icon}
          title={words.title}
          description={words.text}
          actions={
            <>
              {isOpen(payment) && payment.checkout_url !== null && !payment.is_pending && (
                <Button variant="primary" onPress={() => window.location.assign(payment.checkout_url ?? '')}>
                  Go on paying
                </Button>
              )}
              {isDone && payment.return_path !== null && (
                <LinkButton to={payment.return_path} variant="primary">
                  Go on where you were
                </LinkButton>
              )}
              {isDone && mayLaunch && payment.return_path === null && (
                <LinkButton to="/launch" variant="primary" icon={LaunchIcon}>
                  Launch a workload
                </LinkButton>
              )}
              {!isOpen(payment) && !isDone && (
                <LinkButton to="/billing/add-funds" variant="primary">
                  Try again
                </LinkButton>
              )}
              <LinkButton to="/billing">See billing</LinkButton>
              {isOpen(payment) && !payment.is_pending && <GiveUp paymentId={payment.payment_id} />}
            </>
          }
        />
      </div>
      {isDone && <NewBalance />}
      <Panel title="Payment">
        <KeyValueList
          columns={2}
          items={[
            { label: 'Amount', value: <Money value={payment.amount} /> },
            { label: 'State', value: <StatusChip family="payment" status={payment.status} /> },
            { label: 'Paid with', value: payment.method === null ? '–' : methodWords(payment.method) },
            { label: 'Payment id', value: <Id value={payment.payment_id} /> },
          ]}
        />
      </Panel>
    </>
  );
}

function GiveUp({ paymentId }: { paymentId: string }) {
  const cancel = useAction(paymentReturnPage, 'cancelPayment', { invalidates: ['getPayment', 'listPayments'] });
  const call = { params: { payment_id: paymentId } };
  return (
    <>
      <Button isPending={cancel.isPending} onPress={() => cancel.mutate(call)}>
        Give it up
      </Button>
      {cancel.error !== null && <Banner tone="failed">{cancel.error.message}</Banner>}
      <EquivalentCall page={paymentReturnPage} name="cancelPayment" args={call} />
    </>
  );
}

function NewBalance() {
  const balance = useOperation(
    paymentReturnPage,
    'getBalance',
    {},
    { live: event => event.event_type.startsWith('billing.') },
  );
  return (
    <StatRow label="Your balance now">
      <Stat label="Available now" value={<Money value={balance.data?.available} />} />
      <Stat
        label="State"
        value={balance.data === undefined ? '–' : <StatusChip family="balance" status={balance.data.status} />}
      />
    </StatRow>
  );
}

function useLongWait(isWaiting: boolean): boolean {
  const [isLong, setLong] = useState(false);
  useEffect(() => {
    setLong(false);
    if (!isWaiting) return undefined;
    const timer = setTimeout(() => setLong(true), LONG_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [isWaiting]);
  return isLong;
}
