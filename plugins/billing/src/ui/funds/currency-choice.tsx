import { EquivalentCall, useAction, useOperation } from '@portico/plugin-kit/ui';
import { Banner, Button, Dialog, Select, showToast, Stack } from '@portico/ui';
import { useId, useState } from 'react';
import type { FormEvent } from 'react';
import { addFundsPage } from '../pages';

/** What the account is kept in, while that can still be chosen: several are offered, and no amount is in it. */
export function CurrencyChoice({ currency }: { currency: string }) {
  const offered = useOperation(addFundsPage, 'listCurrencies', {}).data?.items.map(one => one.currency) ?? [];
  const entries = useOperation(addFundsPage, 'listLedger', { query: { limit: 1 } }, { enabled: offered.length > 1 });
  const [isChanging, setChanging] = useState(false);
  if (offered.length < 2 || entries.data?.items.length !== 0) return null;
  return (
    <>
      <Banner
        tone="info"
        title={`Your account is kept in ${currency}`}
        actions={
          <Button size="small" onPress={() => setChanging(true)}>
            Change currency
          </Button>
        }
      >
        It can be changed until the first amount is in it.
      </Banner>
      {isChanging && <CurrencyDialog currency={currency} offered={offered} onClose={() => setChanging(false)} />}
    </>
  );
}

function CurrencyDialog(props: { currency: string; offered: readonly string[]; onClose: () => void }) {
  const { offered, onClose } = props;
  const change = useAction(addFundsPage, 'changeCurrency', {
    invalidates: ['getPaymentSettings', 'getBalance', 'getBurn', 'getForecast', 'listSkus'],
  });
  const [currency, setCurrency] = useState(props.currency);
  const form = useId();
  const call = { body: { currency } };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (change.isPending) return;
    change.mutate(call, {
      onSuccess: () => {
        showToast({ tone: 'success', title: `Your account is kept in ${currency} now.` });
        onClose();
      },
    });
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title="Change currency"
      size="small"
      footer={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button type="submit" form={form} variant="primary" isPending={change.isPending}>
            Change currency
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} noValidate>
        <Stack>
          <Select
            label="Currency"
            description="Prices, payments and invoices are in it from then on; nothing is ever converted."
            value={currency}
            onChange={setCurrency}
            options={offered.map(one => ({ value: one, label: one }))}
          />
          {change.error !== null && <Banner tone="failed">{change.error.message}</Banner>}
          <EquivalentCall page={addFundsPage} name="changeCurrency" args={call} />
        </Stack>
      </form>
    </Dialog>
  );
}
