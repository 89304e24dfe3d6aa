import { EquivalentCall, renderingOf } from '@portico/plugin-kit/ui';
import type { BodySentTo } from '@portico/plugin-kit/contract';
import type { ApiError } from '@portico/plugin-kit/ui';
import { Banner, KeyValueList, LinkButton, PageState, Rate, Stack, TextField } from '@portico/ui';
import { useState } from 'react';
import { launchPage } from '../pages';
import type { Sku } from '../sku';
import type { StepProps } from './choice-steps';
import { steps, TAGS_TEXT_LENGTH_MAX, tagsError } from './launch-draft';
import type { StepName } from './launch-draft';
import type { Quote } from './price-rail';
import { refusalWords } from './refusal-words';
import type { Refusal } from './refusal-words';

/** Where a refusal can be put right. */
const placeOf: Readonly<Record<string, StepName>> = {
  sku_not_found: 'hardware',
  sku_sold_out: 'hardware',
  node_offline: 'hardware',
  price_unavailable: 'hardware',
  topology_unsatisfiable: 'capacity',
  region_not_offered: 'capacity',
  published_ports_invalid: 'network',
  published_ports_unavailable: 'network',
  image_not_found: 'image',
  ssh_key_not_found: 'access',
};

/** Who pays comes back here. */
export const addFundsFromHere = '/billing/add-funds?return_path=/launch';

export interface Precheck {
  isPending: boolean;
  error: ApiError | null;
  data: { passed: boolean; failures: Refusal[]; warnings: Refusal[] } | undefined;
  refetch: () => unknown;
}

type LaunchRequest = BodySentTo<typeof launchPage.operations.launchAllocation>;

export function ReviewStep(
  props: StepProps & {
    sku: Sku | undefined;
    imageName: string;
    quote: Quote | undefined;
    precheck: Precheck;
    request: LaunchRequest;
    goTo: (step: StepName) => void;
  },
) {
  const { draft, change, sku, imageName, quote, precheck, request, goTo } = props;
  const access =
    draft.sshKeyIds === null
      ? 'All my keys'
      : draft.sshKeyIds.length === 1
        ? '1 chosen key'
        : `${draft.sshKeyIds.length} chosen keys`;
  return (
    <Stack>
      <TextField
        label="Name"
        description={
          draft.count === 1
            ? 'So that you find it again. Left empty, it is named after its hardware.'
            : `So that you find them again: -1 to -${draft.count} is put behind it. Left empty, they are named after their hardware.`
        }
        isRequired={false}
        value={draft.name}
        onChange={name => change({ name })}
        maxLength={80}
      />
      <TagsField draft={draft} change={change} />
      <KeyValueList
        items={[
          {
            label: 'Hardware',
            value: sku === undefined ? '–' : `${draft.gpuCount ?? '?'} × ${sku.gpu_model} (${sku.name})`,
          },
          ...(draft.count === 1
            ? []
            : [
                {
                  label: 'How many',
                  value: `${draft.count} alike, ${draft.spread ? 'spread over nodes' : 'close together'}, all or none`,
                },
              ]),
          ...(request.region === undefined ? [] : [{ label: 'Region', value: request.region }]),
          { label: 'Image', value: imageName },
          { label: 'Network', value: draft.network === 'egress' ? 'Internet access' : 'Isolated' },
          ...(draft.ports.length === 0
            ? []
            : [
                {
                  label: 'Published ports',
                  value: draft.ports.map(({ port, name }) => `${name} (${port ?? '?'})`).join(', '),
                },
              ]),
          { label: 'SSH access', value: access },
          { label: 'Price', value: <Rate value={quote?.price_per_hour} /> },
        ]}
      />
      <PageState state={renderingOf(precheck, { layout: 'text' })}>
        {precheck.data?.failures.map(failure => {
          const place = placeOf[failure.code];
          return (
            <Banner
              key={`${failure.code} ${String(failure.details.quota ?? failure.details.policy ?? '')}`}
              tone="warning"
              title={refusalWords(failure).title}
              actions={
                failure.code === 'insufficient_balance' ? (
                  <LinkButton to={addFundsFromHere}>Add funds</LinkButton>
                ) : place !== undefined && steps.includes(place) ? (
                  <button type="button" className="pt-link" onClick={() => goTo(place)}>
                    Change it
                  </button>
                ) : undefined
              }
            >
              {refusalWords(failure).text}
            </Banner>
          );
        })}
        {precheck.data?.warnings.map(warning => {
          const { title, text } = refusalWords(warning);
          return (
            <Banner key={String(warning.details.quota)} tone="info" title={title}>
              {text}
            </Banner>
          );
        })}
        {precheck.data?.passed === true && (
          <Banner tone="info">Everything it needs is there. Launching reserves it.</Banner>
        )}
      </PageState>
      <EquivalentCall
        page={launchPage}
        name="launchAllocation"
        args={{ body: request }}
        idempotencyKey={draft.draftId ?? undefined}
      />
    </Stack>
  );
}

/** Taken when it is left: half a tag is none yet, and every change is looked at by the server. */
function TagsField({ draft, change }: Pick<StepProps, 'draft' | 'change'>) {
  const [text, setText] = useState(draft.tags);
  return (
    <TextField
      label="Tags"
      description="Costs can be grouped by them: team:vision, run:7. They stay as they are."
      isRequired={false}
      value={text}
      onChange={setText}
      onBlur={() => change({ tags: text })}
      maxLength={TAGS_TEXT_LENGTH_MAX}
      error={tagsError(draft.tags)}
    />
  );
}
