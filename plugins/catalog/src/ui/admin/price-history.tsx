import { EquivalentCall, useAction } from '@portico/plugin-kit/ui';
import { Button, ConfirmDialog, DataTable, Instant, Panel, Rate, showToast, StateChip } from '@portico/ui';
import type { DataColumn } from '@portico/ui';
import { useState } from 'react';
import { adminSkuPage } from './catalog-admin-pages';
import type { AdminSkuDetail, SkuPrice } from './entry-words';

const looks = {
  in_force: { tone: 'running', label: 'In force' },
  scheduled: { tone: 'progress', label: 'Scheduled' },
  past: { tone: 'muted', label: 'Past' },
} as const satisfies Record<SkuPrice['status'], object>;

/** What it cost, costs and will cost. */
export function PriceHistory({ sku }: { sku: AdminSkuDetail }) {
  const [cancelling, setCancelling] = useState<SkuPrice | null>(null);
  const columns: DataColumn<SkuPrice>[] = [
    {
      key: 'price',
      header: 'Per GPU',
      cell: price =>
        price.per_gpu_hour === null ? `Not sold in ${price.currency}` : <Rate value={price.per_gpu_hour} />,
      priority: 1,
      isNarrow: true,
    },
    { key: 'currency', header: 'Currency', cell: price => price.currency, priority: 2, isNarrow: true },
    {
      key: 'status',
      header: 'Status',
      cell: price => <StateChip {...looks[price.status]} />,
      priority: 1,
      isNarrow: true,
    },
    { key: 'from', header: 'From', cell: price => <Instant at={price.effective_from} />, priority: 1, isNarrow: true },
    {
      key: 'by',
      header: 'Set by',
      cell: price => (price.set_by === null ? 'The configuration' : (price.set_by_name ?? price.set_by)),
      priority: 2,
    },
    {
      key: 'cancel',
      header: '',
      align: 'end',
      isNarrow: true,
      priority: 1,
      cell: price =>
        price.status === 'scheduled' && (
          <Button size="small" onPress={() => setCancelling(price)}>
            Take back
          </Button>
        ),
    },
  ];
  return (
    <Panel
      title="Prices"
      description="Running allocations keep the price of their launch."
      isFlush={sku.price_history.length > 0}
    >
      {sku.price_history.length === 0 ? (
        <p>It has no price yet, so nobody can launch it.</p>
      ) : (
        <DataTable label="Prices" columns={columns} rows={sku.price_history} rowKey={price => price.price_id} />
      )}
      {cancelling !== null && (
        <CancelPriceDialog skuId={sku.sku_id} price={cancelling} onClose={() => setCancelling(null)} />
      )}
    </Panel>
  );
}

function CancelPriceDialog({ skuId, price, onClose }: { skuId: string; price: SkuPrice; onClose: () => void }) {
  const cancel = useAction(adminSkuPage, 'cancelSkuPrice', { invalidates: ['getAdminSku', 'listAdminSkus'] });
  const params = { sku_id: skuId, price_id: price.price_id };
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      level="simple"
      title="Take back this price?"
      impact={[
        <>
          It would begin at <Instant at={price.effective_from} />; it never will.
        </>,
        `What is in force in ${price.currency} stays.`,
      ]}
      confirmLabel="Take back"
      cancelLabel="Cancel"
      error={cancel.error?.message ?? null}
      isPending={cancel.isPending}
      onConfirm={async () => {
        await cancel.mutateAsync({ params });
        showToast({ tone: 'success', title: 'The price is taken back.' });
        onClose();
      }}
    >
      <EquivalentCall page={adminSkuPage} name="cancelSkuPrice" args={{ params }} />
    </ConfirmDialog>
  );
}
