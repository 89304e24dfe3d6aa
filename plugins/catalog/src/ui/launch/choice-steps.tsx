import type { ReplyOf } from '@portico/plugin-kit/contract';
import { renderingOf, useOperation } from '@portico/plugin-kit/ui';
import {
  Banner,
  CheckboxGroup,
  formatBytes,
  Id,
  KeyIcon,
  LinkButton,
  PageState,
  RadioCards,
  Rate,
  Stack,
} from '@portico/ui';
import type { listOsImages } from '../../contract/operations';
import { launchPage } from '../pages';
import { capacityText, shapeName, unavailableBecause } from '../sku';
import type { Sku } from '../sku';
import type { LaunchDraft } from './launch-draft';

/** As many as one page of a list holds: more choices than that are no choice. */
export const CHOICES_MAX = 200;

export interface StepProps {
  draft: LaunchDraft;
  change: (part: Partial<LaunchDraft>) => void;
  error: string | null;
}

export function HardwareStep({ draft, change, error, skus }: StepProps & { skus: readonly Sku[] }) {
  return (
    <RadioCards
      id="step-hardware"
      label="Hardware"
      isLabelHidden
      minWidth="large"
      error={error}
      value={draft.skuId}
      // Another hardware has other sizes: the smallest is the safe one to start from.
      onChange={skuId => change({ skuId, gpuCount: skus.find(sku => sku.sku_id === skuId)?.gpu_counts[0] ?? null })}
      options={skus.map(sku => ({
        value: sku.sku_id,
        title: sku.name,
        aside: <Rate value={sku.price_per_gpu_hour} />,
        description: `${sku.gpu_model} · ${shapeName(sku)}${sku.total_gpus === 0 ? '' : ` · ${capacityText(sku)}`}`,
        disabledReason: unavailableBecause(sku),
      }))}
    />
  );
}

/** Images the chosen hardware can be launched with. */
export function imagesFor(skuId: string | null) {
  return { query: { limit: CHOICES_MAX, ...(skuId === null ? {} : { sku_id: skuId }) } };
}

function imageDescription({
  description,
  min_disk_bytes: bytes,
}: ReplyOf<typeof listOsImages>['items'][number]): string {
  return bytes === 0 ? description : `${description} Needs ${formatBytes(bytes)} of disk.`.trim();
}

export function ImageStep({ draft, change, error }: StepProps) {
  const images = useOperation(launchPage, 'listOsImages', imagesFor(draft.skuId));
  return (
    <PageState state={renderingOf(images, { layout: 'cards' })}>
      <RadioCards
        id="step-image"
        label="Image"
        isLabelHidden
        error={error}
        value={draft.imageId}
        onChange={imageId => change({ imageId })}
        options={(images.data?.items ?? []).map(image => ({
          value: image.image_id,
          title: `${image.name} ${image.version}`,
          description: imageDescription(image),
        }))}
      />
    </PageState>
  );
}

export function AccessStep({ draft, change }: StepProps) {
  const keys = useOperation(launchPage, 'listSshKeys', { query: { limit: CHOICES_MAX } });
  const items = keys.data?.items ?? [];
  const state = renderingOf(keys, {
    empty: keys.data !== undefined &&
      items.length === 0 && {
        icon: KeyIcon,
        title: 'No SSH keys yet',
        description: 'The terminal in the browser works without one. A key you add later is accepted too.',
        actions: <LinkButton to="/access/ssh-keys">Add an SSH key</LinkButton>,
      },
  });
  return (
    <PageState state={state}>
      <Stack>
        <RadioCards
          id="step-access"
          label="Who can log in by SSH"
          value={draft.sshKeyIds === null ? 'all' : 'chosen'}
          onChange={choice => change({ sshKeyIds: choice === 'all' ? null : items.map(key => key.key_id) })}
          options={[
            { value: 'all', title: 'All my keys', description: 'Those you have now and those you add later.' },
            { value: 'chosen', title: 'Chosen keys', description: 'Only these; you can change it while it runs.' },
          ]}
        />
        {draft.sshKeyIds !== null && (
          <>
            <CheckboxGroup
              label="Keys"
              value={draft.sshKeyIds}
              onChange={sshKeyIds => change({ sshKeyIds })}
              options={items.map(key => ({
                value: key.key_id,
                label: key.name,
                description: <Id value={key.fingerprint} />,
              }))}
            />
            {draft.sshKeyIds.length === 0 && (
              <Banner tone="info">No key is chosen: only the terminal in the browser will work.</Banner>
            )}
          </>
        )}
      </Stack>
    </PageState>
  );
}
