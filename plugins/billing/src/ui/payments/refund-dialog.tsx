import type { ReplyOf } from '@portico/plugin-kit/contract';
import { EquivalentCall, useAction } from '@portico/plugin-kit/ui';
import {
  Banner,
  Button,
  Dialog,
  formatDate,
  formatMoney,
  showToast,
  Skeleton,
  Stack,
  Stat,
  StatRow,
  TextArea,
  TextField,
  Money,
} from '@portico/ui';
import { useEffect, useId, useState } from 'react';
import type { FormEvent } from 'react';
import type { previewRefund } from '../../contract/refund-operations';
import { readAmount, typedAmount } from '../amount';
import { paymentsPage } from '../pages';
import { useKeyOf } from '../use-key-of';
import type { Payment } from './payments-list';

type Preview = ReplyOf<typeof previewRefund>;

/** As long as the operation takes it. */
const REASON_LENGTH_MAX = 500;
const AMOUNT_LENGTH_MAX = 16;
/** While somebody types, nothing is asked. */
const PAUSE_MILLISECONDS = 400;

/** Asks for money back, and says before what will become of it. Mounted while open. */
export function RefundDialog({
  payment,
  decimals,
  onClose,
}: {
  payment: Payment;
  decimals: number;
  onClose: () => void;
}) {
  const preview = useAction(paymentsPage, 'previewRefund');
  const request = useAction(paymentsPage, 'requestRefund', {
    invalidates: ['listRefunds', 'listPayments', 'getBalance', 'listLedger'],
  });
  const [found, setFound] = useState<Preview | null>(null);
  const [typed, setTyped] = useState<string | null>(null);
  const [reason, setReason] = useState('');
  const [wasTried, setTried] = useState(false);
  const form = useId();
  const { mutate: look } = preview;
  const { currency } = payment.amount;

  // First for as much as can go back; then for what is typed, once it is an amount.
  useEffect(() => {
    const amount = typed === null ? null : readAmount(typed, { currency, decimals });
    if (amount !== null && 'error' in amount) return undefined;
    const body = { payment_id: payment.payment_id, ...(amount === null ? {} : { amount: amount.money }) };
    const ask = () =>
      look(
        { body },
        {
          onSuccess: answer => {
            setFound(answer);
            setTyped(before => before ?? typedAmount(answer.amount, decimals));
          },
        },
      );
    const timer = setTimeout(ask, amount === null ? 0 : PAUSE_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [typed, look, payment.payment_id, currency, decimals]);

  const amount = readAmount(typed ?? '', { currency, decimals, max: payment.amount });
  const call = {
    body: {
      payment_id: payment.payment_id,
      amount: 'money' in amount ? amount.money : payment.amount,
      reason: reason.trim(),
    },
  };
  const idempotencyKey = useKeyOf(call);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if ('error' in amount || call.body.reason === '' || request.isPending) return;
    request.mutate(
      { ...call, idempotencyKey },
      {
        onSuccess: refund => {
          showToast({ tone: 'success', title: refund.outcome_text });
          onClose();
        },
      },
    );
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={`Refund of ${formatMoney(payment.amount)}`}
      footer={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button type="submit" form={form} variant="primary" isPending={request.isPending}>
            {'money' in amount ? `Ask for ${formatMoney(amount.money)} back` : 'Ask for it back'}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} noValidate>
        <Stack>
          {found === null && preview.error === null && <Skeleton shape="form" count={2} />}
          {found !== null && (
            <>
              <StatRow label="What can come back">
                <Stat
                  label="To the card, at most"
                  value={<Money value={found.refundable} />}
                  hint={
                    found.window_ends_at === null ? undefined : `Until ${formatDate(new Date(found.window_ends_at))}`
                  }
                />
                <Stat label="Unspent" value={<Money value={found.unspent} />} hint="Of what was paid in" />
              </StatRow>
              <TextField
                label="Amount"
                value={typed ?? ''}
                onChange={setTyped}
                inputMode="decimal"
                suffix={currency}
                maxLength={AMOUNT_LENGTH_MAX}
                autoComplete="off"
                isMonospace
                error={wasTried && 'error' in amount ? amount.error : null}
              />
              <TextArea
                label="Reason"
                rows={2}
                value={reason}
                onChange={setReason}
                maxLength={REASON_LENGTH_MAX}
                error={wasTried && call.body.reason === '' ? 'Say why; whoever decides reads it.' : null}
              />
            </>
          )}
          <div role="status">
            {preview.error !== null ? (
              <Banner tone="failed">{preview.error.message}</Banner>
            ) : (
              found !== null && (
                <Banner tone={found.waits_for === null ? 'info' : 'notice'} title="What will become of it">
                  {found.outcome_text}
                </Banner>
              )
            )}
          </div>
          <EquivalentCall page={paymentsPage} name="requestRefund" args={call} idempotencyKey={idempotencyKey} />
          {request.error !== null && <Banner tone="failed">{request.error.message}</Banner>}
        </Stack>
      </form>
    </Dialog>
  );
}
