import type { ReplyOf } from '@portico/plugin-kit/contract';
import { EquivalentCall, renderingOf, useAction, useOperation } from '@portico/plugin-kit/ui';
import {
  Banner,
  Button,
  Dialog,
  KeyValueList,
  PageState,
  Panel,
  showToast,
  Stack,
  TextArea,
  TextField,
} from '@portico/ui';
import { useId, useState } from 'react';
import type { FormEvent } from 'react';
import type { getBillingDetails } from '../../contract/invoice-operations';
import { invoicesPage } from '../pages';

type Details = ReplyOf<typeof getBillingDetails>;

/** As the operation takes them. */
const LINE_LENGTH_MAX = 120;
const ADDRESS_LINES_MAX = 6;
const ADDRESS_LENGTH_MAX = LINE_LENGTH_MAX * ADDRESS_LINES_MAX;

/** Whom invoices are made out to. */
export function BillingDetailsPanel({ mayManage }: { mayManage: boolean }) {
  const details = useOperation(invoicesPage, 'getBillingDetails', {});
  const [isChanging, setChanging] = useState(false);
  const { data } = details;
  return (
    <Panel
      title="Billing details"
      description="What invoices say about the organization, from the next one on."
      actions={
        mayManage &&
        data !== undefined && (
          <Button size="small" onPress={() => setChanging(true)}>
            Change
          </Button>
        )
      }
    >
      <PageState state={renderingOf(details, { layout: 'text' })}>
        {data !== undefined && (
          <KeyValueList
            columns={2}
            items={[
              { label: 'Made out to', value: data.legal_name ?? 'The name of the organization' },
              { label: 'Tax number', value: data.tax_id },
              { label: 'Address', value: data.address.length === 0 ? null : data.address.join(', ') },
              { label: 'Purchase order', value: data.purchase_order },
              { label: 'E-mail', value: data.email },
            ]}
          />
        )}
      </PageState>
      {isChanging && data !== undefined && <DetailsDialog details={data} onClose={() => setChanging(false)} />}
    </Panel>
  );
}

const orNull = (text: string) => (text.trim() === '' ? null : text.trim());

function DetailsDialog({ details, onClose }: { details: Details; onClose: () => void }) {
  const save = useAction(invoicesPage, 'setBillingDetails', { invalidates: ['getBillingDetails'] });
  const [name, setName] = useState(details.legal_name ?? '');
  const [address, setAddress] = useState(details.address.join('\n'));
  const [taxId, setTaxId] = useState(details.tax_id ?? '');
  const [email, setEmail] = useState(details.email ?? '');
  const [order, setOrder] = useState(details.purchase_order ?? '');
  const [wasTried, setTried] = useState(false);
  const form = useId();
  const lines = address
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '');
  const isAddressLong = lines.length > ADDRESS_LINES_MAX || lines.some(line => line.length > LINE_LENGTH_MAX);
  const call = {
    body: {
      legal_name: orNull(name),
      address: lines,
      tax_id: orNull(taxId),
      email: orNull(email),
      purchase_order: orNull(order),
    },
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (isAddressLong || save.isPending) return;
    save.mutate(call, {
      onSuccess: () => {
        showToast({ tone: 'success', title: 'The billing details were changed.' });
        onClose();
      },
    });
  };
  const line = { maxLength: LINE_LENGTH_MAX, isRequired: false } as const;
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title="Billing details"
      footer={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button type="submit" form={form} variant="primary" isPending={save.isPending}>
            Save
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} noValidate>
        <Stack>
          <TextField
            {...line}
            label="Made out to"
            description="The name of the organization when empty."
            value={name}
            onChange={setName}
            autoComplete="organization"
          />
          <TextArea
            label="Address"
            description="Line by line, as on an envelope."
            isRequired={false}
            rows={4}
            value={address}
            onChange={setAddress}
            maxLength={ADDRESS_LENGTH_MAX}
            error={
              wasTried && isAddressLong ? `At most ${ADDRESS_LINES_MAX} lines of ${LINE_LENGTH_MAX} characters.` : null
            }
          />
          <TextField {...line} label="Tax number" value={taxId} onChange={setTaxId} autoComplete="off" isMonospace />
          <TextField
            {...line}
            label="E-mail"
            description="Printed on invoices; nothing is sent to it."
            type="email"
            value={email}
            onChange={setEmail}
            autoComplete="email"
          />
          <TextField {...line} label="Purchase order" value={order} onChange={setOrder} autoComplete="off" />
          <EquivalentCall page={invoicesPage} name="setBillingDetails" args={call} />
          {save.error !== null && <Banner tone="failed">{save.error.message}</Banner>}
        </Stack>
      </form>
    </Dialog>
  );
}
