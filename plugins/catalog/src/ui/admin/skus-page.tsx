import { useOperation } from '@portico/plugin-kit/ui';
import { Button, CpuIcon, ListPage, PlusIcon, Rate, RelativeTime, useListUrlState } from '@portico/ui';
import type { DataColumn } from '@portico/ui';
import { useState } from 'react';
import { shapeName } from '../sku';
import { adminSkusPage } from './catalog-admin-pages';
import { managerOptions, managers, managerWords, OfferChip } from './entry-words';
import type { AdminSku } from './entry-words';
import { CreateSkuDialog } from './sku-dialogs';
import './admin.css';

const shapes = ['gpu_slice', 'baremetal'] as const;
const offers = ['true', 'false'] as const;
const url = {
  search: 'q',
  filters: { offered: { values: offers }, shape: { values: shapes }, managed_by: { values: managers } },
};

const columns: DataColumn<AdminSku>[] = [
  {
    key: 'name',
    header: 'SKU',
    cell: sku => (
      <span className="catalog-entry">
        <span>{sku.name}</span>
        <span className="pt-description">{`${sku.gpu_model} · ${shapeName(sku)}`}</span>
      </span>
    ),
    priority: 1,
  },
  {
    key: 'offered',
    header: 'Offer',
    cell: sku => <OfferChip isOffered={sku.offered} />,
    priority: 1,
    isNarrow: true,
  },
  {
    key: 'prices',
    header: 'Per GPU',
    align: 'end',
    cell: sku => <Prices sku={sku} />,
    priority: 1,
    isNarrow: true,
  },
  { key: 'who', header: 'For', cell: whoWords, priority: 2, isNarrow: true },
  { key: 'where', header: 'Regions', cell: sku => sku.regions?.join(', ') ?? 'Any', priority: 3 },
  {
    key: 'free',
    header: 'Free',
    align: 'end',
    cell: sku => <span className="pt-numeric">{`${sku.free_gpus} of ${sku.total_gpus}`}</span>,
    priority: 2,
    isNarrow: true,
  },
  { key: 'managed', header: 'Kept by', cell: managerWords, priority: 3, isNarrow: true },
  {
    key: 'updated',
    header: 'Changed',
    cell: sku => <RelativeTime at={sku.updated_at} />,
    priority: 3,
    isNarrow: true,
  },
];

/** All hardware that is or was sold, with its prices. */
export function AdminSkusPage() {
  const list = useListUrlState(url);
  const [isCreating, setCreating] = useState(false);
  const offered = list.filter('offered');
  const shape = shapes.find(one => one === list.filter('shape'));
  const managedBy = managers.find(one => one === list.filter('managed_by'));
  const skus = useOperation(
    adminSkusPage,
    'listAdminSkus',
    {
      query: {
        ...(list.search === '' ? {} : { q: list.search }),
        ...(offered === undefined ? {} : { offered: offered === 'true' }),
        ...(shape === undefined ? {} : { shape }),
        ...(managedBy === undefined ? {} : { managed_by: managedBy }),
        ...(list.cursor === null ? {} : { cursor: list.cursor }),
      },
    },
    { keepPrevious: true },
  );
  return (
    <>
      <ListPage
        header={{
          title: 'SKUs',
          description: 'The hardware that is sold, newest first: its sizes, its prices, who sees it and where it runs.',
          primaryAction: (
            <Button variant="primary" icon={PlusIcon} onPress={() => setCreating(true)}>
              Create SKU
            </Button>
          ),
        }}
        label="SKUs"
        list={list}
        searchLabel="Search by name or GPU model"
        filters={[
          {
            key: 'offered',
            label: 'Offer',
            anyLabel: 'Offered or not',
            options: [
              { value: 'true', label: 'Offered' },
              { value: 'false', label: 'Withdrawn' },
            ],
          },
          {
            key: 'shape',
            label: 'Shape',
            anyLabel: 'Any shape',
            options: [
              { value: 'gpu_slice', label: 'GPU slice' },
              { value: 'baremetal', label: 'Whole node' },
            ],
          },
          { key: 'managed_by', label: 'Kept by', anyLabel: 'Kept by anyone', options: managerOptions },
        ]}
        columns={columns}
        rows={skus.data?.items}
        rowKey={sku => sku.sku_id}
        rowTo={sku => `/admin/skus/${sku.sku_id}`}
        nextCursor={skus.data?.next_cursor ?? null}
        isRefreshing={skus.isPlaceholderData}
        failure={skus.error}
        onRetry={() => void skus.refetch()}
        empty={{
          icon: CpuIcon,
          title: 'No SKUs yet',
          description:
            'A SKU says which GPUs are sold, in which sizes, with how much memory and disk, and for how much.',
        }}
      />
      {isCreating && <CreateSkuDialog onClose={() => setCreating(false)} />}
    </>
  );
}

function Prices({ sku }: { sku: AdminSku }) {
  const sold = sku.prices.filter(price => price.per_gpu_hour !== null);
  if (sold.length === 0) return <>No price</>;
  return (
    <span className="catalog-prices">
      {sold.map(price => (
        <Rate key={price.currency} value={price.per_gpu_hour} />
      ))}
    </span>
  );
}

function whoWords({ organization_ids: ids }: AdminSku): string {
  if (ids === null) return 'Everyone';
  return ids.length === 1 ? '1 organization' : `${ids.length} organizations`;
}
