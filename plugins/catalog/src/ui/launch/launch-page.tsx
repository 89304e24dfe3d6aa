import { useEffect, useState } from 'react';
import { renderingOf, useAction, useOperation, useSignedIn } from '@portico/plugin-kit/ui';
import {
  Banner,
  Button,
  CpuIcon,
  Inline,
  LaunchIcon,
  LinkButton,
  PageHeader,
  PageState,
  Panel,
  SplitLayout,
  Stack,
  Stepper,
} from '@portico/ui';
import { workloadPermissions } from '@portico/plugin-workloads/contract';
import { useNavigate } from 'react-router-dom';
import { launchPage } from '../pages';
import { CapacityStep } from './capacity-step';
import { AccessStep, CHOICES_MAX, HardwareStep, ImageStep, imagesFor } from './choice-steps';
import { NetworkStep } from './network-step';
import { draftErrors, launchTags, publishedPorts, steps, useLaunchDraft } from './launch-draft';
import type { StepName } from './launch-draft';
import { PriceRail } from './price-rail';
import { refusalWords } from './refusal-words';
import { addFundsFromHere, ReviewStep } from './review-step';

const labels = {
  hardware: 'Hardware',
  capacity: 'Capacity',
  image: 'Image',
  network: 'Network',
  access: 'Access',
  review: 'Review',
} as const satisfies Record<StepName, string>;

/** A quote is good for ten minutes and the balance moves; asked again this often it never expires in sight. */
const QUOTE_REFETCH_MILLISECONDS = 60_000;
/** What was free a moment ago may be gone. */
const PRECHECK_REFETCH_MILLISECONDS = 15_000;

/** A launch, step by step, on one page; nothing is sent before the last press. */
export function LaunchPage() {
  const navigate = useNavigate();
  const { projectId, permissions } = useSignedIn();
  const { draft, change, goTo } = useLaunchDraft();
  const skus = useOperation(launchPage, 'listSkus', { query: { limit: CHOICES_MAX } });
  const images = useOperation(launchPage, 'listOsImages', imagesFor(draft.skuId));
  const launch = useAction(launchPage, 'launchAllocation', {
    invalidates: ['listWorkloads', 'listAllocations', 'getBalance', 'listSkus'],
  });
  const [wasTried, setTried] = useState(false);

  const sku = skus.data?.items.find(candidate => candidate.sku_id === draft.skuId);
  const image = images.data?.items.find(candidate => candidate.image_id === draft.imageId);
  const errors = draftErrors(draft, sku);
  const errorOf = (step: StepName) => (wasTried ? (errors.find(error => error.step === step)?.message ?? null) : null);

  // A new draft gets its name and the choices most people would make.
  const defaultImageId =
    (images.data?.items.find(candidate => candidate.is_default) ?? images.data?.items[0])?.image_id ?? null;
  // Chosen for other hardware: this one cannot be launched with it.
  const isImageForeign = sku !== undefined && images.data !== undefined && image === undefined;
  useEffect(() => {
    if (draft.draftId === null) change({ draftId: crypto.randomUUID() });
    else if ((draft.imageId === null || isImageForeign) && defaultImageId !== null) change({ imageId: defaultImageId });
    else if (sku !== undefined && draft.gpuCount === null) change({ gpuCount: sku.gpu_counts[0] ?? null });
  }, [draft, defaultImageId, isImageForeign, sku, change]);

  const isPriced =
    sku !== undefined &&
    draft.gpuCount !== null &&
    sku.gpu_counts.includes(draft.gpuCount) &&
    sku.price_per_gpu_hour !== null;
  const quote = useOperation(
    launchPage,
    'quoteLaunch',
    { body: { sku_id: draft.skuId ?? '', gpu_count: draft.gpuCount ?? 1, count: draft.count } },
    { enabled: isPriced, refetchMilliseconds: QUOTE_REFETCH_MILLISECONDS },
  );
  // Another hardware may not be offered where the last one was.
  const region = sku?.regions?.includes(draft.region ?? '') ? draft.region : null;
  const request = {
    sku_id: draft.skuId ?? '',
    gpu_count: draft.gpuCount ?? 1,
    image_id: draft.imageId ?? '',
    project_id: projectId,
    network: { mode: draft.network, published_ports: publishedPorts(draft) },
    ...(draft.count === 1 ? {} : { count: draft.count, spread: draft.spread }),
    ...(region === null ? {} : { region }),
    ...(draft.name.trim() === '' ? {} : { name: draft.name.trim() }),
    ...(draft.sshKeyIds === null ? {} : { ssh_key_ids: [...draft.sshKeyIds] }),
    ...(draft.tags.trim() === '' ? {} : { tags: launchTags(draft) }),
  };
  const precheck = useOperation(
    launchPage,
    'precheckLaunch',
    { body: request },
    { enabled: draft.step === 'review' && errors.length === 0, refetchMilliseconds: PRECHECK_REFETCH_MILLISECONDS },
  );

  const place = steps.indexOf(draft.step);
  const next = steps[place + 1];
  const submit = () => {
    setTried(true);
    const first = errors[0];
    if (first !== undefined) return goTo(first.step);
    launch.mutate(
      {
        body: { ...request, ...(quote.data === undefined ? {} : { quote_id: quote.data.quote_id }) },
        idempotencyKey: draft.draftId ?? crypto.randomUUID(),
      },
      {
        onSuccess: reply => navigate(`/tasks/${reply.task_id}`, { replace: true }),
        // A quote that ran out is asked for again; everything else stays as it was typed.
        onError: () => void quote.refetch(),
      },
    );
  };

  const state = permissions.has('workloads.allocation.launch')
    ? renderingOf(skus, {
        layout: 'cards',
        empty: skus.data?.items.length === 0 && {
          icon: CpuIcon,
          title: 'There is nothing to launch yet',
          description: 'An administrator of the platform has not offered any hardware.',
        },
      })
    : ({
        kind: 'restricted',
        permission: 'workloads.allocation.launch',
        sentence: workloadPermissions['workloads.allocation.launch'],
      } as const);
  const shared = { draft, change, error: errorOf(draft.step) };

  return (
    <>
      <PageHeader
        title="Launch a workload"
        breadcrumbs={[{ label: 'Catalog', to: '/infra/catalog' }, { label: 'Launch' }]}
      />
      <PageState state={state}>
        <Stack gap="loose">
          <Stepper
            label="Steps of the launch"
            onSelect={step => goTo(step as StepName)}
            steps={steps.map((step, index) => ({
              id: step,
              label: labels[step],
              state: step === draft.step ? 'current' : index < place ? 'complete' : 'upcoming',
              errorCount: wasTried ? errors.filter(error => error.step === step).length : 0,
            }))}
          />
          <SplitLayout
            railLabel="Price"
            rail={<PriceRail quote={isPriced ? quote.data : undefined} failure={quote.error?.message ?? null} />}
          >
            <Panel
              title={labels[draft.step]}
              footer={
                <Inline align="between">
                  {place === 0 ? <span /> : <Button onPress={() => goTo(steps[place - 1] ?? 'hardware')}>Back</Button>}
                  {next === undefined ? (
                    <Button variant="primary" icon={LaunchIcon} onPress={submit} isPending={launch.isPending}>
                      Launch
                    </Button>
                  ) : (
                    <Button variant="primary" onPress={() => goTo(next)}>
                      {`Continue to ${labels[next].toLowerCase()}`}
                    </Button>
                  )}
                </Inline>
              }
            >
              {draft.step === 'hardware' && <HardwareStep {...shared} skus={skus.data?.items ?? []} />}
              {draft.step === 'capacity' &&
                (sku === undefined ? (
                  <NothingChosen onChoose={() => goTo('hardware')} />
                ) : (
                  <CapacityStep {...shared} sku={sku} />
                ))}
              {draft.step === 'image' && <ImageStep {...shared} />}
              {draft.step === 'network' && <NetworkStep {...shared} />}
              {draft.step === 'access' && <AccessStep {...shared} />}
              {draft.step === 'review' && (
                <ReviewStep
                  {...shared}
                  sku={sku}
                  imageName={image === undefined ? '–' : `${image.name} ${image.version}`}
                  quote={quote.data}
                  precheck={precheck}
                  request={request}
                  goTo={goTo}
                />
              )}
              {launch.error !== null && (
                <Banner
                  tone="failed"
                  title={refusalWords(launch.error).title}
                  actions={
                    launch.error.code === 'insufficient_balance' && (
                      <LinkButton to={addFundsFromHere} size="small">
                        Add funds
                      </LinkButton>
                    )
                  }
                  isAlert
                >
                  {refusalWords(launch.error).text}
                </Banner>
              )}
            </Panel>
          </SplitLayout>
        </Stack>
      </PageState>
    </>
  );
}

function NothingChosen({ onChoose }: { onChoose: () => void }) {
  return (
    <Banner tone="info" actions={<Button onPress={onChoose}>Choose hardware</Button>}>
      How many GPUs there are to choose from depends on the hardware.
    </Banner>
  );
}
