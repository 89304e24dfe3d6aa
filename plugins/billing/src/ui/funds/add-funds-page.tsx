import type { Money as MoneyAmount, ReplyOf } from '@portico/plugin-kit/contract';
import { EquivalentCall, renderingOf, useAction, useOperation, useSession } from '@portico/plugin-kit/ui';
import {
  Banner,
  Button,
  CardIcon,
  Checkbox,
  EmptyState,
  formatMoney,
  Money,
  PageHeader,
  PageState,
  Panel,
  RadioCards,
  SplitLayout,
  Stack,
  Stat,
  StatRow,
  TextField,
} from '@portico/ui';
import { useState } from 'react';
import type { FormEvent } from 'react';
import { useSearchParams } from 'react-router-dom';
import type { getPaymentSettings } from '../../contract/payment-operations';
import { readAmount, typedAmount } from '../amount';
import { addFundsPage } from '../pages';
import { useKeyOf } from '../use-key-of';
import { CurrencyChoice } from './currency-choice';
import { RedeemVoucherPanel } from './redeem-voucher-panel';
import { TestMoneyBanner } from './test-money-banner';
import './funds.css';

type Settings = ReplyOf<typeof getPaymentSettings>;

/** The choice beside the amounts that are offered. */
const ANOTHER = 'another';
const AMOUNT_LENGTH_MAX = 16;
/** A path of this portal, as the operation takes it. */
const RETURN_PATH = /^\/([A-Za-z0-9._~-][A-Za-z0-9._~/-]*)?$/;

/** How money gets in: a payment, or a voucher. */
export function AddFundsPage() {
  const settings = useOperation(addFundsPage, 'getPaymentSettings', {});
  const permissions = useSession()?.permissions;
  return (
    <Stack gap="loose">
      <PageHeader
        title="Add funds"
        breadcrumbs={[{ label: 'Billing & Usage', to: '/billing' }, { label: 'Add funds' }]}
        description="The portal is prepaid: what you add is there to launch from, and nothing is ever charged afterwards."
      />
      <PageState state={renderingOf(settings, { layout: 'form' })}>
        {settings.data !== undefined && (
          <SplitLayout rail={<BalanceNow />} railLabel="Balance">
            <Stack gap="loose">
              {settings.data.provider === null ? (
                <EmptyState
                  icon={CardIcon}
                  title="This portal takes no payments"
                  description="An administrator of the platform can credit your account, or give you a voucher."
                />
              ) : (
                <PaymentForm settings={settings.data} />
              )}
              {permissions?.has('billing.payment.manage') === true && (
                <CurrencyChoice currency={settings.data.currency} />
              )}
              {permissions?.has('billing.voucher.redeem') === true && <RedeemVoucherPanel />}
            </Stack>
          </SplitLayout>
        )}
      </PageState>
    </Stack>
  );
}

function BalanceNow() {
  const balance = useOperation(
    addFundsPage,
    'getBalance',
    {},
    { live: event => event.event_type.startsWith('billing.') },
  );
  return (
    <StatRow label="Balance">
      <Stat label="Available now" value={<Money value={balance.data?.available} />} />
    </StatRow>
  );
}

function PaymentForm({ settings }: { settings: Settings }) {
  const { currency, decimals, deposit_min: min, deposit_max: max, suggested_amounts: suggested } = settings;
  const checkout = useAction(addFundsPage, 'createCheckoutSession', { invalidates: ['listPayments'] });
  const [search] = useSearchParams();
  const [choice, setChoice] = useState<string>(suggested[0]?.amount ?? ANOTHER);
  const [typed, setTyped] = useState('');
  const [savesMethod, setSavesMethod] = useState(false);
  const [wasTried, setTried] = useState(false);
  const chosen = suggested.find(({ amount }) => amount === choice);
  const own = readAmount(typed, { currency, decimals, min, max });
  const money: MoneyAmount | null = chosen ?? ('money' in own ? own.money : null);
  const returnPath = search.get('return_path');
  const call = {
    body: {
      amount: money ?? min,
      ...(savesMethod ? { save_method: true } : {}),
      ...(returnPath !== null && RETURN_PATH.test(returnPath) ? { return_path: returnPath } : {}),
    },
  };
  const idempotencyKey = useKeyOf(call);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (money === null || checkout.isPending) return;
    checkout.mutate({ ...call, idempotencyKey }, { onSuccess: ({ checkout_url: url }) => window.location.assign(url) });
  };
  return (
    <form onSubmit={submit} noValidate>
      <Panel
        title="Pay"
        footer={
          <Button type="submit" variant="primary" icon={CardIcon} isPending={checkout.isPending || checkout.isSuccess}>
            {money === null ? 'Continue to payment' : `Continue to pay ${formatMoney(money)}`}
          </Button>
        }
      >
        <Stack>
          {settings.is_test_money && <TestMoneyBanner />}
          <RadioCards
            label="Amount"
            description={`Between ${formatMoney(min)} and ${formatMoney(max)}, at most ${formatMoney(settings.deposits_per_day_max)} a day.`}
            minWidth="tiny"
            value={choice}
            onChange={setChoice}
            options={[
              ...suggested.map(amount => ({
                value: amount.amount,
                title: formatMoney(amount, {
                  fractionDigits: typedAmount(amount, decimals).includes('.') ? decimals : 0,
                }),
              })),
              { value: ANOTHER, title: 'Another amount' },
            ]}
          />
          {choice === ANOTHER && (
            <TextField
              label="Another amount"
              value={typed}
              onChange={setTyped}
              inputMode="decimal"
              suffix={currency}
              maxLength={AMOUNT_LENGTH_MAX}
              autoComplete="off"
              autoFocus={suggested.length > 0}
              isMonospace
              error={wasTried && 'error' in own ? own.error : null}
            />
          )}
          <Checkbox
            label="Keep the card for automatic top-up"
            description="It stays with the payment provider; this portal never sees its number."
            isSelected={savesMethod}
            onChange={setSavesMethod}
          />
          <EquivalentCall
            page={addFundsPage}
            name="createCheckoutSession"
            args={call}
            idempotencyKey={idempotencyKey}
          />
          {checkout.error !== null && <Banner tone="failed">{checkout.error.message}</Banner>}
        </Stack>
      </Panel>
    </form>
  );
}
