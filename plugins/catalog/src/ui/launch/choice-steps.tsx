import { renderingOf, useOperation } from '@portico/plugin-kit/ui';
import { Banner, CheckboxGroup, Id, KeyIcon, LinkButton, PageState, RadioCards, Rate, Stack } from '@portico/ui';
import { launchPage } from '../pages';
import { capacityText, shapeName, unavailableBecause } from '../sku';
import type { Sku } from '../sku';
import { TopologyMap } from '../topology-map';
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

/** Largest number of free GPUs that one node has: what a launch on a single node can get now. */
function largestOnOneNode(topology: {
  nodes: readonly { numa_domains: readonly { gpus: readonly { state: string }[] }[] }[];
}): number {
  const free = topology.nodes.map(
    node => node.numa_domains.flatMap(domain => domain.gpus).filter(gpu => gpu.state === 'free').length,
  );
  return Math.max(0, ...free);
}

export function CapacityStep({ draft, change, error, sku }: StepProps & { sku: Sku }) {
  const topology = useOperation(launchPage, 'getFleetTopology', { query: { gpu_model: sku.gpu_model } });
  const largest = topology.data === undefined || topology.data.truncated ? Infinity : largestOnOneNode(topology.data);
  return (
    <Stack>
      <RadioCards
        id="step-capacity"
        label="GPUs on one node"
        description="All GPUs of a workload are on the same node."
        minWidth="small"
        error={error}
        value={draft.gpuCount === null ? null : String(draft.gpuCount)}
        onChange={count => change({ gpuCount: Number(count) })}
        options={sku.gpu_counts.map(count => ({
          value: String(count),
          title: count === 1 ? '1 GPU' : `${count} GPUs`,
          description: `${count * sku.vcpus_per_gpu} vCPU`,
          disabledReason: count > largest ? `At most ${largest} are free on one node now` : null,
        }))}
      />
      {topology.data !== undefined && <TopologyMap topology={topology.data} variant="full" />}
    </Stack>
  );
}

export function ImageStep({ draft, change, error }: StepProps) {
  const images = useOperation(launchPage, 'listOsImages', { query: { limit: CHOICES_MAX } });
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
          description: image.description,
        }))}
      />
    </PageState>
  );
}

export function NetworkStep({ draft, change }: StepProps) {
  return (
    <RadioCards
      id="step-network"
      label="Network"
      isLabelHidden
      value={draft.network}
      onChange={network => change({ network })}
      options={[
        {
          value: 'egress',
          title: 'Internet access',
          description: 'Downloads packages, models and data over HTTP and HTTPS. Private networks stay out of reach.',
        },
        { value: 'isolated', title: 'Isolated', description: 'Reaches nothing. You still get in by terminal and SSH.' },
      ]}
    />
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
