import { useOperation } from '@portico/plugin-kit/ui';
import { Button, Bytes, ImageIcon, ListPage, PlusIcon, RelativeTime, StateChip, useListUrlState } from '@portico/ui';
import type { DataColumn } from '@portico/ui';
import { useState } from 'react';
import { adminOsImagesPage } from './catalog-admin-pages';
import { managerOptions, managers, managerWords, OfferChip } from './entry-words';
import type { AdminImage } from './entry-words';
import { CreateImageDialog } from './image-dialogs';
import './admin.css';

const offers = ['true', 'false'] as const;
const url = { search: 'q', filters: { offered: { values: offers }, managed_by: { values: managers } } };

const columns: DataColumn<AdminImage>[] = [
  {
    key: 'name',
    header: 'Image',
    cell: image => (
      <span className="catalog-entry">
        <span>{`${image.name} ${image.version}`}</span>
        <span className="pt-description catalog-source">{image.source ?? 'The base of the node’s runtime'}</span>
      </span>
    ),
    priority: 1,
  },
  {
    key: 'offered',
    header: 'Offer',
    cell: image =>
      image.is_default ? <StateChip tone="running" label="Default" /> : <OfferChip isOffered={image.offered} />,
    priority: 1,
    isNarrow: true,
  },
  { key: 'user', header: 'Login', cell: image => image.default_user, priority: 3, isNarrow: true },
  {
    key: 'disk',
    header: 'Needs disk',
    align: 'end',
    cell: image => (image.min_disk_bytes === 0 ? 'Any' : <Bytes value={image.min_disk_bytes} />),
    priority: 2,
    isNarrow: true,
  },
  { key: 'managed', header: 'Kept by', cell: managerWords, priority: 2, isNarrow: true },
  {
    key: 'updated',
    header: 'Changed',
    cell: image => <RelativeTime at={image.updated_at} />,
    priority: 3,
    isNarrow: true,
  },
];

/** What workloads can start from, or could once. */
export function AdminOsImagesPage() {
  const list = useListUrlState(url);
  const [isCreating, setCreating] = useState(false);
  const offered = list.filter('offered');
  const managedBy = managers.find(one => one === list.filter('managed_by'));
  const images = useOperation(
    adminOsImagesPage,
    'listAdminOsImages',
    {
      query: {
        ...(list.search === '' ? {} : { q: list.search }),
        ...(offered === undefined ? {} : { offered: offered === 'true' }),
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
          title: 'OS images',
          description: 'What a workload can start from, newest first: where nodes get it, and what it needs.',
          primaryAction: (
            <Button variant="primary" icon={PlusIcon} onPress={() => setCreating(true)}>
              Add image
            </Button>
          ),
        }}
        label="OS images"
        list={list}
        searchLabel="Search by name or source"
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
          { key: 'managed_by', label: 'Kept by', anyLabel: 'Kept by anyone', options: managerOptions },
        ]}
        columns={columns}
        rows={images.data?.items}
        rowKey={image => image.image_id}
        rowTo={image => `/admin/os-images/${image.image_id}`}
        nextCursor={images.data?.next_cursor ?? null}
        isRefreshing={images.isPlaceholderData}
        failure={images.error}
        onRetry={() => void images.refetch()}
        empty={{ icon: ImageIcon, title: 'No images yet', description: 'Nothing can be launched without one.' }}
      />
      {isCreating && <CreateImageDialog onClose={() => setCreating(false)} />}
    </>
  );
}
