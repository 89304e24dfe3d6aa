import { toMoney } from '@portico/plugin-kit/contract';
import { EquivalentCall, useAction, useOperation } from '@portico/plugin-kit/ui';
import {
  Banner,
  Button,
  currencyExponent,
  Dialog,
  formatMoney,
  NumberField,
  Select,
  Stack,
  TextField,
} from '@portico/ui';
import { useId, useState } from 'react';
import type { FormEvent } from 'react';
import { readAmount } from '../amount';
import { useKeyOf } from '../use-key-of';
import { adminVouchersPage } from './admin-pages';
import type { Issued } from './vouchers-page';

/** As the operation takes them. */
const COUNT_MAX = 500;
const NOTE_LENGTH_MAX = 200;
const DAYS_MAX = 3_650;
const AMOUNT_LENGTH_MAX = 16;
const DAY_MILLISECONDS = 86_400_000;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

interface IssueVouchersDialogProps {
  onClose: () => void;
  onIssued: (issued: Issued) => void;
}

/** How many, worth what, and until when. Mounted while open. */
export function IssueVouchersDialog({ onClose, onIssued }: IssueVouchersDialogProps) {
  const issue = useAction(adminVouchersPage, 'issueVouchers', { invalidates: ['listVouchers'] });
  const currencies = useOperation(adminVouchersPage, 'listCurrencies', {});
  const offered = currencies.data?.items ?? [];
  const [chosen, setChosen] = useState('');
  const [amount, setAmount] = useState('');
  const [count, setCount] = useState<number | null>(1);
  const [redeemBy, setRedeemBy] = useState('');
  const [days, setDays] = useState<number | null>(null);
  const [note, setNote] = useState('');
  const [wasTried, setTried] = useState(false);
  const form = useId();
  const currency = chosen === '' ? (offered[0]?.currency ?? 'USD') : chosen;
  const decimals = offered.find(one => one.currency === currency)?.exponent ?? currencyExponent(currency);
  const read = readAmount(amount, { currency, decimals });
  const call = {
    body: {
      amount: 'money' in read ? read.money : toMoney(0n, currency),
      count: count ?? 1,
      note: note.trim(),
      ...(DAY.test(redeemBy) ? { redeem_by: endOf(redeemBy) } : {}),
      ...(days === null ? {} : { credit_expires_days: days }),
    },
  };
  const idempotencyKey = useKeyOf(call);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if ('error' in read || call.body.note === '' || issue.isPending) return;
    issue.mutate({ ...call, idempotencyKey }, { onSuccess: onIssued });
  };
  const total = 'money' in read ? toMoney(BigInt(read.money.amount) * BigInt(call.body.count), currency) : null;
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title="Issue vouchers"
      footer={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button type="submit" form={form} variant="primary" isPending={issue.isPending}>
            {total === null ? 'Issue' : `Issue ${call.body.count} worth ${formatMoney(total)} in all`}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} noValidate>
        <Stack>
          <TextField
            label="Each is worth"
            value={amount}
            onChange={setAmount}
            inputMode="decimal"
            suffix={currency}
            maxLength={AMOUNT_LENGTH_MAX}
            autoComplete="off"
            isMonospace
            error={wasTried && 'error' in read ? read.error : null}
          />
          {offered.length > 1 && (
            <Select
              label="Currency"
              description="Only accounts in it can redeem them."
              value={currency}
              onChange={setChosen}
              options={offered.map(one => ({ value: one.currency, label: one.currency }))}
            />
          )}
          <NumberField label="How many" value={count} onChange={setCount} min={1} max={COUNT_MAX} />
          <TextField
            label="What they are for"
            description="For administrators; it stands in the list."
            value={note}
            onChange={setNote}
            maxLength={NOTE_LENGTH_MAX}
            error={wasTried && call.body.note === '' ? 'Say what they are for.' : null}
          />
          <DateField label="Redeem by" value={redeemBy} onChange={setRedeemBy} />
          <NumberField
            label="What is unspent ends after"
            description="Counted from redeeming. Empty: it stays."
            value={days}
            onChange={setDays}
            min={1}
            max={DAYS_MAX}
            suffix="days"
          />
          <EquivalentCall page={adminVouchersPage} name="issueVouchers" args={call} idempotencyKey={idempotencyKey} />
          {issue.error !== null && <Banner tone="failed">{issue.error.message}</Banner>}
        </Stack>
      </form>
    </Dialog>
  );
}

/** The last day counts in full, in the zone of whoever chose it. */
function endOf(day: string): string {
  return new Date(new Date(`${day}T00:00`).getTime() + DAY_MILLISECONDS).toISOString();
}

function DateField(props: { label: string; value: string; onChange: (value: string) => void }) {
  const id = useId();
  return (
    <div className="pt-field">
      <label className="pt-label" htmlFor={id}>
        {props.label}
        <span className="pt-optional"> (optional)</span>
      </label>
      <div className="pt-input-frame">
        <input
          id={id}
          className="pt-input"
          type="date"
          max="9999-12-30"
          value={props.value}
          onChange={event => props.onChange(event.target.value)}
        />
      </div>
    </div>
  );
}
