import { tagFilterSchema, TAGS_MAX } from '@portico/plugin-kit/contract';
import { BATCH_COUNT_MAX, PUBLISHED_PORTS_MAX } from '@portico/plugin-workloads/contract';
import { useCallback, useMemo } from 'react';
import { useSearchParams } from 'react-router-dom';
import type { Sku } from '../sku';

/** The steps of the wizard, in order. */
export const steps = ['hardware', 'capacity', 'image', 'network', 'access', 'review'] as const;
export type StepName = (typeof steps)[number];

/** What the URL holds of a launch that has not happened yet: it survives a refresh, and can be shared or bookmarked. */
export interface LaunchDraft {
  /** Names the draft; its launch carries this as `Idempotency-Key`, so a second press or a lost reply launches nothing twice. */
  draftId: string | null;
  step: StepName;
  skuId: string | null;
  gpuCount: number | null;
  /** So many workloads alike. */
  count: number;
  spread: boolean;
  /** Null: any. */
  region: string | null;
  imageId: string | null;
  network: 'egress' | 'isolated';
  ports: readonly DraftPort[];
  /** Null: every key of the user, those added later too. */
  sshKeyIds: readonly string[] | null;
  name: string;
  /** As typed: `team:vision, run:7`. */
  tags: string;
}

/** A port as it is being typed. */
export interface DraftPort {
  port: number | null;
  name: string;
}

const NAME_LENGTH_MAX = 80;
const PORT_MAX = 65_535;
const PORT_NAME_LENGTH_MAX = 40;
/** Of what is typed: room for a few, and an address that can still be sent on. */
export const TAGS_TEXT_LENGTH_MAX = 400;

/** Invalid parts of the address are dropped, never shown as errors. */
export function parseDraft(params: URLSearchParams): LaunchDraft {
  const step = params.get('step');
  const gpus = Number(params.get('gpus'));
  const keys = params.get('keys');
  const draftId = params.get('draft');
  const count = Number(params.get('count') ?? '1');
  return {
    draftId: draftId !== null && /^[A-Za-z0-9-]{8,64}$/.test(draftId) ? draftId : null,
    step: steps.find(name => name === step) ?? 'hardware',
    skuId: params.get('sku'),
    gpuCount: Number.isInteger(gpus) && gpus > 0 ? gpus : null,
    count: Number.isInteger(count) && count >= 1 && count <= BATCH_COUNT_MAX ? count : 1,
    spread: params.get('spread') === 'yes',
    region: params.get('region'),
    imageId: params.get('image'),
    network: params.get('network') === 'isolated' ? 'isolated' : 'egress',
    ports: params.getAll('port').slice(0, PUBLISHED_PORTS_MAX).map(parsePort),
    sshKeyIds: keys === null ? null : keys.split(',').filter(key => key !== ''),
    name: (params.get('name') ?? '').slice(0, NAME_LENGTH_MAX),
    tags: (params.get('tags') ?? '').slice(0, TAGS_TEXT_LENGTH_MAX),
  };
}

export function serializeDraft(draft: LaunchDraft): URLSearchParams {
  const params = new URLSearchParams();
  if (draft.draftId !== null) params.set('draft', draft.draftId);
  params.set('step', draft.step);
  if (draft.skuId !== null) params.set('sku', draft.skuId);
  if (draft.gpuCount !== null) params.set('gpus', String(draft.gpuCount));
  if (draft.count !== 1) params.set('count', String(draft.count));
  if (draft.spread) params.set('spread', 'yes');
  if (draft.region !== null) params.set('region', draft.region);
  if (draft.imageId !== null) params.set('image', draft.imageId);
  if (draft.network !== 'egress') params.set('network', draft.network);
  for (const { port, name } of draft.ports) params.append('port', `${port ?? ''}:${name}`);
  if (draft.sshKeyIds !== null) params.set('keys', draft.sshKeyIds.join(','));
  if (draft.name !== '') params.set('name', draft.name);
  if (draft.tags !== '') params.set('tags', draft.tags);
  return params;
}

/** `8888:Notebook`; what does not fit is left out, and its row stays. */
function parsePort(text: string): DraftPort {
  const [number = '', ...name] = text.split(':');
  const port = Number(number);
  return {
    port: Number.isInteger(port) && port >= 1 && port <= PORT_MAX ? port : null,
    name: name.join(':').slice(0, PORT_NAME_LENGTH_MAX),
  };
}

/** The ports as the launch takes them. */
export function publishedPorts(draft: LaunchDraft): { port: number; name: string }[] {
  return draft.ports.flatMap(({ port, name }) => (port === null ? [] : [{ port, name: name.trim() }]));
}

function portsError(ports: readonly DraftPort[]): string | null {
  if (ports.some(({ port }) => port === null)) return 'Every published port needs its number.';
  if (ports.some(({ name }) => name.trim() === '')) return 'Every published port needs a name.';
  const isTwice = (values: readonly unknown[]) => new Set(values).size < values.length;
  if (isTwice(ports.map(({ port }) => port))) return 'A port is published twice.';
  return isTwice(ports.map(({ name }) => name.trim())) ? 'Two published ports have the same name.' : null;
}

const tagPattern = new RegExp(tagFilterSchema.pattern, 'u');

function typedTags(text: string): string[] {
  return text
    .split(',')
    .map(tag => tag.trim())
    .filter(tag => tag !== '');
}

/** The tags as the launch takes them; the key ends at the first colon. */
export function launchTags({ tags }: LaunchDraft): Record<string, string> {
  return Object.fromEntries(
    typedTags(tags)
      .filter(tag => tagPattern.test(tag))
      .map(tag => [tag.slice(0, tag.indexOf(':')), tag.slice(tag.indexOf(':') + 1)]),
  );
}

export function tagsError(text: string): string | null {
  const tags = typedTags(text);
  const wrong = tags.find(tag => !tagPattern.test(tag));
  if (wrong !== undefined)
    return `“${wrong}” is no tag: write key:value, the key in small letters, digits, _, . and -.`;
  if (tags.length > TAGS_MAX) return `A workload has at most ${TAGS_MAX} tags.`;
  const keys = tags.map(tag => tag.slice(0, tag.indexOf(':')));
  return new Set(keys).size < keys.length ? 'A key is there twice.' : null;
}

export interface DraftError {
  step: StepName;
  message: string;
}

/** What is still missing, step by step; the server checks all of it again at the review. */
export function draftErrors(draft: LaunchDraft, sku: Sku | undefined): DraftError[] {
  const errors: DraftError[] = [];
  if (draft.skuId === null || sku === undefined) errors.push({ step: 'hardware', message: 'Choose the hardware.' });
  if (draft.gpuCount === null) errors.push({ step: 'capacity', message: 'Choose how many GPUs.' });
  else if (sku !== undefined && !sku.gpu_counts.includes(draft.gpuCount)) {
    errors.push({ step: 'capacity', message: `${sku.name} does not come with ${draft.gpuCount} GPUs.` });
  }
  const ports = portsError(draft.ports);
  if (ports !== null) errors.push({ step: 'network', message: ports });
  if (draft.imageId === null) errors.push({ step: 'image', message: 'Choose an image.' });
  const tags = tagsError(draft.tags);
  if (tags !== null) errors.push({ step: 'review', message: tags });
  return errors;
}

/** The draft of this address, and how to change it. Choices replace the address, steps add to the history, so Back goes a step back. */
export function useLaunchDraft(): {
  draft: LaunchDraft;
  change: (part: Partial<LaunchDraft>) => void;
  goTo: (step: StepName) => void;
} {
  const [params, setParams] = useSearchParams();
  const draft = useMemo(() => parseDraft(params), [params]);
  const change = useCallback(
    (part: Partial<LaunchDraft>) =>
      setParams(current => serializeDraft({ ...parseDraft(current), ...part }), { replace: true }),
    [setParams],
  );
  const goTo = useCallback(
    (step: StepName) => setParams(current => serializeDraft({ ...parseDraft(current), step })),
    [setParams],
  );
  return { draft, change, goTo };
}
