import { fromDecimal, toMoney } from '@portico/plugin-kit/contract';
import { EquivalentCall, useAction } from '@portico/plugin-kit/ui';
import { Banner, Button, Dialog, formatMoney, showToast, Stack, TextArea, TextField } from '@portico/ui';
import { useId, useState } from 'react';
import type { FormEvent } from 'react';
import type { userPage, usersPage } from './platform-pages';
import { useKeyOf } from './use-key-of';

/** As long as the operation takes it. */
const REASON_LENGTH_MAX = 500;
/** Units and cents as people type them; what one credit may be at most is the operation's to say. */
const AMOUNT = /^\d{1,9}(\.\d{1,2})?$/;

interface CreditDialogProps {
  page: typeof usersPage | typeof userPage;
  user: { user_id: string; username: string; balance: { currency: string } | null };
  /** To begin with. */
  amount: string;
  onClose: () => void;
}

/** Money from the platform to somebody's own organization. Mounted while open, so that each opening begins anew. */
export function CreditDialog({ page, user, amount: initial, onClose }: CreditDialogProps) {
  const credit = useAction(page as typeof userPage, 'creditUser', { invalidates: ['listUsers', 'getUser'] });
  const [amount, setAmount] = useState(initial);
  const [reason, setReason] = useState('');
  const [wasTried, setTried] = useState(false);
  const form = useId();
  const currency = user.balance?.currency ?? 'USD';
  const typed = amount.trim();
  const money = toMoney(AMOUNT.test(typed) ? fromDecimal(typed) : 0n, currency);
  const isAmount = money.amount !== '0';
  const call = { params: { user_id: user.user_id }, body: { amount: money, reason: reason.trim() } };
  const idempotencyKey = useKeyOf(call);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (!isAmount || call.body.reason === '' || credit.isPending) return;
    credit.mutate(
      { ...call, idempotencyKey },
      {
        onSuccess: entry => {
          showToast({ tone: 'success', title: `${user.username} was credited ${formatMoney(entry.amount)}.` });
          onClose();
        },
      },
    );
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={`Credit ${user.username}`}
      size="small"
      footer={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button type="submit" form={form} variant="primary" isPending={credit.isPending}>
            {isAmount ? `Credit ${formatMoney(money)}` : 'Credit'}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} noValidate>
        <Stack>
          <TextField
            label="Amount"
            value={amount}
            onChange={setAmount}
            inputMode="decimal"
            suffix={currency}
            maxLength={12}
            autoComplete="off"
            isMonospace
            error={wasTried && !isAmount ? 'Type an amount above zero, such as 1000 or 12.50.' : null}
          />
          <TextArea
            label="Reason"
            description="For the ledger of their organization and the audit log."
            rows={3}
            value={reason}
            onChange={setReason}
            maxLength={REASON_LENGTH_MAX}
            autoFocus
            error={wasTried && call.body.reason === '' ? 'Say why; it stands in their ledger.' : null}
          />
          <EquivalentCall
            page={page as typeof userPage}
            name="creditUser"
            args={call}
            idempotencyKey={idempotencyKey}
          />
          {credit.error !== null && <Banner tone="failed">{credit.error.message}</Banner>}
        </Stack>
      </form>
    </Dialog>
  );
}
