import { EquivalentCall, useAction } from '@portico/plugin-kit/ui';
import {
  Banner,
  Button,
  ConfirmDialog,
  Dialog,
  formatMoney,
  RadioCards,
  showToast,
  Stack,
  TextArea,
} from '@portico/ui';
import { useId, useState } from 'react';
import type { FormEvent } from 'react';
import { methodWords } from '../payments/method-words';
import { useKeyOf } from '../use-key-of';
import { adminRefundPage } from './admin-pages';
import type { AdminRefund } from './refund-page';

interface DeedProps {
  refund: AdminRefund;
  onClose: () => void;
}

const invalidates = ['getAnyRefund', 'listAllRefunds'];
/** As long as the operation takes it. */
const REASON_LENGTH_MAX = 500;

/** As the second person: the money moves now. Mounted while open. */
export function ApproveRefundDialog({ refund, onClose }: DeedProps) {
  const approve = useAction(adminRefundPage, 'approveRefund', { invalidates });
  const call = { params: { refund_id: refund.refund_id } };
  const idempotencyKey = useKeyOf(call);
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      level="simple"
      tone="neutral"
      title={`Approve ${formatMoney(refund.amount)}?`}
      impact={[
        refund.proposed_outcome === 'provider_refund'
          ? `The money goes back to ${refund.card === null ? 'the card' : methodWords(refund.card)}, and off the balance.`
          : 'The balance of the organization is credited.',
        'It moves at once. What policy allows is looked at again.',
      ]}
      confirmLabel="Approve"
      cancelLabel="Cancel"
      error={approve.error?.message ?? null}
      isPending={approve.isPending}
      onConfirm={async () => {
        const done = await approve.mutateAsync({ ...call, idempotencyKey });
        showToast({ tone: 'success', title: done.outcome_text });
        onClose();
      }}
    >
      <EquivalentCall page={adminRefundPage} name="approveRefund" args={call} idempotencyKey={idempotencyKey} />
    </ConfirmDialog>
  );
}

const outcomes = [
  {
    value: 'provider_refund',
    title: 'To the card',
    description: 'The money leaves the balance and goes back to the card it came from.',
  },
  {
    value: 'internal_credit',
    title: 'As credit',
    description: 'The platform gives it to the balance; no card is involved.',
  },
  { value: 'rejected', title: 'Reject', description: 'Nothing moves, for good. The customer reads your reason.' },
] as const;
type Outcome = (typeof outcomes)[number]['value'];

/** What becomes of a refund that waits for a person. Mounted while open. */
export function DecideRefundDialog({ refund, onClose }: DeedProps) {
  const decide = useAction(adminRefundPage, 'decideRefund', { invalidates });
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const [reason, setReason] = useState('');
  const [wasTried, setTried] = useState(false);
  const form = useId();
  const call = {
    params: { refund_id: refund.refund_id },
    body: { outcome: outcome ?? 'rejected', reason: reason.trim() },
  };
  const idempotencyKey = useKeyOf(call);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (outcome === null || call.body.reason === '' || decide.isPending) return;
    decide.mutate(
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
      title={`What becomes of ${formatMoney(refund.amount)}?`}
      footer={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button type="submit" form={form} variant="primary" isPending={decide.isPending}>
            Decide
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} noValidate>
        <Stack>
          <RadioCards
            label="Outcome"
            minWidth="large"
            value={outcome}
            onChange={setOutcome}
            options={outcomes.filter(({ value }) => value !== 'provider_refund' || refund.payment_id !== null)}
            error={wasTried && outcome === null ? 'Choose one.' : null}
          />
          <TextArea
            label="Reason"
            description="The customer reads it, and it stands in the audit log."
            rows={3}
            value={reason}
            onChange={setReason}
            maxLength={REASON_LENGTH_MAX}
            error={wasTried && call.body.reason === '' ? 'Say why.' : null}
          />
          <EquivalentCall page={adminRefundPage} name="decideRefund" args={call} idempotencyKey={idempotencyKey} />
          {decide.error !== null && <Banner tone="failed">{decide.error.message}</Banner>}
        </Stack>
      </form>
    </Dialog>
  );
}
