import { renderingOf, useOperation } from '@portico/plugin-kit/ui';
import { Banner, Bytes, Button, Id, Instant, KeyValueList, PageHeader, PageState, Panel, Stack } from '@portico/ui';
import { useState } from 'react';
import { useParams } from 'react-router-dom';
import { countsText, shapeName } from '../sku';
import { adminSkuPage } from './catalog-admin-pages';
import { inUseWords, managerWords, OfferChip, takeOverWords } from './entry-words';
import type { AdminSkuDetail } from './entry-words';
import { OrganizationName } from './organization-name';
import { PriceDialog } from './price-dialog';
import { PriceHistory } from './price-history';
import { SkuAudienceDialog } from './sku-audience-dialog';
import { EditSkuDialog, OfferSkuDialog } from './sku-dialogs';
import './admin.css';

/** As many of a list as a page carries; more are counted. */
const ORGANIZATIONS_NAMED_MAX = 20;

export function AdminSkuPage() {
  const { skuId = '' } = useParams();
  const detail = useOperation(adminSkuPage, 'getAdminSku', { params: { sku_id: skuId } });
  return (
    <>
      {detail.data === undefined && <PageHeader title="SKU" breadcrumbs={[{ label: 'SKUs', to: '/admin/skus' }]} />}
      <PageState state={renderingOf(detail, { what: 'SKU', layout: 'text' })}>
        {detail.data !== undefined && <Sku sku={detail.data} />}
      </PageState>
    </>
  );
}

function Sku({ sku }: { sku: AdminSkuDetail }) {
  const [deed, setDeed] = useState<'edit' | 'price' | 'audience' | 'offer' | null>(null);
  const images = useOperation(adminSkuPage, 'listOsImages', { query: { limit: 200 } });
  const close = () => setDeed(null);
  const nameOf = (imageId: string) => {
    const image = images.data?.items.find(one => one.image_id === imageId);
    return image === undefined ? imageId : `${image.name} ${image.version}`;
  };
  return (
    <Stack gap="loose">
      <PageHeader
        title={sku.name}
        breadcrumbs={[{ label: 'SKUs', to: '/admin/skus' }, { label: sku.name }]}
        chip={<OfferChip isOffered={sku.offered} />}
        primaryAction={
          <Button variant="primary" onPress={() => setDeed('price')}>
            Set a price
          </Button>
        }
        secondaryAction={<Button onPress={() => setDeed('edit')}>Edit</Button>}
        menu={[
          {
            items: [
              { id: 'audience', label: 'Organizations, regions and images…', onAction: () => setDeed('audience') },
              sku.offered
                ? { id: 'offer', label: 'Withdraw…', isDanger: true, onAction: () => setDeed('offer') }
                : { id: 'offer', label: 'Offer again…', onAction: () => setDeed('offer') },
            ],
          },
        ]}
      />
      {sku.managed_by === 'configuration' && <Banner>{takeOverWords(sku)}</Banner>}
      <Panel title="What it is">
        <KeyValueList
          columns={2}
          items={[
            { label: 'GPU model', value: sku.gpu_model },
            { label: 'Shape', value: shapeName(sku) },
            { label: 'Sizes', value: countsText(sku) },
            {
              label: 'Part of a GPU',
              value: sku.gpu_fraction_milli === 1000 ? 'A whole one' : `${sku.gpu_fraction_milli / 10} %`,
            },
            { label: 'vCPU per GPU', value: sku.vcpus_per_gpu },
            { label: 'Memory per GPU', value: <Bytes value={sku.memory_bytes_per_gpu} /> },
            { label: 'Disk per GPU', value: <Bytes value={sku.disk_bytes_per_gpu} /> },
            { label: 'Free now', value: `${sku.free_gpus} of ${sku.total_gpus} GPUs` },
            { label: 'Runs on it', value: inUseWords(sku.in_use) },
            { label: 'Kept by', value: managerWords(sku) },
            { label: 'Changed', value: <Instant at={sku.updated_at} /> },
            { label: 'SKU id', value: <Id value={sku.sku_id} /> },
          ]}
        />
      </Panel>
      <PriceHistory sku={sku} />
      <Panel
        title="Who, where and from what"
        actions={
          <Button size="small" onPress={() => setDeed('audience')}>
            Change
          </Button>
        }
      >
        <KeyValueList
          items={[
            { label: 'Organizations', value: <Organizations ids={sku.organization_ids} /> },
            { label: 'Regions', value: sku.regions?.join(', ') ?? 'Wherever there are such GPUs' },
            { label: 'Images', value: sku.image_ids?.map(nameOf).join(', ') ?? 'All' },
          ]}
        />
      </Panel>
      {deed === 'edit' && <EditSkuDialog sku={sku} onClose={close} />}
      {deed === 'price' && <PriceDialog sku={sku} onClose={close} />}
      {deed === 'audience' && <SkuAudienceDialog sku={sku} onClose={close} />}
      <OfferSkuDialog sku={sku} isOpen={deed === 'offer'} onClose={close} />
    </Stack>
  );
}

function Organizations({ ids }: { ids: readonly string[] | null }) {
  if (ids === null) return <>Everyone</>;
  const named = ids.slice(0, ORGANIZATIONS_NAMED_MAX);
  return (
    <ul className="catalog-organizations">
      {named.map(id => (
        <li key={id}>
          <OrganizationName organizationId={id} />
        </li>
      ))}
      {ids.length > named.length && <li>{`and ${ids.length - named.length} more`}</li>}
    </ul>
  );
}
