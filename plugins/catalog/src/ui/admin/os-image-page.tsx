import { renderingOf, useOperation } from '@portico/plugin-kit/ui';
import {
  Banner,
  Button,
  Bytes,
  Id,
  Instant,
  KeyValueList,
  LinkButton,
  PageHeader,
  PageState,
  Panel,
  Stack,
  StateChip,
} from '@portico/ui';
import { useState } from 'react';
import { useParams } from 'react-router-dom';
import { adminOsImagePage } from './catalog-admin-pages';
import { inUseWords, managerWords, OfferChip, takeOverWords } from './entry-words';
import type { AdminImageDetail } from './entry-words';
import { DefaultImageDialog, EditImageDialog, OfferImageDialog } from './image-dialogs';
import './admin.css';

export function AdminOsImagePage() {
  const { imageId = '' } = useParams();
  const detail = useOperation(adminOsImagePage, 'getAdminOsImage', { params: { image_id: imageId } });
  return (
    <>
      {detail.data === undefined && (
        <PageHeader title="OS image" breadcrumbs={[{ label: 'OS images', to: '/admin/os-images' }]} />
      )}
      <PageState state={renderingOf(detail, { what: 'image', layout: 'text' })}>
        {detail.data !== undefined && <OsImage image={detail.data} />}
      </PageState>
    </>
  );
}

function OsImage({ image }: { image: AdminImageDetail }) {
  const [deed, setDeed] = useState<'edit' | 'default' | 'offer' | null>(null);
  const close = () => setDeed(null);
  return (
    <Stack gap="loose">
      <PageHeader
        title={`${image.name} ${image.version}`}
        breadcrumbs={[{ label: 'OS images', to: '/admin/os-images' }, { label: image.name }]}
        chip={image.is_default ? <StateChip tone="running" label="Default" /> : <OfferChip isOffered={image.offered} />}
        description={image.description === '' ? undefined : image.description}
        primaryAction={
          <Button variant="primary" onPress={() => setDeed('edit')}>
            Edit
          </Button>
        }
        menu={[
          {
            items: [
              {
                id: 'default',
                label: 'Make it the default…',
                disabledReason: defaultRefusal(image),
                onAction: () => setDeed('default'),
              },
              image.offered
                ? {
                    id: 'offer',
                    label: 'Withdraw…',
                    isDanger: true,
                    disabledReason: image.is_default ? 'Make another one the default first' : null,
                    onAction: () => setDeed('offer'),
                  }
                : { id: 'offer', label: 'Offer again…', onAction: () => setDeed('offer') },
            ],
          },
        ]}
      />
      {image.managed_by === 'configuration' && <Banner>{takeOverWords(image)}</Banner>}
      <Panel title="What it is">
        <KeyValueList
          items={[
            {
              label: 'Source',
              value:
                image.source === null ? (
                  'The base of the node’s runtime'
                ) : (
                  <span className="pt-mono catalog-source">{image.source}</span>
                ),
            },
            {
              label: 'Digest',
              value:
                image.digest === null ? 'Not pinned' : <span className="pt-mono catalog-source">{image.digest}</span>,
            },
            { label: 'Login', value: <span className="pt-mono">{image.default_user}</span> },
            {
              label: 'Needs disk',
              value: image.min_disk_bytes === 0 ? 'Any' : <Bytes value={image.min_disk_bytes} />,
            },
            { label: 'Runs from it', value: inUseWords(image.in_use) },
            { label: 'Kept by', value: managerWords(image) },
            { label: 'Changed', value: <Instant at={image.updated_at} /> },
            { label: 'Image id', value: <Id value={image.image_id} /> },
          ]}
        />
      </Panel>
      <Panel title="Hardware" description="SKUs that name their images; all others take every image.">
        {image.named_by_skus.length === 0 ? (
          <p>No SKU names it.</p>
        ) : (
          <Stack>
            {image.named_by_skus.map(sku => (
              <span key={sku.sku_id}>
                <LinkButton to={`/admin/skus/${sku.sku_id}`}>{sku.name}</LinkButton>
              </span>
            ))}
          </Stack>
        )}
      </Panel>
      {deed === 'edit' && <EditImageDialog image={image} onClose={close} />}
      <DefaultImageDialog image={image} isOpen={deed === 'default'} onClose={close} />
      <OfferImageDialog image={image} isOpen={deed === 'offer'} onClose={close} />
    </Stack>
  );
}

function defaultRefusal(image: AdminImageDetail): string | null {
  if (image.is_default) return 'It is the default';
  return image.offered ? null : 'Offer it again first';
}
