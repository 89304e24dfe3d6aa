import { EquivalentCall, useAction } from '@portico/plugin-kit/ui';
import { Banner, Button, Checkbox, Dialog, Rate, RadioCards, showToast, Stack, TextField } from '@portico/ui';
import { useId, useState } from 'react';
import type { FormEvent } from 'react';
import { adminSkuPage } from './catalog-admin-pages';
import { inUseWords, isCurrency, takeOverWords, typedAmount } from './entry-words';
import type { AdminSkuDetail } from './entry-words';
import { useKeyOf } from './use-key-of';

const invalidates = ['getAdminSku', 'listAdminSkus', 'listSkus'];

/** A price from now on, or from a later instant. Mounted while open, so that each opening begins anew. */
export function PriceDialog({ sku, onClose }: { sku: AdminSkuDetail; onClose: () => void }) {
  const set = useAction(adminSkuPage, 'setSkuPrice', { invalidates });
  const [currency, setCurrency] = useState(sku.prices[0]?.currency ?? 'USD');
  const [amount, setAmount] = useState('');
  const [isEnding, setEnding] = useState(false);
  const [when, setWhen] = useState<'now' | 'later'>('now');
  const [instant, setInstant] = useState('');
  const [wasTried, setTried] = useState(false);
  const form = useId();
  const price = typedAmount(amount, currency);
  const begins = instant === '' ? null : new Date(instant);
  const lacksInstant = when === 'later' && (begins === null || Number.isNaN(begins.getTime()));
  const lacksPrice = !isEnding && price === null;
  const inForce = sku.prices.find(one => one.currency === currency);
  const params = { sku_id: sku.sku_id };
  const body = {
    currency,
    per_gpu_hour: isEnding ? null : price,
    ...(when === 'now' || lacksInstant ? {} : { effective_from: begins?.toISOString() ?? '' }),
  };
  const idempotencyKey = useKeyOf(body);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (!isCurrency(currency) || lacksPrice || lacksInstant || set.isPending) return;
    set.mutate(
      { params, body, idempotencyKey },
      {
        onSuccess: () => {
          showToast({ tone: 'success', title: when === 'now' ? 'The price is in force.' : 'The price is scheduled.' });
          onClose();
        },
      },
    );
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={`Set a price of ${sku.name}`}
      footer={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button type="submit" form={form} variant="primary" isPending={set.isPending}>
            Set price
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} noValidate>
        <Stack>
          {sku.managed_by === 'configuration' && <Banner>{takeOverWords(sku)}</Banner>}
          <TextField
            label="Currency"
            description="An organization sees the price in the currency of its account."
            value={currency}
            onChange={text => setCurrency(text.toUpperCase())}
            maxLength={3}
            isMonospace
            error={wasTried && !isCurrency(currency) ? 'Give a currency of three letters, such as EUR.' : null}
          />
          {!isEnding && (
            <TextField
              label="Price per GPU and hour"
              description={
                inForce?.per_gpu_hour == null ? (
                  'There is none in this currency now.'
                ) : (
                  <>
                    In force now: <Rate value={inForce.per_gpu_hour} />
                  </>
                )
              }
              value={amount}
              onChange={setAmount}
              maxLength={16}
              isMonospace
              inputMode="decimal"
              autoFocus
              error={wasTried && lacksPrice ? 'Give an amount, such as 2.49.' : null}
            />
          )}
          <Checkbox label="No longer sell it in this currency" isSelected={isEnding} onChange={setEnding} />
          <RadioCards<'now' | 'later'>
            label="From when on"
            minWidth="small"
            value={when}
            onChange={setWhen}
            options={[
              { value: 'now', title: 'At once', description: 'For every launch from now on.' },
              { value: 'later', title: 'Later', description: 'It comes into force by itself.' },
            ]}
          />
          {when === 'later' && (
            <InstantField
              value={instant}
              onChange={setInstant}
              error={wasTried && lacksInstant ? 'Say when it begins.' : null}
            />
          )}
          <p>
            {sku.in_use.allocations === 0
              ? 'Nothing runs on it now.'
              : `${inUseWords(sku.in_use)} keep the price of their launch.`}{' '}
            A quote keeps its price until it expires.
          </p>
          <EquivalentCall
            page={adminSkuPage}
            name="setSkuPrice"
            args={{ params, body }}
            idempotencyKey={idempotencyKey}
          />
          {set.error !== null && <Banner tone="failed">{set.error.message}</Banner>}
        </Stack>
      </form>
    </Dialog>
  );
}

function InstantField({
  value,
  onChange,
  error,
}: {
  value: string;
  onChange: (value: string) => void;
  error: string | null;
}) {
  const id = useId();
  return (
    <div className="pt-field">
      <label className="pt-label" htmlFor={id}>
        Begins
      </label>
      <div
        className="pt-description"
        id={`${id}-zone`}
      >{`In your time zone, ${Intl.DateTimeFormat().resolvedOptions().timeZone}.`}</div>
      <div className="pt-input-frame">
        <input
          id={id}
          className="pt-input"
          type="datetime-local"
          max="9999-12-31T23:59"
          value={value}
          onChange={event => onChange(event.target.value)}
          aria-invalid={error ? true : undefined}
          aria-describedby={error ? `${id}-zone ${id}-error` : `${id}-zone`}
        />
      </div>
      {error !== null && (
        <div className="pt-field-error" id={`${id}-error`}>
          {error}
        </div>
      )}
    </div>
  );
}
