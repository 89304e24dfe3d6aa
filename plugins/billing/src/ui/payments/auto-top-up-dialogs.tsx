import { toMoney } from '@portico/plugin-kit/contract';
import { EquivalentCall, useAction, useOperation } from '@portico/plugin-kit/ui';
import {
  Banner,
  Button,
  ConfirmDialog,
  Dialog,
  formatMoney,
  LinkButton,
  Select,
  showToast,
  Stack,
  TextField,
} from '@portico/ui';
import { useId, useState } from 'react';
import type { FormEvent } from 'react';
import { readAmount, typedAmount } from '../amount';
import { paymentsPage } from '../pages';
import type { AutoTopUp, PaymentSettings } from './auto-top-up-panel';
import { methodWords } from './method-words';

const AMOUNT_LENGTH_MAX = 16;

interface AutoTopUpDialogProps {
  topUp: AutoTopUp;
  settings: PaymentSettings;
  onClose: () => void;
}

/** How much is charged when, from what, and how far. Mounted while open. */
export function AutoTopUpDialog({ topUp, settings, onClose }: AutoTopUpDialogProps) {
  const { currency, decimals } = settings;
  const save = useAction(paymentsPage, 'setAutoTopUp', { invalidates: ['getAutoTopUp', 'listPaymentMethods'] });
  const methods = useOperation(paymentsPage, 'listPaymentMethods', {});
  const [threshold, setThreshold] = useState(topUp.threshold === null ? '' : typedAmount(topUp.threshold, decimals));
  const [amount, setAmount] = useState(topUp.amount === null ? '' : typedAmount(topUp.amount, decimals));
  const [limit, setLimit] = useState(topUp.monthly_limit === null ? '' : typedAmount(topUp.monthly_limit, decimals));
  const [chosen, setChosen] = useState(topUp.method?.method_id ?? '');
  const [wasTried, setTried] = useState(false);
  const form = useId();
  const cards = methods.data?.items ?? [];
  const methodId = cards.some(({ method_id: id }) => id === chosen) ? chosen : (cards[0]?.method_id ?? '');
  const read = {
    threshold: readAmount(threshold, { currency, decimals }),
    amount: readAmount(amount, { currency, decimals, min: settings.deposit_min, max: settings.deposit_max }),
    limit: readAmount(limit, { currency, decimals }),
  };
  const isLimitLow =
    'money' in read.limit &&
    'money' in read.amount &&
    BigInt(read.limit.money.amount) < BigInt(read.amount.money.amount);
  const limitError = 'error' in read.limit ? read.limit.error : isLimitLow ? 'Less than one charge.' : null;
  const moneyOf = (one: ReturnType<typeof readAmount>) => ('money' in one ? one.money : toMoney(0n, currency));
  const call = {
    body: {
      enabled: true,
      threshold: moneyOf(read.threshold),
      amount: moneyOf(read.amount),
      monthly_limit: moneyOf(read.limit),
      ...(methodId === '' ? {} : { method_id: methodId }),
    },
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if ('error' in read.threshold || 'error' in read.amount || limitError !== null || methodId === '') return;
    if (save.isPending) return;
    save.mutate(call, {
      onSuccess: () => {
        showToast({ tone: 'success', title: 'Automatic top-up is on.' });
        onClose();
      },
    });
  };
  const amountField = {
    inputMode: 'decimal',
    suffix: currency,
    maxLength: AMOUNT_LENGTH_MAX,
    autoComplete: 'off',
  } as const;
  const hasNoCard = methods.data !== undefined && cards.length === 0;
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title="Automatic top-up"
      footer={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button type="submit" form={form} variant="primary" isPending={save.isPending}>
            {topUp.enabled ? 'Save' : 'Turn on'}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} noValidate>
        <Stack>
          {hasNoCard ? (
            <Banner
              tone={wasTried ? 'failed' : 'notice'}
              title="There is no saved card"
              actions={
                <LinkButton to="/billing/add-funds" size="small">
                  Add funds
                </LinkButton>
              }
            >
              Add funds once and keep the card; then it can be charged here.
            </Banner>
          ) : (
            <Select
              label="Card"
              value={methodId}
              onChange={setChosen}
              options={cards.map(card => ({ value: card.method_id, label: methodWords(card) }))}
            />
          )}
          <TextField
            {...amountField}
            label="When less is left than"
            description="Available and held together."
            value={threshold}
            onChange={setThreshold}
            isMonospace
            error={wasTried && 'error' in read.threshold ? read.threshold.error : null}
          />
          <TextField
            {...amountField}
            label="Charge"
            description={`Between ${formatMoney(settings.deposit_min)} and ${formatMoney(settings.deposit_max)}.`}
            value={amount}
            onChange={setAmount}
            isMonospace
            error={wasTried && 'error' in read.amount ? read.amount.error : null}
          />
          <TextField
            {...amountField}
            label="At most in a month"
            description="Of the calendar, in UTC. Beyond it the balance runs out as it would without automatic top-up."
            value={limit}
            onChange={setLimit}
            isMonospace
            error={wasTried ? limitError : null}
          />
          <EquivalentCall page={paymentsPage} name="setAutoTopUp" args={call} />
          {save.error !== null && <Banner tone="failed">{save.error.message}</Banner>}
        </Stack>
      </form>
    </Dialog>
  );
}

export function TurnOffDialog({ onClose }: { onClose: () => void }) {
  const save = useAction(paymentsPage, 'setAutoTopUp', { invalidates: ['getAutoTopUp', 'listPaymentMethods'] });
  const call = { body: { enabled: false } };
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      level="simple"
      tone="neutral"
      title="Turn automatic top-up off?"
      impact={[
        'No card is charged any more.',
        'When the balance runs out, what runs is released and its disks are deleted.',
        'Amounts and card stay noted, for turning it on again.',
      ]}
      confirmLabel="Turn off"
      cancelLabel="Keep it on"
      error={save.error?.message ?? null}
      isPending={save.isPending}
      onConfirm={async () => {
        await save.mutateAsync(call);
        showToast({ tone: 'success', title: 'Automatic top-up is off.' });
        onClose();
      }}
    >
      <EquivalentCall page={paymentsPage} name="setAutoTopUp" args={call} />
    </ConfirmDialog>
  );
}
