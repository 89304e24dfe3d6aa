import { EquivalentCall, useAction } from '@portico/plugin-kit/ui';
import { Banner, ConfirmDialog, showToast, TextField } from '@portico/ui';
import { useState } from 'react';
import { useNavigate } from 'react-router-dom';
import { adminSkuPage, adminSkusPage } from './catalog-admin-pages';
import { EntryDialog } from './entry-dialog';
import { inUseWords, takeOverWords, typedAmount } from './entry-words';
import type { AdminSkuDetail } from './entry-words';
import { draftOfSku, emptySku, fieldsOf, SkuFields } from './sku-fields';
import { useKeyOf } from './use-key-of';

/** What a new price begins in; others are set beside it afterwards. */
const FIRST_CURRENCY = 'USD';
const invalidates = ['getAdminSku', 'listAdminSkus', 'listSkus'];

/** Mounted while open, so that each opening begins anew. */
export function CreateSkuDialog({ onClose }: { onClose: () => void }) {
  const navigate = useNavigate();
  const create = useAction(adminSkusPage, 'createSku', { invalidates });
  const [draft, setDraft] = useState(emptySku);
  const [fraction, setFraction] = useState('1000');
  const [amount, setAmount] = useState('');
  const [wasTried, setTried] = useState(false);
  const fields = fieldsOf(draft);
  const price = typedAmount(amount, FIRST_CURRENCY);
  const isPriceGood = amount.trim() === '' || price !== null;
  const body = {
    ...(fields ?? { ...draftBody }),
    gpu_fraction_milli: draft.shape === 'gpu_slice' ? Number(fraction) : 1000,
    ...(price === null ? {} : { prices: [price] }),
  };
  const idempotencyKey = useKeyOf(body);
  const submit = () => {
    setTried(true);
    if (fields === null || !isPriceGood || create.isPending) return;
    create.mutate({ body, idempotencyKey }, { onSuccess: sku => navigate(`/admin/skus/${sku.sku_id}`) });
  };
  return (
    <EntryDialog
      title="Create SKU"
      submitLabel="Create SKU"
      isPending={create.isPending}
      refusal={create.error?.message ?? null}
      onSubmit={submit}
      onClose={onClose}
    >
      <SkuFields
        draft={draft}
        onChange={change => setDraft({ ...draft, ...change })}
        wasTried={wasTried}
        fraction={{ value: fraction, onChange: setFraction }}
      />
      <TextField
        label={`Price per GPU and hour (${FIRST_CURRENCY})`}
        description="Without one it cannot be launched. Prices in other currencies are set on its page."
        value={amount}
        onChange={setAmount}
        maxLength={16}
        isMonospace
        inputMode="decimal"
        error={wasTried && !isPriceGood ? 'Give an amount, such as 2.49.' : null}
      />
      <EquivalentCall page={adminSkusPage} name="createSku" args={{ body }} idempotencyKey={idempotencyKey} />
    </EntryDialog>
  );
}

/** Stands in the shown call while the form is incomplete. */
const draftBody = {
  name: '…',
  gpu_model: '…',
  shape: 'gpu_slice' as const,
  gpu_counts: [1],
  vcpus_per_gpu: 1,
  memory_bytes_per_gpu: 1024 ** 3,
  disk_bytes_per_gpu: 1024 ** 3,
};

export function EditSkuDialog({ sku, onClose }: { sku: AdminSkuDetail; onClose: () => void }) {
  const update = useAction(adminSkuPage, 'updateSku', { invalidates });
  const [before] = useState(() => draftOfSku(sku));
  const [draft, setDraft] = useState(before);
  const [wasTried, setTried] = useState(false);
  const fields = fieldsOf(draft);
  const unchanged = fieldsOf(before);
  // Only what was touched: sizes that are no whole GiB stay as they are.
  const body = Object.fromEntries(
    Object.entries(fields ?? {}).filter(
      ([field, value]) =>
        JSON.stringify(value) !== JSON.stringify(unchanged?.[field as keyof NonNullable<typeof unchanged>]),
    ),
  );
  const params = { sku_id: sku.sku_id };
  const submit = () => {
    setTried(true);
    if (fields === null || update.isPending) return;
    if (Object.keys(body).length === 0) return onClose();
    update.mutate(
      { params, body },
      {
        onSuccess: saved => {
          showToast({ tone: 'success', title: `${saved.name} is changed.` });
          onClose();
        },
      },
    );
  };
  return (
    <EntryDialog
      title={`Edit ${sku.name}`}
      submitLabel="Save"
      isPending={update.isPending}
      refusal={update.error?.message ?? null}
      onSubmit={submit}
      onClose={onClose}
    >
      {sku.managed_by === 'configuration' && <Banner>{takeOverWords(sku)}</Banner>}
      <SkuFields draft={draft} onChange={change => setDraft({ ...draft, ...change })} wasTried={wasTried} />
      <EquivalentCall page={adminSkuPage} name="updateSku" args={{ params, body }} />
    </EntryDialog>
  );
}

/** Out of the catalogue, or back into it. */
export function OfferSkuDialog({
  sku,
  isOpen,
  onClose,
}: {
  sku: AdminSkuDetail;
  isOpen: boolean;
  onClose: () => void;
}) {
  const withdraw = useAction(adminSkuPage, 'withdrawSku', { invalidates });
  const offer = useAction(adminSkuPage, 'offerSku', { invalidates });
  const params = { sku_id: sku.sku_id };
  const deed = sku.offered ? withdraw : offer;
  const takesOver = sku.managed_by === 'configuration' ? [takeOverWords(sku)] : [];
  return (
    <ConfirmDialog
      isOpen={isOpen}
      onClose={() => {
        deed.reset();
        onClose();
      }}
      level="simple"
      tone={sku.offered ? 'danger' : 'neutral'}
      title={sku.offered ? `Withdraw ${sku.name}?` : `Offer ${sku.name} again?`}
      impact={
        sku.offered
          ? [
              'It leaves the catalog at once, and nobody can launch it any more.',
              sku.in_use.allocations === 0
                ? 'Nothing runs on it.'
                : `${inUseWords(sku.in_use)} go on, at the price of their launch.`,
              'Its prices and its history are kept. It can be offered again.',
              ...takesOver,
            ]
          : ['It is in the catalog at once, with the prices in force.', ...takesOver]
      }
      confirmLabel={sku.offered ? 'Withdraw' : 'Offer again'}
      cancelLabel="Cancel"
      error={deed.error?.message ?? null}
      isPending={deed.isPending}
      onConfirm={async () => {
        await deed.mutateAsync({ params });
        showToast({ tone: 'success', title: sku.offered ? `${sku.name} is withdrawn.` : `${sku.name} is offered.` });
        onClose();
      }}
    >
      <EquivalentCall page={adminSkuPage} name={sku.offered ? 'withdrawSku' : 'offerSku'} args={{ params }} />
    </ConfirmDialog>
  );
}
