import { fromDecimal, toMoney } from '@portico/plugin-kit/contract';
import type { ReplyOf } from '@portico/plugin-kit/contract';
import type { previewUserRefund } from '@portico/plugin-billing/contract';
import { EquivalentCall, useAction } from '@portico/plugin-kit/ui';
import {
  Banner,
  Button,
  Dialog,
  formatDate,
  formatMoney,
  Money,
  showToast,
  Stack,
  Stat,
  StatRow,
  TextArea,
  TextField,
} from '@portico/ui';
import { useEffect, useId, useState } from 'react';
import type { FormEvent } from 'react';
import { userPage } from './platform-pages';
import { useKeyOf } from './use-key-of';

type Preview = ReplyOf<typeof previewUserRefund>;

/** As long as the operation takes it. */
const REASON_LENGTH_MAX = 500;
/** As people type it; how many decimals the currency has is the operation's to say. */
const AMOUNT = /^\d{1,9}(\.\d{1,4})?$/;
/** While somebody types, nothing is asked. */
const PAUSE_MILLISECONDS = 400;

interface RefundUserDialogProps {
  user: { user_id: string; username: string; balance: { currency: string } | null };
  onClose: () => void;
}

/** Money back to somebody's own organization, after saying what policy makes of it. Mounted while open. */
export function RefundUserDialog({ user, onClose }: RefundUserDialogProps) {
  const preview = useAction(userPage, 'previewUserRefund');
  const refund = useAction(userPage, 'refundUser', { invalidates: ['getUser', 'listUsers'] });
  const [found, setFound] = useState<{ typed: string; preview: Preview } | null>(null);
  const [amount, setAmount] = useState('');
  const [reason, setReason] = useState('');
  const [wasTried, setTried] = useState(false);
  const form = useId();
  const { mutate: look } = preview;
  const currency = user.balance?.currency ?? 'USD';
  const typed = amount.trim();
  const micros = AMOUNT.test(typed) ? fromDecimal(typed).toString() : '0';

  useEffect(() => {
    if (micros === '0') return undefined;
    const body = { amount: toMoney(BigInt(micros), currency) };
    const timer = setTimeout(
      () =>
        look(
          { params: { user_id: user.user_id }, body },
          { onSuccess: answer => setFound({ typed: micros, preview: answer }) },
        ),
      PAUSE_MILLISECONDS,
    );
    return () => clearTimeout(timer);
  }, [micros, currency, look, user.user_id]);

  const told = found?.typed === micros ? found.preview : null;
  const call = {
    params: { user_id: user.user_id },
    body: {
      amount: toMoney(BigInt(micros), currency),
      reason: reason.trim(),
      // What was promised is what happens; payment and outcome are those of the preview.
      ...(told?.payment_id == null ? {} : { payment_id: told.payment_id }),
      ...(told?.outcome == null ? {} : { expected_outcome: told.outcome }),
    },
  };
  const idempotencyKey = useKeyOf(call);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (told === null || call.body.reason === '' || refund.isPending) return;
    refund.mutate(
      { ...call, idempotencyKey },
      {
        onSuccess: done => {
          showToast({ tone: 'success', title: done.outcome_text });
          onClose();
        },
      },
    );
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={`Refund ${user.username}`}
      footer={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button type="submit" form={form} variant="primary" isPending={refund.isPending}>
            {micros === '0' ? 'Refund' : `Refund ${formatMoney(call.body.amount)}`}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} noValidate>
        <Stack>
          <TextField
            label="Amount"
            description="Of the newest payment that can give it back to its card; beyond that it becomes a credit."
            value={amount}
            onChange={setAmount}
            inputMode="decimal"
            suffix={currency}
            maxLength={14}
            autoComplete="off"
            autoFocus
            isMonospace
            error={wasTried && micros === '0' ? 'Type an amount above zero, such as 20 or 12.50.' : null}
          />
          <TextArea
            label="Reason"
            description="They read it; it stands in the ledger of their organization and the audit log."
            rows={3}
            value={reason}
            onChange={setReason}
            maxLength={REASON_LENGTH_MAX}
            error={wasTried && call.body.reason === '' ? 'Say why.' : null}
          />
          <div role="status">
            {micros !== '0' && preview.error !== null && <Banner tone="failed">{preview.error.message}</Banner>}
            {told !== null && (
              <Stack>
                <Banner tone={told.waits_for === null ? 'info' : 'notice'} title={outcomeTitle(told)}>
                  {told.outcome_text}
                </Banner>
                <StatRow label="What can go back">
                  <Stat
                    label="To the card, at most"
                    value={<Money value={told.refundable} />}
                    hint={
                      told.window_ends_at === null ? undefined : `Until ${formatDate(new Date(told.window_ends_at))}`
                    }
                  />
                  <Stat label="Left of the payment" value={<Money value={told.left_of_payment} />} />
                  <Stat label="Unspent" value={<Money value={told.unspent} />} hint="Of what was paid in" />
                </StatRow>
              </Stack>
            )}
          </div>
          <EquivalentCall page={userPage} name="refundUser" args={call} idempotencyKey={idempotencyKey} />
          {refund.error !== null && <Banner tone="failed">{refund.error.message}</Banner>}
        </Stack>
      </form>
    </Dialog>
  );
}

function outcomeTitle({ outcome, waits_for: waitsFor }: Preview): string {
  if (waitsFor === 'approval') return 'Waits for a second person';
  if (waitsFor === 'decision' || outcome === null) return 'Waits for a decision';
  return outcome === 'provider_refund' ? 'Goes back to the card' : 'Becomes a credit';
}
