import { EquivalentCall, useAction } from '@portico/plugin-kit/ui';
import { Banner, Button, formatDate, formatMoney, Panel, showToast, Stack, TextField } from '@portico/ui';
import { useState } from 'react';
import type { FormEvent } from 'react';
import { addFundsPage } from '../pages';
import { useKeyOf } from '../use-key-of';

/** As long as the operation takes it. */
const CODE_LENGTH_MAX = 64;

/** A code somebody was given becomes money at once. */
export function RedeemVoucherPanel() {
  const redeem = useAction(addFundsPage, 'redeemVoucher', { invalidates: ['getBalance', 'listLedger'] });
  const [code, setCode] = useState('');
  const [wasTried, setTried] = useState(false);
  const call = { body: { code: code.trim() } };
  const idempotencyKey = useKeyOf(call);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (call.body.code === '' || redeem.isPending) return;
    redeem.mutate(
      { ...call, idempotencyKey },
      {
        onSuccess: ({ amount, expires_at: expiresAt }) => {
          const until = expiresAt === null ? '' : ` What is unspent on ${formatDate(new Date(expiresAt))} expires.`;
          showToast({ tone: 'success', title: `${formatMoney(amount)} were added.${until}` });
          setCode('');
          setTried(false);
        },
      },
    );
  };
  return (
    <form onSubmit={submit} noValidate>
      <Panel
        title="Redeem a voucher"
        footer={
          <Button type="submit" isPending={redeem.isPending}>
            Redeem
          </Button>
        }
      >
        <Stack>
          <TextField
            label="Code"
            description="Capitals, dashes and spaces do not matter."
            value={code}
            onChange={setCode}
            maxLength={CODE_LENGTH_MAX}
            autoComplete="off"
            isMonospace
            error={wasTried && call.body.code === '' ? 'Type the code of the voucher.' : null}
          />
          <EquivalentCall page={addFundsPage} name="redeemVoucher" args={call} idempotencyKey={idempotencyKey} />
          {redeem.error !== null && <Banner tone="failed">{redeem.error.message}</Banner>}
        </Stack>
      </Panel>
    </form>
  );
}
